// The live feed: one subscription to the box, any number of viewers. Each frame is checked and written as text once, whoever
// listens. A viewer that reads too slowly loses frames, never the box its memory: once it has caught up it gets a new snapshot.

import type { WebSocket } from "ws";
import { type Clock, type Disposer, deferred, type Logger, seconds, withDeadline } from "../../base/index.ts";
import type { BoxConsole } from "../../core/index.ts";
import { type LiveFrame, liveFrame } from "../../protocol/index.ts";
import type { WebLimits } from "./limits.ts";
import { LiveFrames } from "./live-frames.ts";
import { snapshot } from "./live-snapshot.ts";

/** Close codes of the feed, from the range free for applications (RFC 6455 7.4.2). */
export const CLOSE_SIGNED_OUT = 4401;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_INTERNAL = 1011;
/** Time for viewers to answer the closing frame. */
const CLOSING = seconds(1);

export interface LiveFeedDeps {
  readonly box: BoxConsole;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Pick<WebLimits, "liveInterval" | "livePing" | "liveBufferBytes" | "liveEvents">;
}

interface Viewer {
  readonly socket: WebSocket;
  /** Whether the viewer's session is still open. */
  readonly isOpen: () => Promise<boolean>;
  /** `joining`: its snapshot is being made, texts wait; `lagging`: frames are dropped until its buffer is empty. */
  state: "joining" | "following" | "lagging";
  waiting: string[];
  answered: boolean;
  readonly closed: Promise<void>;
}

export class LiveFeed {
  readonly #deps: LiveFeedDeps;
  readonly #viewers = new Set<Viewer>();
  readonly #frames = new LiveFrames();
  #disposers: Disposer[] = [];
  #flushTimer: Disposer | null = null;

  constructor(deps: LiveFeedDeps) {
    this.#deps = deps;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  start(): void {
    this.#disposers = [
      this.#deps.box.onChange((frame) => {
        if (this.#viewers.size === 0) return;
        this.#frames.add(frame);
        this.#scheduleFlush();
      }),
    ];
    this.#schedulePing();
  }

  /** Says good-bye to every viewer; cuts off those that do not answer. */
  async stop(): Promise<void> {
    for (const dispose of this.#disposers.splice(0)) dispose();
    this.#flushTimer?.();
    const closed = [...this.#viewers].map((viewer) => viewer.closed);
    for (const viewer of this.#viewers) viewer.socket.close(CLOSE_GOING_AWAY, "the box is stopping");
    const wait = { clock: this.#deps.clock, timeout: CLOSING, what: "live viewers closing" };
    await withDeadline(Promise.all(closed), wait).catch(() => {});
    for (const viewer of this.#viewers) viewer.socket.terminate();
  }

  join(socket: WebSocket, isOpen: () => Promise<boolean>): void {
    const closed = deferred<void>();
    const viewer: Viewer = { socket, isOpen, state: "joining", waiting: [], answered: true, closed: closed.promise };
    this.#viewers.add(viewer);
    socket.on("pong", () => {
      viewer.answered = true;
    });
    socket.on("close", () => {
      this.#viewers.delete(viewer);
      closed.resolve();
    });
    // ws reports a peer's protocol error here and then closes; without a listener it would end the process.
    socket.on("error", () => socket.terminate());
    void this.#sendSnapshot(viewer);
  }

  async #sendSnapshot(viewer: Viewer): Promise<void> {
    viewer.state = "joining";
    try {
      const text = JSON.stringify(await snapshot(this.#deps.box, this.#deps.limits.liveEvents, this.#deps.clock));
      for (const waiting of [text, ...viewer.waiting.splice(0)]) viewer.socket.send(waiting);
      viewer.state = "following";
    } catch {
      this.#deps.log.warn("web_live_snapshot_failed");
      viewer.socket.close(CLOSE_INTERNAL, "the box cannot show its state now");
    }
  }

  #scheduleFlush(): void {
    this.#flushTimer ??= this.#deps.clock.after(this.#deps.limits.liveInterval, "live frames", () => {
      this.#flushTimer = null;
      this.#flush();
    });
  }

  #flush(): void {
    const texts = this.#frames.take().flatMap((frame) => this.#textOf(frame));
    for (const viewer of this.#viewers) this.#deliver(viewer, texts);
    if ([...this.#viewers].some((viewer) => viewer.state === "lagging")) this.#scheduleFlush();
  }

  /** Only what the contract names leaves the box; a frame that breaks it is dropped and reported. */
  #textOf(frame: LiveFrame): readonly string[] {
    const checked = liveFrame.safeParse(frame);
    if (checked.success) return [JSON.stringify(checked.data)];
    this.#deps.log.error("web_live_frame_invalid", { type: frame.type });
    return [];
  }

  #deliver(viewer: Viewer, texts: readonly string[]): void {
    if (viewer.state === "joining") {
      viewer.waiting.push(...texts);
      return;
    }
    if (viewer.state === "lagging") {
      if (viewer.socket.bufferedAmount === 0) void this.#sendSnapshot(viewer);
      return;
    }
    for (const text of texts) viewer.socket.send(text);
    if (viewer.socket.bufferedAmount > this.#deps.limits.liveBufferBytes) viewer.state = "lagging";
  }

  #schedulePing(): void {
    const timer = this.#deps.clock.after(this.#deps.limits.livePing, "live ping", () => {
      for (const viewer of this.#viewers) void this.#ping(viewer);
      this.#disposers = this.#disposers.filter((disposer) => disposer !== timer);
      this.#schedulePing();
    });
    this.#disposers.push(timer);
  }

  async #ping(viewer: Viewer): Promise<void> {
    if (!viewer.answered) {
      viewer.socket.terminate();
      return;
    }
    viewer.answered = false;
    viewer.socket.ping();
    if (!(await viewer.isOpen().catch(() => true))) viewer.socket.close(CLOSE_SIGNED_OUT, "the session has ended");
  }
}
