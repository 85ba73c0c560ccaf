// An rtpengine inside the test's process: speaks the NG protocol, gives real UDP ports, learns where packets come from, and passes them on
// as they are.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type Bencoded, bdecode, bencode } from "../../../src/voice/relay-media/bencode.ts";

interface Port {
  readonly socket: Socket;
  /** Where its packets go: what SDP said, until the first packet came from elsewhere. */
  target: { address: string; port: number } | null;
  other: Port | null;
}

type Side = "a" | "b";
/** Ports of RTCP behind those of RTP. */
const RTCP = 100;
type Call = Record<Side, Port[]>;
const flip = (side: Side): Side => (side === "a" ? "b" : "a");

export class RtpengineServer {
  readonly #control = createSocket("udp4");
  readonly #calls = new Map<string, Call>();
  /** Everything that it was asked, as text. */
  readonly asked: string[] = [];
  /** Requests that it does not hear. */
  deafFor = 0;
  /** Packets that were passed on, of each `m=` line and way, such as `1b`. */
  readonly passed = new Map<string, number>();
  #answers = new Map<string, Buffer>();

  get port(): number {
    return this.#control.address().port;
  }
  calls(): number {
    return this.#calls.size;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#control.bind(0, "127.0.0.1", resolve));
    this.#control.on("message", (bytes, from) => void this.#take(bytes, from));
  }

  async stop(): Promise<void> {
    for (const id of [...this.#calls.keys()]) this.#delete(id);
    await new Promise<void>((resolve) => this.#control.close(() => resolve()));
  }

  async #take(bytes: Buffer, from: RemoteInfo): Promise<void> {
    if (this.deafFor-- > 0) return;
    const blank = bytes.indexOf(" ");
    const cookie = bytes.toString("latin1", 0, blank);
    this.asked.push(bytes.toString("utf8", blank + 1));
    const known = this.#answers.get(cookie);
    const answer = known ?? bencode(await this.#answer(bdecode(bytes.subarray(blank + 1)) as Record<string, Bencoded>));
    this.#answers.set(cookie, answer);
    this.#control.send(Buffer.concat([Buffer.from(`${cookie} `), answer]), from.port, from.address);
  }

  async #answer(request: Record<string, Bencoded>): Promise<Bencoded> {
    const id = String(request["call-id"]);
    const [from, to] = [String(request["from-tag"]), String(request["to-tag"])];
    if (request.command === "ping") return { result: "pong" };
    if (request.command === "delete")
      return this.#delete(id) ? { result: "ok" } : { result: "ok", warning: "Call-ID not found" };
    if (request.command === "offer")
      return { result: "ok", sdp: await this.#place(id, from as Side, String(request.sdp)) };
    if (!this.#calls.has(id)) return { result: "error", "error-reason": "Unknown call-id" };
    return { result: "ok", sdp: await this.#place(id, to as Side, String(request.sdp)) };
  }

  /** What `side` says of itself; the other side is shown our ports. */
  async #place(id: string, side: Side, sdp: string): Promise<string> {
    const call = this.#calls.get(id) ?? { a: [], b: [] };
    this.#calls.set(id, call);
    let at = -1;
    const lines: string[] = [];
    for (const line of sdp.split("\r\n")) {
      const media = /^m=(\w+) (\d+) (.*)$/.exec(line);
      const address = /^c=IN IP4 (\S+)$/.exec(line)?.[1];
      if (media !== null) {
        at++;
        const [own, shown] = [await this.#portOf(call, side, at), await this.#portOf(call, flip(side), at)];
        // What comes at the port that the other side is shown goes to this side.
        own.other = shown;
        shown.other = own;
        own.target = { address: "127.0.0.1", port: Number(media[2]) };
        lines.push(`m=${media[1]} ${media[2] === "0" ? 0 : shown.socket.address().port} ${media[3]}`);
      } else if (address !== undefined && at >= 0) {
        const own = call[side][at];
        if (own?.target != null) own.target.address = address;
        lines.push("c=IN IP4 127.0.0.1");
      } else if (line.startsWith("a=rtcp:")) {
        const [own, shown] = [
          await this.#portOf(call, side, at + RTCP),
          await this.#portOf(call, flip(side), at + RTCP),
        ];
        own.other = shown;
        shown.other = own;
        own.target = { address: "127.0.0.1", port: Number(line.slice(7)) };
        lines.push(`a=rtcp:${shown.socket.address().port}`);
      } else lines.push(line);
    }
    return lines.join("\r\n");
  }

  /** The port that packets for `side` leave from, and that its own packets arrive at. */
  async #portOf(call: Call, side: Side, at: number): Promise<Port> {
    const known = call[side][at];
    if (known !== undefined) return known;
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const port: Port = { socket, target: null, other: null };
    socket.on("message", (bytes, from) => {
      port.target = { address: from.address, port: from.port };
      const far = port.other;
      const way = `${at}${side}`;
      this.passed.set(way, (this.passed.get(way) ?? 0) + 1);
      if (far?.target != null) far.socket.send(bytes, far.target.port, far.target.address);
    });
    call[side][at] = port;
    return port;
  }

  #delete(id: string): boolean {
    const call = this.#calls.get(id);
    for (const ports of [call?.a ?? [], call?.b ?? []]) for (const port of ports) port?.socket.close();
    return this.#calls.delete(id);
  }
}
