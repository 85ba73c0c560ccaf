// UDP, TCP and TLS sockets that carry SIP messages, on the loopback.

import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { SipMessage } from "./sip-message.ts";

export interface Peer {
  readonly transport: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
}

export interface TlsFiles {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

const keyOf = (peer: { readonly host: string; readonly port: number }): string => `${peer.host}:${peer.port}`;

/** Cuts whole messages off the front of what came in; keep-alive line ends are dropped. */
export function takeMessages(buffer: string): { readonly texts: readonly string[]; readonly rest: string } {
  const texts: string[] = [];
  let rest = buffer;
  for (;;) {
    rest = rest.replace(/^(\r\n)+/, "");
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return { texts, rest };
    const length = Number(/^(?:content-length|l)\s*:\s*(\d+)/im.exec(rest.slice(0, end))?.[1] ?? 0);
    if (rest.length < end + 4 + length) return { texts, rest };
    texts.push(rest.slice(0, end + 4 + length));
    rest = rest.slice(end + 4 + length);
  }
}

export class SipSockets {
  readonly #host: string;
  readonly #onMessage: (message: SipMessage, from: Peer) => void;
  readonly #streams = new Map<string, Socket>();
  #udp: UdpSocket | null = null;
  #servers: Server[] = [];
  #port = 0;
  #tlsPort = 0;
  /** Everything that came in, however broken. */
  received = 0;
  /** Drops what comes in, as a phone that has gone. */
  deaf = false;
  /** A TCP connection that could not be opened. */
  onFailed: (to: Peer) => void = () => {};

  constructor(onMessage: (message: SipMessage, from: Peer) => void, host = "127.0.0.1") {
    this.#onMessage = onMessage;
    this.#host = host;
  }

  get host(): string {
    return this.#host;
  }
  /** The same for UDP and TCP. */
  get port(): number {
    return this.#port;
  }
  /** Of TLS; 0 without. */
  get tlsPort(): number {
    return this.#tlsPort;
  }
  get streams(): number {
    return this.#streams.size;
  }

  /** Listens on UDP and TCP at one port; `port` 0 finds one that is free for both. */
  async open(port = 0): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const udp = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
      const server = createServer((socket) => this.#adopt(socket, "tcp"));
      try {
        udp.bind(port, this.#host);
        await once(udp, "listening");
        this.#port = udp.address().port;
        server.listen(this.#port, this.#host);
        await once(server, "listening");
        udp.on("message", (data, from) =>
          this.#take(data.toString("utf8"), { transport: "udp", host: from.address, port: from.port }),
        );
        udp.on("error", () => {});
        this.#udp = udp;
        this.#servers = [server];
        return;
      } catch (error) {
        udp.close();
        server.close();
        if (port !== 0 || attempt >= 20) throw error;
      }
    }
  }

  /** Takes TLS too, at a port of its own. */
  async openTls(tls: TlsFiles, port = 0): Promise<void> {
    const server = createTlsServer({ key: tls.key, cert: tls.cert }, (socket) => this.#adopt(socket, "tls"));
    server.on("tlsClientError", () => {});
    server.listen(port, this.#host);
    await once(server, "listening");
    const address = server.address();
    this.#tlsPort = typeof address === "object" && address !== null ? address.port : 0;
    this.#servers.push(server);
  }

  send(text: string, to: Peer): void {
    if (to.transport === "udp") {
      this.#udp?.send(text, to.port, to.host, () => {});
      return;
    }
    const known = this.#streams.get(keyOf(to));
    if (known !== undefined) {
      known.write(text);
      return;
    }
    // Phones of a test trust any certificate: which one they pin is the phone's business.
    const socket =
      to.transport === "tls"
        ? connectTls({ host: to.host, port: to.port, rejectUnauthorized: false })
        : connect({ host: to.host, port: to.port });
    socket.once("error", () => {
      if (socket.bytesWritten === 0 || socket.connecting) this.onFailed(to);
    });
    this.#adopt(socket, to.transport, keyOf(to));
    socket.write(text);
  }

  hasStream(to: Peer): boolean {
    return this.#streams.has(keyOf(to));
  }

  /** Sends what is no SIP. */
  sendRaw(data: Uint8Array | string, to: Peer): void {
    this.#udp?.send(data, to.port, to.host, () => {});
  }

  /** All TCP connections break. */
  dropStreams(): void {
    for (const socket of this.#streams.values()) socket.destroy();
    this.#streams.clear();
  }

  async close(): Promise<void> {
    this.dropStreams();
    const [servers, udp] = [this.#servers, this.#udp];
    this.#servers = [];
    this.#udp = null;
    await Promise.all([
      ...servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      udp === null ? null : new Promise<void>((resolve) => udp.close(() => resolve())),
    ]);
  }

  #adopt(socket: Socket, transport: "tcp" | "tls", key?: string): void {
    const peer = { transport, host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    const own = key ?? keyOf(peer);
    let buffer = "";
    this.#streams.set(own, socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.#streams.get(own) === socket) this.#streams.delete(own);
    });
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      const { texts, rest } = takeMessages(buffer + String(chunk));
      buffer = rest;
      const [host = "", port = "0"] = own.split(":");
      for (const text of texts)
        this.#take(Buffer.from(text, "latin1").toString("utf8"), { transport, host, port: Number(port) });
    });
  }

  #take(text: string, from: Peer): void {
    this.received++;
    if (this.deaf) return;
    const message = SipMessage.parse(text);
    if (message !== null) this.#onMessage(message, from);
  }
}
