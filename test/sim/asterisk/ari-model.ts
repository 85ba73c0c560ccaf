// Asterisk as far as its ARI shows it: channels, bridges and PJSIP's objects in memory, with faults at will. No sound but the AudioSocket's
// connection, which comes when a channel for it is made.

import { connect, type Socket } from "node:net";
import { AppError, type Disposer, type ErrorCode, fromHex } from "../../../src/base/index.ts";
import type { AriRequest, AriWire } from "../../../src/voice/asterisk/ari-wire.ts";
import { encodeFrame, KIND } from "../../../src/voice/media/audiosocket-codec.ts";

interface ModelChannel {
  readonly id: string;
  readonly name: string;
  state: string;
  readonly exten: string;
  readonly app: string;
  readonly variables: Map<string, string>;
  socket: Socket | null;
}

type Listener<T> = (value: T) => void;

export class AriModel implements AriWire {
  readonly channels = new Map<string, ModelChannel>();
  readonly bridges = new Map<string, Set<string>>();
  /** `auth/u1` -> fields. */
  readonly objects = new Map<string, Map<string, string>>();
  /** Each request as `METHOD path`, in order. */
  readonly requests: string[] = [];
  /** Q.850 of each channel that was hung up by us. */
  readonly dropped = new Map<string, number>();
  /** For `METHOD path` that matches: an error, or something that happens before it is done. */
  readonly faults: { match: RegExp; fault: ErrorCode | (() => void | Promise<void>); times: number }[] = [];
  /** Phones send sound. */
  speaking = true;
  #packets = 0;
  #up = false;
  readonly #connected = new Set<Listener<undefined>>();
  readonly #lost = new Set<Listener<undefined>>();
  readonly #events = new Set<Listener<unknown>>();

  connected(): boolean {
    return this.#up;
  }

  onConnected(listener: () => void): Disposer {
    this.#connected.add(listener);
    return () => this.#connected.delete(listener);
  }

  onLost(listener: () => void): Disposer {
    this.#lost.add(listener);
    return () => this.#lost.delete(listener);
  }

