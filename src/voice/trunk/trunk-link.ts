// One TLS connection of a trunk, at either end: frames in and out, the keep-alive, and its end.

import type { TLSSocket } from "node:tls";
import type { Clock, Disposer, Millis } from "../../base/index.ts";
import { Frames, PING, PONG } from "./frames.ts";
import { EXPORTER } from "./proof.ts";
import { type SipText, sipBytes } from "./sip-text.ts";

export interface TrunkLinkOptions {
  readonly socket: TLSSocket;
  readonly clock: Clock;
  /** Pings after so long, and gives up when nothing at all came for `silence`. Null: it only answers pings. */
  readonly pingEvery: Millis | null;
  readonly silence: Millis;
  readonly onMessage: (message: SipText) => void;
  /** Once. */
  readonly onClosed: (reason: LinkEnd) => void;
}

export type LinkEnd = "closed" | "silent" | "no_sip" | "overrun";

/** Signalling that is not taken for so long is of no use any more. */
const MAX_UNSENT = 512 * 1024;

export class TrunkLink {
  readonly #options: TrunkLinkOptions;
  readonly #frames = new Frames();
  #heardAt: Millis;
  #timer: Disposer = () => {};
  #isOver = false;

  constructor(options: TrunkLinkOptions) {
    this.#options = options;
    const { socket, clock } = options;
    this.#heardAt = clock.monotonic();
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.on("error", () => this.close("closed"));
    socket.on("close", () => this.close("closed"));
    this.#watch();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Secret of this connection that both ends know. */
  exported(): Uint8Array {
    const { socket } = this.#options;
    return socket.exportKeyingMaterial(EXPORTER.length, EXPORTER.label, Buffer.alloc(0));
  }

  /** False: it was not sent. */
  send(message: SipText): boolean {
    if (this.#isOver) return false;
    this.#options.socket.write(sipBytes(message));
    if (this.#options.socket.writableLength <= MAX_UNSENT) return true;
    this.close("overrun");
    return false;
  }

  /** Idempotent. */
  close(reason: LinkEnd = "closed"): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer();
    this.#options.socket.destroy();
    this.#options.onClosed(reason);
  }

  /** What was sent before still goes out. */
  end(): void {
    this.#options.socket.end(() => this.close());
  }

  #take(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#heardAt = this.#options.clock.monotonic();
    const frames = this.#frames.take(bytes);
    if (frames === null) return this.close("no_sip");
    for (const frame of frames) {
      if (this.#isOver) return;
      if (frame.kind === "ping") this.#options.socket.write(PONG);
      else if (frame.kind === "message") this.#options.onMessage(frame.message);
    }
  }

  #watch(): void {
    const { clock, pingEvery, silence, socket } = this.#options;
    const every = pingEvery ?? silence;
    this.#timer = clock.after(every, "life of the trunk", () => {
      if (clock.monotonic() - this.#heardAt >= silence) return this.close("silent");
      if (pingEvery !== null) socket.write(PING);
      this.#watch();
    });
  }
}
