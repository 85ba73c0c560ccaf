// The WebSocket on which a relay pushes messages: authenticated by its first frame, resumed behind a cursor, asked for a sign of life
// when it is silent, paused when the reader cannot keep up.

import { AppError, type Clock, type Disposer, deferred, hasCode, stoppedError, withDeadline } from "../base/index.ts";
import {
  type MailboxMessage,
  parseJsonWith,
  type WsClientFrame,
  type WsServerFrame,
  wsServerFrame,
} from "../protocol/index.ts";
import type { RenterTimeouts } from "./timeouts.ts";
import { visibleLine } from "./visible-text.ts";
import type { OpenWire, Wire } from "./wire.ts";

export interface RelaySocketOptions {
  /** As `relayUrl` returned it. */
  readonly url: string;
  readonly token: string;
  /** The cursor behind which to resume. */
  readonly after: number;
  /** In which the relay gave it, as far as is known. */
  readonly epoch: string | null;
  readonly clock: Clock;
  readonly timeouts: RenterTimeouts;
  readonly openWire: OpenWire;
  readonly signal: AbortSignal;
}

/** What has arrived, at least one thing of it. */
export interface RelayNews {
  /** In the relay's order. */
  readonly messages: readonly MailboxMessage[];
  /** Grants may have come or changed. */
  readonly rentals: boolean;
}

/** Frames longer than a message of the largest size and its copy are not a relay's. */
const MAX_FRAME_LENGTH = 1024 * 1024;
/** Messages kept while the reader is busy; beyond that the connection is paused. */
const MAX_WAITING = 256;
/** Where it cannot be paused it is ended instead: reading goes on behind the last message that was stored. */
const MOST_WAITING = 4096;

function lost(reason: string, cause?: unknown): AppError {
  return new AppError("renter.relay_unreachable", `the connection to the relay was lost (${reason})`, {
    retryable: true,
    hint: "Nothing is lost: reading goes on behind the last message.",
    context: { reason },
    cause,
  });
}

function refused(frame: Extract<WsServerFrame, { type: "error" }>): AppError {
  const code = visibleLine(frame.code.slice(0, 64));
  const words = visibleLine(frame.error.slice(0, 200));
  const ours = frame.code === "relay.unauthorized" ? "renter.unauthorized" : "renter.relay_failed";
  return new AppError(ours, `the relay ended the connection: ${code}: ${words}`, {
    retryable: true,
    context: { code },
  });
}

export class RelaySocket {
  #wire: Wire | null = null;
  readonly #options: RelaySocketOptions;
  readonly #ready = deferred<void>();
  readonly #ended = deferred<never>();
  readonly #waiting: MailboxMessage[] = [];
  #rentals = false;
  #arrived = deferred<void>();
  #silence: Disposer = () => {};
  #over = false;
  #epoch: string | null = null;

  private constructor(options: RelaySocketOptions) {
    this.#options = options;
  }

  /** Connects and waits for `ready`. Rejects with `renter.relay_unreachable`, `renter.unauthorized`, … or `base.stopped`. */
  static async open(options: RelaySocketOptions): Promise<RelaySocket> {
    const socket = new RelaySocket(options);
    socket.#listen();
    const { clock, timeouts, signal } = options;
    const ready = Promise.race([socket.#ready.promise, socket.#ended.promise]);
    try {
      await withDeadline(ready, { clock, timeout: timeouts.connect, what: "opening the relay's WebSocket", signal });
    } catch (error) {
      socket.close();
      throw hasCode(error, "base.timeout") ? lost("no answer in time", error) : error;
    }
    return socket;
  }

  /** In which the relay gives its cursors now; null of one that does not say. */
  get epoch(): string | null {
    return this.#epoch;
  }

  /** What has arrived, or is to be looked for. Rejects when the connection ends, or on abort. */
  async next(): Promise<RelayNews> {
    if (this.#waiting.length === 0 && !this.#rentals) {
      this.#arrived = deferred();
      await (this.#over ? this.#ended.promise : this.#arrived.promise);
    }
    const news: RelayNews = { messages: this.#waiting.splice(0), rentals: this.#rentals };
    this.#rentals = false;
    this.#wire?.resume();
    return news;
  }

  /** Grants are to be looked for: the relay has told of one, or is an older one that tells of none. */
  lookForRentals(): void {
    this.#rentals = true;
    this.#arrived.resolve();
  }

  /** Ends the connection at once. Idempotent. */
  close(): void {
    this.#end(stoppedError("the relay's WebSocket"));
  }

  #listen(): void {
    const { signal, url, openWire, token, after, epoch } = this.#options;
    if (signal.aborted) return this.close();
    const onAbort = (): void => this.close();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#wire = openWire(`${url.replace(/^http/, "ws")}/ws`, {
      opened: () => this.#send({ type: "auth", token, after, ...(epoch === null ? {} : { epoch }), rentals: true }),
      received: (text) => this.#receive(text),
      ended: (reason, cause) => {
        signal.removeEventListener("abort", onAbort);
        this.#end(lost(reason, cause));
      },
    });
  }

  #send(frame: WsClientFrame): void {
    if (!this.#over) this.#wire?.send(JSON.stringify(frame));
  }

  #receive(text: string): void {
    if (this.#over) return;
    if (text.length > MAX_FRAME_LENGTH) return this.#end(lost("a frame is too large"));
    let frame: WsServerFrame;
    try {
      frame = parseJsonWith<WsServerFrame>(wsServerFrame, text, "renter.bad_reply", "a frame of the relay");
    } catch (error) {
      this.#end(error);
      return;
    }
    this.#expectSignOfLife();
    if (frame.type === "ready") {
      this.#epoch = frame.epoch ?? null;
      this.#ready.resolve();
    }
    if (frame.type === "sms") this.#push(frame);
    if (frame.type === "rental") this.lookForRentals();
    if (frame.type === "error") this.#end(refused(frame));
  }

  #push(frame: Extract<WsServerFrame, { type: "sms" }>): void {
    const { type: _type, encrypted_message: _alias, ...message } = frame;
    this.#waiting.push(message);
    if (this.#waiting.length >= MAX_WAITING) this.#wire?.pause();
    if (this.#waiting.length > MOST_WAITING) this.#end(lost("more comes than can be stored"));
    this.#arrived.resolve();
  }

  /** Any frame shows that the relay lives; without one it is asked, and given up when it does not answer. */
  #expectSignOfLife(): void {
    const { clock, timeouts } = this.#options;
    this.#silence();
    this.#silence = clock.after(timeouts.ping, "relay silence", () => {
      this.#send({ type: "ping" });
      this.#silence = clock.after(timeouts.pong, "relay pong", () => this.#end(lost("no sign of life")));
    });
  }

  #end(reason: unknown): void {
    this.#over = true;
    this.#silence();
    this.#ended.reject(reason);
    this.#arrived.reject(reason);
    this.#wire?.end();
  }
}