  onEvent(listener: (event: unknown) => void): Disposer {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  come(): void {
    this.#up = true;
    for (const listener of [...this.#connected]) listener(undefined);
  }

  /** As `kill -9` of Asterisk. */
  die(): void {
    this.#up = false;
    for (const channel of this.channels.values()) channel.socket?.resetAndDestroy();
    this.channels.clear();
    this.bridges.clear();
    this.objects.clear();
    for (const listener of [...this.#lost]) listener(undefined);
  }

  fail(match: RegExp, fault: ErrorCode | (() => void | Promise<void>), times = 1): void {
    this.faults.push({ match, fault, times });
  }

  emit(type: string, id: string, more: Readonly<Record<string, unknown>> = {}): void {
    const channel = this.channels.get(id);
    const event = { type, channel: this.#view(channel ?? stub(id)), ...more };
    for (const listener of [...this.#events]) listener(event);
  }

  tell(event: unknown): void {
    for (const listener of [...this.#events]) listener(event);
  }

  /** A rung phone rings, takes the call, or refuses it. */
  phoneRings(id: string): void {
    this.#state(id, "Ringing");
  }

  phoneAnswers(id: string): void {
    this.#state(id, "Up");
    this.emit("StasisStart", id, { args: [] });
  }

  phoneGoes(id: string, cause: number, sip?: number): void {
    const channel = this.channels.get(id);
    if (channel === undefined) return;
    this.channels.delete(id);
    channel.socket?.destroy();
    const view = { channel: this.#view(channel), cause, ...(sip === undefined ? {} : { tech_cause: sip }) };
    this.tell({ type: "StasisEnd", channel: view.channel });
    this.tell({ type: "ChannelDestroyed", ...view });
  }

  /** A phone dials; it comes into Stasis. */
  phoneDials(user: string, number: string, id = `1700000.${this.channels.size + 1}`): string {
    this.#add(id, `PJSIP/${user}-0000000a`, "Ring", number, "numberbox,dial");
    // Twice, as the real one tells who listens to everything.
    for (let n = 0; n < 2; n++) this.emit("StasisStart", id, { args: ["dial"] });
    return id;
  }

  /** What an earlier run of the box left. */
  leave(id: string): void {
    this.#add(id, `PJSIP/x-${id}`, "Up", "", "numberbox,dial");
    this.bridges.set(`${id}-b`, new Set([id]));
  }

  async request(request: AriRequest): Promise<unknown> {
    const text = `${request.method} ${request.path}`;
    this.requests.push(text);
    if (!this.#up) throw new AppError("voice.ari_unreachable", "down", { retryable: true });
    const found = this.faults.find(({ match, times }) => times > 0 && match.test(text));
    if (found !== undefined) {
      found.times--;
      if (typeof found.fault === "string") throw new AppError(found.fault, "as the test wants it");
      await found.fault();
    }
    await Promise.resolve();
    return this.#serve(request);
  }

  #serve({ method, path, query = {}, body }: AriRequest): unknown {
    const [kind = "", id = "", action = ""] = path.split("/").map(decodeURIComponent);
    const fields = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
    if (kind === "asterisk") return this.#object(method, path.split("/").slice(4).map(decodeURIComponent), fields);
    if (kind === "endpoints")
      return [...this.objects.keys()].flatMap((key) =>
        key.startsWith("endpoint/") ? [{ technology: "PJSIP", resource: key.slice(9) }] : [],
      );
    if (kind === "bridges") return this.#bridge(method, id, action, fields);
    if (method === "GET" && id === "") return [...this.channels.values()].map((channel) => this.#view(channel));
    if (method === "POST" && (id === "" || id === "create")) return this.#originate(fields);
    if (id === "externalMedia") return this.#externalMedia(fields);
    return this.#channel(method, id, action, { query, fields });
  }

  #channel(
    method: string,
    id: string,
    action: string,
    { query, fields }: { query: Readonly<Record<string, string>>; fields: Readonly<Record<string, unknown>> },
  ): unknown {
    const channel = this.channels.get(id);
    if (channel === undefined) throw new AppError("voice.ari_gone", "no such channel");
    if (method === "DELETE") {
      this.dropped.set(id, Number(query.reason_code));
      this.phoneGoes(id, 16);
    } else if (action === "answer") this.#state(id, "Up");
    else if (action === "rtp_statistics")
      return { rxploss: 1, txploss: 2, rxjitter: 0.0042, rtt: 0.05, rxcount: this.speaking ? ++this.#packets : 0 };
    else if (action === "variable" && method === "POST")
      channel.variables.set(String(fields.variable), String(fields.value));
    else if (action === "variable") return { value: channel.variables.get(query.variable ?? "") ?? "" };
    return undefined;
  }

  #originate(fields: Readonly<Record<string, unknown>>): unknown {
    const id = String(fields.channelId);
    const channel = this.#add(id, String(fields.endpoint), "Down", "", "numberbox");
    for (const [name, value] of Object.entries((fields.variables as object | undefined) ?? {}))
      channel.variables.set(name, String(value));
    channel.variables.set("callerId", String(fields.callerId));
    if (id.includes("edge")) channel.variables.set("DB_KEYS(registrar/contact)", this.#contacts());
    return this.#view(channel);
  }

  #contacts(): string {
    const ids = [...this.objects.keys()].filter((key) => key.startsWith("contact/")).map((key) => key.slice(8));
    return ids.join(",");
  }

  #externalMedia(fields: Readonly<Record<string, unknown>>): unknown {
    const [host = "", port = ""] = String(fields.external_host).split(":");
    const channel = this.#add(String(fields.channelId), "AudioSocket/x", "Up", "", "numberbox");
    const socket = connect(Number(port), host);
    socket.on("error", () => {});
    socket.resume();
    socket.write(encodeFrame(KIND.id, fromHex(String(fields.data).replaceAll("-", ""))));
    channel.socket = socket;
    this.emit("StasisStart", channel.id, { args: [] });
    return this.#view(channel);
  }

  #bridge(method: string, id: string, action: string, fields: Readonly<Record<string, unknown>>): unknown {
    if (method === "GET") return [...this.bridges].map(([each, channels]) => ({ id: each, channels: [...channels] }));
    if (action === "") {
      if (method === "POST") this.bridges.set(String(fields.bridgeId), new Set());
      else if (!this.bridges.delete(id)) throw new AppError("voice.ari_gone", "no such bridge");
      return undefined;
    }
    for (const channel of fields.channel as readonly string[]) {
      if (!this.channels.has(channel)) throw new AppError("voice.ari_failed", "no such channel");
      this.bridges.get(id)?.add(channel);
    }
    return undefined;
  }

  #object(method: string, [type = "", id = ""]: readonly string[], fields: Readonly<Record<string, unknown>>): unknown {
    const key = `${type}/${id}`;
    if (method === "PUT") {
      const list = fields.fields as readonly { attribute: string; value: string }[];
      // As the real one: what is there is added to.
      const object = this.objects.get(key) ?? new Map<string, string>();
      for (const { attribute, value } of list)
        object.set(attribute, object.has(attribute) ? `${object.get(attribute)},${value}` : value);
      this.objects.set(key, object);
      return undefined;
    }
    const object = this.objects.get(key);
    if (object === undefined) throw new AppError("voice.ari_gone", "no such object");
    if (method === "GET") return [...object].map(([attribute, value]) => ({ attribute, value }));
    this.objects.delete(key);
    if (type === "contact") this.contact(id.split(";@")[0] ?? "", object.get("uri") ?? "", "Removed");
    return undefined;
  }

  contact(aor: string, uri: string, status: string): void {
    this.tell({ type: "ContactStatusChange", contact_info: { aor, uri, contact_status: status } });
  }

  #add(id: string, name: string, state: string, exten: string, app: string): ModelChannel {
    const channel: ModelChannel = { ...stub(id), name, state, exten, app };
    this.channels.set(id, channel);
    return channel;
  }

  #state(id: string, state: string): void {
    const channel = this.channels.get(id);
    if (channel === undefined) return;
    channel.state = state;
    this.emit("ChannelStateChange", id);
  }

  #view({ id, name, state, exten, app }: ModelChannel): unknown {
    return { id, name, state, dialplan: { exten, app_name: "Stasis", app_data: app } };
  }
}

function stub(id: string): ModelChannel {
  return { id, name: "", state: "Down", exten: "", app: "", variables: new Map(), socket: null };
}
