// Follows the box's live feed for as long as it is wanted: reconnects with backoff, notices a feed that has fallen silent, and tells the
// state of the link.

import {
  AppError,
  backoffDelay,
  type Clock,
  type Disposer,
  isAppError,
  type Millis,
  minutes,
  type Random,
  randomFraction,
  seconds,
} from "../base/index.ts";
import { type LiveFrame, liveFrame } from "../protocol/index.ts";
import type { BoxAccess, GetAccess } from "./box-access.ts";
import type { FeedSocket, OpenFeedSocket } from "./feed-socket.ts";

export type LinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly error: AppError };

export interface LiveClientDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly open: OpenFeedSocket;
  readonly access: GetAccess;
  readonly onFrame: (frame: LiveFrame) => void;
  /** Frames of a type that these nodes do not know: a newer box. */
  readonly onOther: (frame: Readonly<Record<string, unknown>>) => void;
  readonly onState: (state: LinkState) => void;
}

const BACKOFF = { first: seconds(1), max: minutes(1) };
/** The box tells its overview about once in a few seconds; a feed that is silent for so long is opened anew. */
const SILENCE: Millis = minutes(2);

export class LiveClient {
  readonly #deps: LiveClientDeps;
  #socket: FeedSocket | null = null;
  #timer: Disposer = () => {};
  #attempt = 0;
  #state: LinkState = { kind: "connecting" };
  #stopped = true;

  constructor(deps: LiveClientDeps) {
    this.#deps = deps;
  }

  get state(): LinkState {
    return this.#state;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    void this.#connect();
  }

  /** Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#timer();
    this.#socket?.close();
    this.#socket = null;
  }

  async #connect(): Promise<void> {
    let access: BoxAccess;
    try {
      access = await this.#deps.access();
    } catch (error) {
      this.#retry(isAppError(error) ? error : unreachable());
      return;
    }
    if (this.#stopped) return;
    const socket = this.#deps.open(`${access.url.replace(/^http/, "ws")}/api/v1/live`, access.token.reveal());
    this.#socket = socket;
    socket.onText((text) => this.#receive(socket, text));
    socket.onEnd((end) => this.#lost(socket, endError(end)));
    this.#watch(socket);
  }

  #receive(socket: FeedSocket, text: string): void {
    if (socket !== this.#socket) return;
    this.#attempt = 0;
    this.#watch(socket);
    const value = parsed(text);
    const frame = liveFrame.safeParse(value);
    if (this.#state.kind !== "up") this.#tell({ kind: "up" });
    if (frame.success) this.#deps.onFrame(frame.data);
    else if (value !== null) this.#deps.onOther(value);
  }

  #watch(socket: FeedSocket): void {
    this.#timer();
    this.#timer = this.#deps.clock.after(SILENCE, "silent live feed", () => this.#lost(socket, unreachable()));
  }

  #lost(socket: FeedSocket, error: AppError): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.close();
    this.#retry(error);
  }

  #retry(error: AppError): void {
    if (this.#stopped) return;
    this.#tell({ kind: "down", error });
    this.#attempt++;
    const delay = backoffDelay(BACKOFF, this.#attempt, randomFraction(this.#deps.random));
    this.#timer();
    this.#timer = this.#deps.clock.after(delay, "live feed again", () => void this.#connect());
  }

  #tell(state: LinkState): void {
    this.#state = state;
    this.#deps.onState(state);
  }
}

function unreachable(): AppError {
  return new AppError("node_red.unreachable", "the box does not answer", {
    hint: "Check that the box runs, and the address in the numberbox node.",
    retryable: true,
  });
}

function endError({ status }: { readonly status?: number }): AppError {
  if (status === 401) {
    return new AppError("web.sign_in_needed", "the box does not know this token", {
      hint: "Make an API token in the console and put it into the numberbox node.",
    });
  }
  if (status === 403) {
    return new AppError("web.scope", "this token may not read", { hint: "Use a token made with that scope." });
  }
  if (status === undefined) return unreachable();
  return new AppError("node_red.refused", `the box refused its live feed with HTTP ${status}`, {
    hint: "See the box's console: it may have no owner yet, or too many viewers.",
    retryable: true,
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
