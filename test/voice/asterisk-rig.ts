// The edge of a real Asterisk for the contract: phones speak SIP to it, the anchor is its ARI.

import { millis, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { AriCommands, eventOf } from "../../src/voice/asterisk/ari-commands.ts";
import type { AriChannel, AriEvent } from "../../src/voice/asterisk/ari-schemas.ts";
import { AriClient, AsteriskEdge, type RingTarget, STASIS_APP } from "../../src/voice/index.ts";
import { AsteriskProcess } from "../sim/asterisk/asterisk-process.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { until } from "../sim/asterisk/until.ts";
import { makeAuthority } from "../sim/mqtt/certificates.ts";
import { SipPhone, type SipPhoneOptions } from "../sim/sip/sip-phone.ts";
import type { AnchorCall, DialledCall, EdgeRig } from "./edge-contract.ts";

const REALM = "box.example";
const DIGESTS = ["MD5", "SHA-256"] as const;

type ChannelEvent = Exclude<AriEvent, { type: "ContactStatusChange" }>;

interface Shared {
  readonly asterisk: AsteriskProcess;
  readonly ports: Readonly<Record<"udp" | "tcp" | "tls", number>>;
}

/** One Asterisk for all cases of the contract. */
export class SharedAsterisk {
  #process: Promise<Shared> | null = null;

  get(): Promise<Shared> {
    this.#process ??= this.#start();
    return this.#process;
  }

  async stop(): Promise<void> {
    await (await this.#process)?.asterisk.stop();
  }

  async #start(): Promise<Shared> {
    const [sip, secure] = [await freePort(), await freePort()];
    const authority = await makeAuthority();
    const asterisk = await AsteriskProcess.start({
      rtp: 23_200,
      edge: (folder) => {
        authority.write(folder, [{ file: "edge", name: REALM, address: "127.0.0.1" }]);
        const at = { address: "127.0.0.1", port: sip };
        const files = { certificateFile: `${folder}/edge.crt`, keyFile: `${folder}/edge.key` };
        const tls = { address: "127.0.0.1", port: secure, ...files };
        return { kind: "asterisk", realm: REALM, digests: DIGESTS, udp: at, tcp: at, tls, external: null };
      },
    });
    return { asterisk, ports: { udp: sip, tcp: sip, tls: secure } };
  }
}

export class AsteriskRig implements EdgeRig {
  readonly realm = REALM;
  readonly edge: AsteriskEdge;
  readonly #wire: AriClient;
  readonly #ari: AriCommands;
  readonly #ports: Shared["ports"];
  readonly #phones: SipPhone[] = [];
  readonly #listeners = new Set<(event: ChannelEvent) => void>();
  readonly #dialled: AriChannel[] = [];
  readonly #seen = new Set<string>();
  #taken = 0;
  #names = 0;

  private constructor(wire: AriClient, edge: AsteriskEdge, ports: Shared["ports"]) {
    this.#wire = wire;
    this.#ari = new AriCommands(wire);
    this.edge = edge;
    this.#ports = ports;
    wire.onEvent((raw) => {
      const event = eventOf(raw);
      if (event === null || event.type === "ContactStatusChange") return;
      if (event.type === "StasisStart" && event.args[0] === "dial") this.#dial(event.channel);
      for (const listener of [...this.#listeners]) listener(event);
    });
  }

  static async open(shared: SharedAsterisk): Promise<AsteriskRig> {
    const { asterisk, ports } = await shared.get();
    const common = { clock: systemClock, random: systemRandom, log: silentLogger };
    const { user, password } = asterisk.setup.ari;
    const wire = new AriClient({ ...common, url: asterisk.url, user, password, app: STASIS_APP });
    const edge = new AsteriskEdge({ ...common, wire, realm: REALM, digests: DIGESTS });
    const rig = new AsteriskRig(wire, edge, ports);
    const started = edge.start(new AbortController().signal);
    wire.start();
    await started;
    return rig;
  }

  async phone({
    transport = "udp",
    ...options
  }: Partial<SipPhoneOptions> & { readonly transport?: "udp" | "tcp" | "tls" }): Promise<SipPhone> {
    const phone = new SipPhone({
      ...{ clock: systemClock, user: "renter0001", password: "", domain: REALM },
      ...{ t1: millis(500), giveUp: millis(10_000) },
      server: { transport, host: "127.0.0.1", port: this.#ports[transport] },
      ...options,
    });
    await phone.open();
    this.#phones.push(phone);
    return this.#patient(phone);
  }

  /** Registrations reach the box by an event, a moment after the phone has its answer. */
  #patient(phone: SipPhone): SipPhone {
    const register = phone.register.bind(phone);
    phone.register = async (expires = 300, ...more) => {
      const answer = await register(expires, ...more);
      const user = phone.options.user;
      if (answer.status === 200 && expires > 0)
        await until("the box to know", () => this.edge.bindings().some((binding) => binding.user === user));
      return answer;
    };
    return phone;
  }

  ring(targets: readonly RingTarget[], from: string): AnchorCall {
    const ids = targets.map(() => `nb-contract-${++this.#names}-${systemClock.now()}`);
    let winner = "";
    const answered = this.#when((event) => event.type === "StasisStart" && ids.includes(event.channel.id)).then(
      (event) => {
        winner = event.channel.id;
        return Promise.all(ids.filter((id) => id !== winner).map((id) => this.#ari.hangUp(id, 26)));
      },
    );
    answered.catch(() => {});
    const ended = Promise.all(ids.map((id) => this.#destroyed(id))).then((ends) => ends.join(" "));
    targets.forEach((target, at) => {
      void this.#ari.originate({
        ...{ channelId: ids[at] ?? "", endpoint: target.endpoint, app: STASIS_APP, timeout: 30 },
        ...{ callerId: `"${from}" <${from}>`, formats: "ulaw", variables: target.variables },
      });
    });
    const hangUp = (): Promise<unknown> => Promise.all(ids.map((id) => this.#ari.hangUp(id, 16)));
    return { answered, ended, hangUp, ...this.#media(() => winner) };
  }

  async nextDial(): Promise<DialledCall> {
    const channel = await until("a call of a phone", () => this.#dialled.shift() ?? null);
    this.#taken++;
    const { id, name, dialplan } = channel;
    const isUp = (event: ChannelEvent): boolean => event.type === "ChannelStateChange" && event.channel.state === "Up";
    const answered = this.#when((event) => event.channel.id === id && isUp(event));
    answered.catch(() => {});
    return {
      ...{ answered, ended: this.#destroyed(id), ...this.#media(() => id) },
      channel: { name, dialled: dialplan.exten, header: () => Promise.resolve(null) },
      ringing: () => void this.#ari.on(id, "ring"),
      answer: () => this.#ari.on(id, "answer"),
      refuse: (status) => void this.#ari.hangUp(id, status === 486 ? 17 : 21),
      hangUp: () => this.#ari.hangUp(id, 16),
    };
  }

  /** Asterisk tells it twice: to the application, and to who listens to everything. */
  #dial(channel: AriChannel): void {
    if (this.#seen.has(channel.id)) return;
    this.#seen.add(channel.id);
    this.#dialled.push(channel);
  }

  dials(): number {
    return this.#taken + this.#dialled.length;
  }

  /** Asterisk's own. */
  entries(): number | null {
    return null;
  }

  async close(): Promise<void> {
    await this.edge.setAccounts([]);
    for (const { id } of await this.#ari.channels()) await this.#ari.hangUp(id, 16);
    await this.edge.stop();
    this.#wire.stop();
    // Asterisk takes the end of one connection for the end of the application: the next must not come before it.
    await systemClock.sleep(millis(300), "the end of a connection");
    for (const phone of this.#phones) await phone.close();
  }

  #media(channel: () => string): Pick<AnchorCall, "nextDigit" | "held" | "resumed"> {
    const of = (type: ChannelEvent["type"]): Promise<ChannelEvent> =>
      this.#when((event) => event.type === type && event.channel.id === channel());
    let digits: Promise<ChannelEvent> | null = null;
    return {
      nextDigit: async () => {
        // Who asks for the second digit waits for the one after the first.
        const before: Promise<ChannelEvent> | null = digits;
        digits = (before ?? Promise.resolve(null)).then(() => of("ChannelDtmfReceived"));
        const event = await digits;
        return event.type === "ChannelDtmfReceived" ? event.digit : "";
      },
      held: () => of("ChannelHold"),
      resumed: () => of("ChannelUnhold"),
    };
  }

  #destroyed(id: string): Promise<string> {
    return this.#when((event) => event.type === "ChannelDestroyed" && event.channel.id === id).then((event) =>
      event.type === "ChannelDestroyed" ? `${event.cause} ${event.tech_cause ?? ""}` : "",
    );
  }

  #when(matches: (event: ChannelEvent) => boolean): Promise<ChannelEvent> {
    return new Promise((resolve) => {
      const listener = (event: ChannelEvent): void => {
        if (!matches(event)) return;
        this.#listeners.delete(listener);
        resolve(event);
      };
      this.#listeners.add(listener);
    });
  }
}
