// A relay for tests: the wire of `protocol`, a mailbox in memory, and faults on demand. It checks what it is sent as a relay must.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { fromBase64url, toBase64url, utf8 } from "../../src/base/index.ts";
import { messageHash, verifyReceipt } from "../../src/envelope/index.ts";
import {
  ackRequest,
  formatChallenge,
  type MailboxMessage,
  parseWith,
  wsClientFrame,
} from "../../src/protocol/index.ts";
import type { RelayRental } from "../../src/renter/index.ts";
import { NOW_S, renter, suite } from "./fixtures.ts";

export type Fault =
  /** No answer at all. */
  | "hang"
  /** The connection is torn down. */
  | "reset"
  /** Status, body. */
  | readonly [number, unknown]
  /** A body of exactly this text with status 200. */
  | string;

export class FakeRelay {
  readonly messages: MailboxMessage[] = [];
  rentals: RelayRental[] = [];
  /** Paths in the order in which they were asked for. */
  readonly asked: string[] = [];
  /** Hashes whose receipt was taken, in order, repeats included. */
  readonly acknowledged: string[] = [];
  /** Receipts refused with this code by hash. */
  readonly refuse = new Map<string, string>();
  /** The host that stands in challenges, if not the real one. */
  challengeHost: string | undefined;
  /** Frames that clients sent on `/ws`. */
  readonly frames: unknown[] = [];
  /** Whether pings are answered. */
  pongs = true;
  readonly #faults = new Map<string, Fault[]>();
  readonly #tokens = new Set<string>();
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #live = new Set<WebSocket>();
  /** Connections that are left without an answer. */
  readonly #silent: Duplex[] = [];
  readonly #watchers = new Set<() => void>();
  tokenLife = 3600;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on("upgrade", (request, socket, head) => {
      this.#asked("ws");
      const fault = this.#faults.get("ws")?.shift();
      if (fault === "reset") socket.destroy();
      if (fault !== undefined) {
        this.#silent.push(socket);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#greet(ws));
    });
  }

  static async start(): Promise<FakeRelay> {
    const relay = new FakeRelay();
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#live.size;
  }

  async stop(): Promise<void> {
    this.dropSockets();
    for (const socket of this.#silent) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** The next request for `path` (without query; `ws` for the WebSocket) fails like this. */
  failNext(path: string, ...faults: readonly Fault[]): void {
    this.#faults.set(path, [...(this.#faults.get(path) ?? []), ...faults]);
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  /** Stores a message and pushes it to whoever is connected. */
  push(...messages: readonly MailboxMessage[]): void {
    this.messages.push(...messages);
    for (const socket of this.#live) for (const message of messages) sendMessage(socket, message);
  }

  /** Sends any text to all connected clients. */
  sendRaw(text: string): void {
    for (const socket of this.#live) socket.send(text);
  }

  dropSockets(): void {
    for (const socket of this.#live) socket.terminate();
  }

  /** Resolves as soon as `condition` holds; looked at after each request and frame. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  #asked(path: string): void {
    this.asked.push(path);
    this.#changed();
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const path = url.pathname.slice(1);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString());
    const fault = this.#faults.get(path)?.shift();
    const [status, reply] = fault === undefined ? this.#reply(path, url, body, request) : [0, null];
    if (fault === "reset") request.socket.destroy();
    else if (Array.isArray(fault)) send(response, fault[0], JSON.stringify(fault[1]));
    else if (typeof fault === "string" && fault !== "hang") send(response, 200, fault);
    else if (fault === undefined) send(response, status, JSON.stringify(reply));
    this.#asked(path);
  }

  #reply(path: string, url: URL, body: unknown, request: IncomingMessage): readonly [number, unknown] {
    if (path === "auth/challenge") return [200, this.#challenge()];
    if (path === "auth") return this.#login(body as { challenge: string; signature: string; pubkey: string });
    if (!this.#tokens.has((request.headers.authorization ?? "").replace("Bearer ", ""))) {
      return [401, { error: "no", code: "relay.unauthorized" }];
    }
    if (path === "rentals") return [200, { rentals: this.rentals }];
    if (path === "sms") return [200, this.#page(url)];
    if (path === "sms/ack") return [200, this.#acknowledge(body)];
    return [404, { error: "no", code: "relay.unknown_route" }];
  }

  #challenge(): object {
    const host = this.challengeHost ?? new URL(this.url).host;
    const expires = NOW_S + 300;
    const text = formatChallenge({ host, pubkey: toBase64url(renter.verify), nonce: "n".repeat(22), expires });
    return { challenge: text, expires };
  }

  #login(body: { challenge: string; signature: string; pubkey: string }): readonly [number, unknown] {
    const signed = suite.ed25519Verify(fromBase64url(body.pubkey), utf8(body.challenge), fromBase64url(body.signature));
    if (!signed) return [401, { error: "no", code: "relay.bad_login" }];
    const token = `token-${this.#tokens.size}-${this.asked.length}-${"x".repeat(20)}`;
    this.#tokens.add(token);
    return [200, { token, token_type: "Bearer", expires: NOW_S + this.tokenLife }];
  }

  #page(url: URL): object {
    const after = Number(url.searchParams.get("after"));
    const limit = Number(url.searchParams.get("limit"));
    const waiting = this.messages.filter((message) => message.cursor > after);
    const messages = waiting.slice(0, limit);
    return { messages, next: messages.at(-1)?.cursor ?? after, more: waiting.length > messages.length };
  }

  #acknowledge(body: unknown): object {
    const { receipts } = parseWith(ackRequest, body, "test.bad", "ack");
    const accepted: string[] = [];
    const refused: object[] = [];
    for (const receipt of receipts) {
      const code = this.refuse.get(receipt.msg_hash) ?? (verifyReceipt(suite, receipt).ok ? undefined : "receipt.bad");
      if (code !== undefined) {
        refused.push({ msg_hash: receipt.msg_hash, code });
        continue;
      }
      accepted.push(receipt.msg_hash);
      this.acknowledged.push(receipt.msg_hash);
      const left = this.messages.filter((message) => hashOf(message) !== receipt.msg_hash);
      this.messages.splice(0, this.messages.length, ...left);
    }
    return { accepted, refused };
  }

  #greet(socket: WebSocket): void {
    socket.on("message", (data) => {
      const frame = parseWith(wsClientFrame, JSON.parse(String(data)), "test.bad", "frame");
      this.frames.push(frame);
      if (frame.type === "auth") this.#admit(socket, frame.token, frame.after ?? 0);
      if (frame.type === "ping" && this.pongs) socket.send(JSON.stringify({ type: "pong" }));
      this.#changed();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#live.delete(socket);
      this.#changed();
    });
  }

  #admit(socket: WebSocket, token: string, after: number): void {
    if (!this.#tokens.has(token)) {
      socket.send(JSON.stringify({ type: "error", code: "relay.unauthorized", error: "the token is unknown" }));
      socket.close(4401);
      return;
    }
    this.#live.add(socket);
    socket.send(JSON.stringify({ type: "ready", protocol: 1, after }));
    for (const message of this.messages) if (message.cursor > after) sendMessage(socket, message);
  }
}

const hashes = new Map<string, string>();

/** What receipts call the message. */
export function hashOf(message: MailboxMessage): string {
  const hash = hashes.get(message.envelope) ?? messageHash(suite, fromBase64url(message.envelope));
  hashes.set(message.envelope, hash);
  return hash;
}

function sendMessage(socket: WebSocket, message: MailboxMessage): void {
  socket.send(JSON.stringify({ type: "sms", encrypted_message: message.envelope, ...message }));
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(text);
}
