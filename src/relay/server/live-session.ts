// One WebSocket of a renter: token first, then everything that waits behind its cursor, then messages as they come. What is sent
// never runs ahead of what the client reads: a slow one is fed from the database again once it has caught up.

import type { WebSocket } from "ws";
import {
  type Clock,
  type Disposer,
  hasCode,
  type Logger,
  type Millis,
  messageOf,
  millis,
  seconds,
  withDeadline,
} from "../../base/index.ts";
import type { KeptCursor } from "../../core/index.ts";
import {
  type AckReply,
  type MailboxMessage,
  type MailboxPage,
  parseJsonWith,
  type Receipt,
  type WsClientFrame,
  type WsServerFrame,
  wsClientFrame,
} from "../../protocol/index.ts";
import type { Caller } from "./authentication.ts";
import { limited, problemOf, refusal } from "./problems.ts";

export interface LiveSessionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Rejects with `relay.unauthorized` or `relay.rate_limited`. */
  readonly callerOfToken: (token: string) => Promise<Caller>;
  /** Adds the session to those that messages for `pubkey` are pushed to; throws when it has too many. Returns how to leave. */
  readonly join: (pubkey: string, session: LiveSession) => Disposer;
  /** Where reading goes on behind a cursor of that epoch, and the epoch from now on. */
  readonly resume: (kept: KeptCursor) => Promise<{ readonly after: number; readonly epoch: string }>;
  readonly readMailbox: (renter: string, after: number) => Promise<MailboxPage>;
  /** Told of every refusal, for the metrics. */
  readonly refused: (error: unknown) => void;
  readonly acknowledge: (renter: string, receipts: readonly Receipt[]) => Promise<AckReply>;
}

/** WebSocket close codes (RFC 6455 section 7.4; 4000-4999 are ours). */
export const CLOSE = { goingAway: 1001, policy: 1008, internal: 1011, unauthorized: 4401 } as const;

const AUTH_DEADLINE = seconds(10);
const HEARTBEAT = seconds(30);
/** Every so many heartbeats the token is looked at again: it may have been revoked at another process. */
const BEATS_PER_CHECK = 10;
/** A client that takes nothing for this long is gone. */
const DRAIN_DEADLINE = seconds(30);
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** `greeting`: no token yet; `behind`: reads from the database; `live`: has everything, is pushed to. */
type SessionState = "greeting" | "behind" | "live" | "closed";

