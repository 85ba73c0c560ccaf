// Plays a recorded exchange to a server: what the application and the phones said is said again, and what the server says is collected.
// Names that the server makes (transactions, dialogs, tags) differ from run to run; they are learned from its answers.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { SipMessage } from "../sip/sip-message.ts";
import { SipSockets } from "../sip/sip-sockets.ts";
import { type Form, formOf, type Recorded } from "./recorded-exchange.ts";
import { frame, parseWire, takeFrames, type WireMessage } from "./wire.ts";

export interface Compared {
  readonly recorded: Form;
  readonly live: Form;
}

const SERVER_SIP_PORT = "5060";

export class WireReplay {
  readonly compared: Compared[] = [];
  readonly #names = new Map<string, string>();
  readonly #sockets = new Map<string, SipSockets>();
  readonly #said: WireMessage[] = [];
  readonly #sipPort: number;
  #app: Socket | null = null;
  #wake: () => void = () => {};

  constructor(sipPort: number) {
    this.#sipPort = sipPort;
    this.#names.set(SERVER_SIP_PORT, String(sipPort));
  }

  async open(adminPort: number, recording: readonly Recorded[]): Promise<void> {
    for (const { tokens } of recording) {
      const port = tokens[1] === "sip" && tokens[2] === "network" ? tokens[6] : undefined;
      if (port === undefined || this.#sockets.has(port)) continue;
      const socket = new SipSockets(() => {});
      await socket.open();
      this.#sockets.set(port, socket);
      this.#names.set(port, String(socket.port));
    }
    const app = connect({ port: adminPort, host: "127.0.0.1" });
    await once(app, "connect");
    let buffer: Buffer = Buffer.alloc(0);
    app.on("error", () => {});
    app.on("data", (chunk: Buffer) => {
      const { frames, rest } = takeFrames(Buffer.concat([buffer, chunk]));
      buffer = rest;
      this.#said.push(...frames.map(parseWire));
      this.#wake();
    });
    this.#app = app;
  }

  async close(): Promise<void> {
    this.#app?.destroy();
    for (const socket of this.#sockets.values()) await socket.close();
  }

  async play(recording: readonly Recorded[]): Promise<void> {
    for (const message of recording) {
      if (message.from === "app") this.#sayAsApp(message);
      else {
        if (message.tokens[1] === "sip" && message.tokens[2] === "network") this.#sayAsPhone(message);
        const live = await this.#next(message);
        this.#learn(message, live);
        this.compared.push({ recorded: formOf(message), live: formOf(live) });
      }
    }
  }

  #sayAsApp({ tokens, sip }: Recorded): void {
    const line = tokens.map((token) => this.#translate(token)).join("|");
    this.#app?.write(frame(sip === "" ? line : `${line}\r\n${this.#translate(sip)}`));
  }

  #sayAsPhone({ tokens, sip }: Recorded): void {
    const to = { transport: "udp", host: "127.0.0.1", port: this.#sipPort } as const;
    this.#sockets.get(tokens[6] ?? "")?.send(this.#translate(sip), to);
  }

  /** Recorded names for those of this run. */
  #translate(text: string): string {
    let out = text;
    for (const [recorded, live] of this.#names)
      out = out.replaceAll(
        new RegExp(`(?<![\\w-])${recorded.replaceAll(/[.*+?^$()[\]\\{}|]/g, "\\$&")}(?![\\w-])`, "g"),
        live,
      );
    return out;
  }

  /** The next message of the kind that was recorded; others that came before it stay for later. */
  async #next(recorded: Recorded): Promise<WireMessage> {
    for (;;) {
      const at = this.#said.findIndex((live) => this.#matches(recorded, live));
      const [found] = at < 0 ? [] : this.#said.splice(at, 1);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #matches(recorded: Recorded, live: WireMessage): boolean {
    if (recorded.tokens[1] !== live.tokens[1]) return false;
    if (recorded.tokens[1] === "response") return live.tokens[2] === this.#translate(recorded.tokens[2] ?? "");
    return formOf(recorded).start === formOf(live).start;
  }

  #learn(recorded: WireMessage, live: WireMessage): void {
    const set = (from: string | undefined, to: string | undefined): void => {
      if (from !== undefined && to !== undefined && from !== "" && from !== to) this.#names.set(from, to);
    };
    for (const at of [8, 10])
      if (/^[0-9a-f-]{36}$/.test(recorded.tokens[at] ?? "")) set(recorded.tokens[at], live.tokens[at]);
    const [then, now] = [SipMessage.parse(recorded.sip), SipMessage.parse(live.sip)];
    if (then === null || now === null) return;
    set(then.branch, now.branch);
    set(then.tag("From"), now.tag("From"));
    set(then.tag("To"), now.tag("To"));
    set(then.callId, now.callId);
    set(String(then.cseq), String(now.cseq));
  }
}
