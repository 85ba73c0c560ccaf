// The sound between one phone and whoever speaks with it: the modem, or the box itself. The modem is the clock: each frame that it said goes
// to Asterisk at once, and what the phone said comes back in exchange.

import { type Clock, type Disposer, type Millis, millis } from "../../base/index.ts";
import { type ModemAudio, PCM_FRAME_MS } from "../../core/index.ts";
import type { AudioLink } from "./audio-link.ts";
import { PcmQueue } from "./pcm-queue.ts";

export interface MediaCounts {
  /** Frames to the phone that Asterisk did not take in time. */
  readonly lostUp: number;
  /** Frames of the phone that were thrown away, as the modem was too slow. */
  readonly dropped: number;
  readonly missing: number;
}

/** What stands in for the modem's voice for a while. */
interface Overlay {
  readonly frames: Iterator<Uint8Array, undefined>;
  readonly done: () => void;
}

export interface SoundSession {
  counts(): MediaCounts;
  /** The modem speaks from now on, in place of what spoke before. */
  attach(audio: ModemAudio): void;
  /** Held: the modem gets silence, whatever the phone sends; what it sent before is old when it is back. */
  hold(held: boolean): void;
  /** Says `frames` to the phone, then resolves; earlier too, when the session closes or something else is said. Never rejects. */
  say(frames: Iterator<Uint8Array, undefined>, length: Millis): Promise<void>;
  /** The phone hears itself, until the session closes. */
  echo(): Promise<void>;
  /** Idempotent. Leaves silence at the modem. */
  close(): void;
}

export class MediaSession implements SoundSession {
  readonly #link: AudioLink;
  readonly #clock: Clock;
  readonly #queue = new PcmQueue();
  readonly #stopListening: Disposer;
  #detach: Disposer | null = null;
  #overlay: Overlay | null = null;
  #ticker: Disposer | null = null;
  #echo: (() => void) | null = null;
  #held = false;
  #closed = false;
  #lostUp = 0;

  constructor(link: AudioLink, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    this.#stopListening = link.onAudio((pcm) => this.#fromPhone(pcm));
  }

  counts(): MediaCounts {
    return { lostUp: this.#lostUp, ...this.#queue.counts() };
  }

  attach(audio: ModemAudio): void {
    this.#detach?.();
    this.#queue.clear();
    if (!this.#closed) this.#detach = audio.exchange((heard) => this.#exchange(heard));
    if (this.#overlay !== null) this.#stopTicker();
  }

  hold(held: boolean): void {
    this.#held = held;
    this.#queue.clear();
  }

  say(frames: Iterator<Uint8Array, undefined>, length: Millis): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#overlay?.done();
    return new Promise((resolve) => {
      // A modem that stands still would keep the caller waiting.
      const limit = this.#clock.after(millis(length + 2000), "a sound of the box", () => overlay.done());
      const overlay: Overlay = {
        frames,
        done: () => {
          limit();
          if (this.#overlay === overlay) this.#overlay = null;
          if (this.#overlay === null) this.#stopTicker();
          resolve();
        },
      };
      this.#overlay = overlay;
      if (this.#detach === null && this.#ticker === null) this.#tick(this.#clock.monotonic());
    });
  }

  echo(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#echo = resolve;
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopListening();
    this.#detach?.();
    this.#detach = null;
    this.#overlay?.done();
    this.#echo?.();
    this.#link.close();
  }

  #exchange(heard: Uint8Array): Uint8Array | null {
    this.#toPhone(this.#nextOverlay() ?? heard);
    return this.#held ? null : this.#queue.take();
  }

  #fromPhone(pcm: Uint8Array): void {
    if (this.#echo !== null) this.#toPhone(pcm);
    else if (this.#detach !== null && !this.#held) this.#queue.push(pcm);
  }

  #toPhone(pcm: Uint8Array): void {
    if (!this.#link.send(pcm)) this.#lostUp++;
  }

  #nextOverlay(): Uint8Array | null {
    const overlay = this.#overlay;
    if (overlay === null) return null;
    const next = overlay.frames.next();
    if (next.done === true) overlay.done();
    return next.value ?? null;
  }

  /** Without a modem the box is the clock. `due` keeps late timers from adding up. */
  #tick(due: Millis): void {
    const frame = this.#nextOverlay();
    if (frame === null) return;
    this.#toPhone(frame);
    const next = millis(due + PCM_FRAME_MS);
    const wait = millis(Math.max(0, next - this.#clock.monotonic()));
    this.#ticker = this.#clock.after(wait, "next frame of a sound", () => this.#tick(next));
  }

  #stopTicker(): void {
    this.#ticker?.();
    this.#ticker = null;
  }
}
