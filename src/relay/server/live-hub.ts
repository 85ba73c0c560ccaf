// All open WebSockets of the relay: takes upgrades on `/ws`, knows which sockets belong to which key, and closes them all at the end.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import {
  type AppError,
  type Clock,
  type Disposer,
  deferred,
  type Logger,
  millis,
  seconds,
  withDeadline,
} from "../../base/index.ts";
import type { MailboxMessage } from "../../protocol/index.ts";
import { CLOSE, LiveSession, type LiveSessionDeps } from "./live-session.ts";
import { limited } from "./problems.ts";

export interface LiveHubDeps extends Omit<LiveSessionDeps, "join" | "callerOfToken"> {
  /** `address` is the client's. Rejects with `relay.unauthorized` or `relay.rate_limited`. */
  readonly callerOfToken: (token: string, address: string) => ReturnType<LiveSessionDeps["callerOfToken"]>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly socketsPerKey: number;
  readonly socketsPerAddress: number;
  readonly sockets: number;
}

// 500 receipts with room to spare.
const MAX_FRAME_BYTES = 512 * 1024;
const CLOSE_DEADLINE = millis(500);

const tooMany = (limit: string, message: string): AppError =>
  limited("relay.rate_limited", limit, { message, wait: seconds(30) });

export class LiveHub {
  readonly #deps: LiveHubDeps;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #open = new Set<LiveSession>();
  readonly #byKey = new Map<string, Set<LiveSession>>();
  readonly #byAddress = new Map<string, number>();
  readonly #empty = deferred<void>();
  #stopped = false;

  constructor(deps: LiveHubDeps) {
    this.#deps = deps;
  }

  /** Sockets that are open. */
  get count(): number {
    return this.#open.size;
  }

  /** Makes a WebSocket of an upgrade request whose path was checked. Throws `relay.rate_limited`. */
  accept(
    request: IncomingMessage,
    socket: Duplex,
    { head, address }: { readonly head: Buffer; readonly address: string },
  ): void {
    const { sockets, socketsPerAddress } = this.#deps;
    if (this.#open.size >= sockets) throw tooMany("sockets", "the relay has too many sockets open");
    if ((this.#byAddress.get(address) ?? 0) >= socketsPerAddress)
      throw tooMany("sockets_of_address", "this address has too many sockets open");
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#add(webSocket, address));
  }

  /** True if at least one socket of `renter` took the message. Must be called in cursor order. */
  push(renter: string, message: MailboxMessage): boolean {
    let taken = false;
    for (const session of this.#byKey.get(renter) ?? []) taken = session.push(message) || taken;
    return taken;
  }

  /** Tells the sockets of `renter` that ask for it of a grant. */
  tellRental(renter: string, rentalId: string): void {
    for (const session of this.#byKey.get(renter) ?? []) session.tellRental(rentalId);
  }

  /** Some token of this key has ended: sockets that came in by it close. */
  recheck(pubkey: string): void {
    for (const session of this.#byKey.get(pubkey) ?? []) session.recheck();
  }

  /** Closes every socket with 1001; those that do not answer are cut off. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const session of this.#open) session.close(CLOSE.goingAway);
    if (this.#open.size === 0) return;
    const wait = { clock: this.#deps.clock, timeout: CLOSE_DEADLINE, what: "closing sockets" };
    await withDeadline(this.#empty.promise, wait).catch(() => {
      for (const session of this.#open) session.terminate();
    });
  }

  #add(webSocket: WebSocket, address: string): void {
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    const session = new LiveSession(webSocket, {
      ...this.#deps,
      callerOfToken: (token) => this.#deps.callerOfToken(token, address),
      join: (pubkey, one) => this.#join(pubkey, one),
    });
    this.#open.add(session);
    webSocket.on("close", () => {
      this.#open.delete(session);
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
      if (this.#stopped && this.#open.size === 0) this.#empty.resolve();
    });
    session.start();
    if (this.#stopped) session.close(CLOSE.goingAway);
  }

  #join(pubkey: string, session: LiveSession): Disposer {
    const sessions = this.#byKey.get(pubkey) ?? new Set();
    if (sessions.size >= this.#deps.socketsPerKey) {
      throw tooMany("sockets_of_key", "this key has too many sockets open");
    }
    this.#byKey.set(pubkey, sessions.add(session));
    return () => {
      sessions.delete(session);
      if (sessions.size === 0 && this.#byKey.get(pubkey) === sessions) this.#byKey.delete(pubkey);
    };
  }
}
