// Keeps one WebSocket to the box's live feed open: reconnects with backoff, and notices a connection that died silently.

import {
  backoffDelay,
  type Clock,
  type Disposer,
  millis,
  type Random,
  randomFraction,
  seconds,
} from "../../base/index.ts";
import { type LiveFrame, liveFrame } from "../../protocol/index.ts";

/** The box closes the feed with this code when the session has ended. */
const CLOSE_SIGNED_OUT = 4401;
const BACKOFF = { first: seconds(1), max: seconds(15) };
/** The box sends an overview whenever something moves; after a silence like this it is asked whether it is still there. */
const SILENCE = seconds(30);
const OPENING = seconds(10);

export interface LiveLinkDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly open: () => WebSocket;
  /** Resolves true when the box answers at all. */
  readonly probe: () => Promise<boolean>;
  readonly onFrame: (frame: LiveFrame) => void;
  readonly onLink: (link: "live" | "broken") => void;
  /** Asked before each reconnection, since a refused WebSocket does not say why. Resolves false to give up. */
  readonly mayReconnect: () => Promise<boolean>;
}

export class LiveLink {
  readonly #deps: LiveLinkDeps;
  #socket: WebSocket | null = null;
  #timer: Disposer | null = null;
  #attempt = 0;
  #stopped = true;

  constructor(deps: LiveLinkDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#attempt = 0;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#arm(null);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Tries at once, for instance because the network came back. */
  retryNow(): void {
    if (this.#stopped || this.#socket !== null) return;
    this.#attempt = 0;
    this.#connect();
  }

  #connect(): void {
    const socket = this.#deps.open();
    this.#socket = socket;
    this.#wait(OPENING, () => this.#lost(socket));
    socket.onmessage = (message) => this.#receive(socket, message.data);
    socket.onclose = (close) => {
      if (close.code === CLOSE_SIGNED_OUT) this.#attempt = 0;
      this.#lost(socket);
    };
  }

  #receive(socket: WebSocket, data: unknown): void {
    const frame = liveFrame.safeParse(typeof data === "string" ? parseJson(data) : null);
    if (!frame.success || socket !== this.#socket) return;
    this.#attempt = 0;
    this.#deps.onLink("live");
    this.#deps.onFrame(frame.data);
    this.#watchSilence(socket);
  }

  #watchSilence(socket: WebSocket): void {
    this.#wait(SILENCE, async () => {
      const alive = await this.#deps.probe();
      if (socket !== this.#socket) return;
      if (alive) this.#watchSilence(socket);
      else this.#lost(socket);
    });
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.close();
    if (this.#stopped) return;
    this.#deps.onLink("broken");
    this.#attempt++;
    const delay = backoffDelay(BACKOFF, this.#attempt, randomFraction(this.#deps.random));
    this.#wait(delay, async () => {
      const may = await this.#deps.mayReconnect();
      if (may && !this.#stopped && this.#socket === null) this.#connect();
    });
  }

  #wait(delay: number, then: () => void | Promise<void>): void {
    this.#arm(this.#deps.clock.after(millis(delay), "live feed", () => void then()));
  }

  #arm(timer: Disposer | null): void {
    this.#timer?.();
    this.#timer = timer;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