export class LiveSession {
  readonly #socket: WebSocket;
  readonly #deps: LiveSessionDeps;
  readonly #disposers: Disposer[] = [];
  #cancelTimer: Disposer = () => {};
  #state: SessionState = "greeting";
  #caller: Caller | null = null;
  #wantsRentals = false;
  #token = "";
  #beats = 0;
  /** Cursor of the last message sent. */
  #position = 0;
  /** Where it began: what lies before was not sent here. */
  #began = 0;
  /** A message was stored while this session was reading: what it read may lack it. */
  #missed = false;
  #pumping = false;
  /** The last frame handed to the socket; resolves when the system has taken it. */
  #flushed: Promise<void> = Promise.resolve();
  #heard = true;
  #turn: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, deps: LiveSessionDeps) {
    this.#socket = socket;
    this.#deps = deps;
  }

  start(): void {
    const socket = this.#socket;
    socket.on("message", (data, isBinary) => this.#onFrame(isBinary ? "" : String(data)));
    socket.on("pong", () => {
      this.#heard = true;
    });
    // The close event follows and does what is to be done.
    socket.on("error", () => {});
    socket.on("close", () => this.#leave());
    this.#arm(AUTH_DEADLINE, "relay socket auth", () =>
      this.#fail(refusal("relay.unauthorized", "no auth frame came in time"), CLOSE.unauthorized),
    );
  }

  /** Sends a message that was just stored; false when this client has to read it later. Messages come in cursor order. */
  push(message: MailboxMessage): boolean {
    this.#missed = true;
    if (this.#state !== "live") return false;
    // It was read already: another process stored it. Or the client has it from elsewhere, and nothing is known of that here.
    if (message.cursor <= this.#position) return message.cursor > this.#began;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#catchUp();
      return false;
    }
    this.#sendMessage(message);
    return true;
  }

  /** Whoever reads slowly is not told: he asks now and then as well. */
  tellRental(rentalId: string): void {
    if (!this.#wantsRentals || this.#state === "closed" || this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) return;
    this.#send({ type: "rental", rental_id: rentalId });
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Closes if its token is good no more. */
  recheck(): void {
    if (this.#caller === null || this.#state === "closed") return;
    this.#deps.callerOfToken(this.#token).catch((error: unknown) => {
      // A store that is away says nothing about the token.
      if (hasCode(error, "relay.unauthorized") && this.#state !== "closed") this.#fail(error, CLOSE.unauthorized);
    });
  }

  /** Frames are handled one after another; the socket is not read on while one is. */
  #onFrame(text: string): void {
    this.#heard = true;
    this.#socket.pause();
    this.#turn = this.#turn
      .then(() => this.#handle(parseJsonWith(wsClientFrame, text, "relay.bad_body", "the frame")))
      .catch((error: unknown) => this.#onFrameFault(error))
      .finally(() => this.#socket.resume());
  }

  async #handle(frame: WsClientFrame): Promise<void> {
    if (this.#state === "closed") return;
    const caller = this.#caller;
    if (caller === null) {
      if (frame.type !== "auth") throw refusal("relay.unauthorized", "the first frame must be auth");
      this.#wantsRentals = frame.rentals === true;
      return this.#authenticate(frame);
    }
    switch (frame.type) {
      case "auth":
        throw refusal("relay.bad_body", "the socket has a token already");
      case "ping":
        return this.#answer({ type: "pong" });
      case "ack":
        return this.#answer({ type: "ack", ...(await this.#deps.acknowledge(caller.pubkey, frame.receipts)) });
    }
  }

  async #authenticate(frame: Extract<WsClientFrame, { readonly type: "auth" }>): Promise<void> {
    const caller = await this.#deps.callerOfToken(frame.token);
    const { after, epoch } = await this.#deps.resume({ after: frame.after ?? 0, epoch: frame.epoch ?? null });
    if (this.#state === "closed") return;
    this.#disposers.push(this.#deps.join(caller.pubkey, this));
    this.#caller = caller;
    this.#token = frame.token;
    [this.#position, this.#began] = [after, after];
    this.#send({ type: "ready", protocol: 1, after, epoch });
    const left = millis(Math.max(0, caller.expires * 1000 - this.#deps.clock.now()));
    this.#disposers.push(
      this.#deps.clock.after(left, "relay token expiry", () =>
        this.#fail(refusal("relay.unauthorized", "the token has expired"), CLOSE.unauthorized),
      ),
    );
    this.#beat();
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.#state === "closed") return;
    this.#state = "behind";
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#pump()
      .catch((error: unknown) => this.#onPumpFault(error))
      .finally(() => {
        this.#pumping = false;
      });
  }

  /** Sends what waits, page by page, until nothing is left that was stored meanwhile. */
  async #pump(): Promise<void> {
    const caller = this.#caller;
    while (caller !== null && this.#state === "behind") {
      await withDeadline(this.#flushed, { clock: this.#deps.clock, timeout: DRAIN_DEADLINE, what: "a slow client" });
      this.#missed = false;
      const page = await this.#deps.readMailbox(caller.pubkey, this.#position);
      if (this.#state !== "behind") return;
      for (const message of page.messages) this.#sendMessage(message);
      if (page.messages.length === 0 && !this.#missed) this.#state = "live";
    }
  }

  #sendMessage(message: MailboxMessage): void {
    this.#position = message.cursor;
    this.#send({ type: "sms", encrypted_message: message.envelope, ...message });
  }

  /** An answer to a frame. A client that asks on without reading what it got is cut off. */
  #answer(frame: WsServerFrame): void {
    if (this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) return this.#send(frame);
    this.#deps.refused(
      limited("relay.rate_limited", "slow_reader", { message: "answers are not read", wait: HEARTBEAT }),
    );
    this.#socket.terminate();
  }

  #send(frame: WsServerFrame): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushed = promise;
    // An error here is followed by the close event.
    this.#socket.send(JSON.stringify(frame), () => resolve());
  }

  /** Asks whether the client is still there; ends the connection if it has not answered the last time. */
  #beat(): void {
    this.#arm(HEARTBEAT, "relay socket heartbeat", () => {
      if (!this.#heard) return this.#socket.terminate();
      this.#heard = false;
      this.#socket.ping();
      if (++this.#beats % BEATS_PER_CHECK === 0) this.recheck();
      this.#beat();
    });
  }

  #onFrameFault(error: unknown): void {
    const { status, body } = problemOf(error);
    this.#deps.refused(error);
    if (status >= 500) this.#deps.log.warn("relay_socket_failed", { reason: messageOf(error) });
    // Busy and too fast will pass; a malformed frame would come again.
    const passes = status === 429 || status === 503;
    if (passes && this.#caller !== null) return this.#send({ type: "error", code: body.code, error: body.error });
    this.#fail(error, status === 401 ? CLOSE.unauthorized : CLOSE.policy);
  }

  #onPumpFault(error: unknown): void {
    if (hasCode(error, "base.timeout")) return this.#socket.terminate();
    if (this.#state === "closed") return;
    this.#deps.log.warn("relay_socket_failed", { reason: messageOf(error) });
    this.#fail(error, CLOSE.internal);
  }

  #fail(error: unknown, closeCode: number): void {
    const { body } = problemOf(error);
    this.#send({ type: "error", code: body.code, error: body.error });
    this.#socket.close(closeCode);
    this.#leave();
  }

  #arm(delay: Millis, name: string, task: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#deps.clock.after(delay, name, task);
  }

  #leave(): void {
    this.#state = "closed";
    this.#cancelTimer();
    for (const dispose of this.#disposers.splice(0)) dispose();
  }
}
