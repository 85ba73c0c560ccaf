// What the phone said, until the modem takes it. The modem's clock and the phone's are never the same: too much is thrown away from the old
// end, too little is silence.

import { concatBytes } from "../../base/index.ts";
import { PCM_FRAME_BYTES } from "../../core/index.ts";

/** After silence it speaks again with so many frames, so that the next late one is no gap. */
const PRIME = 2;
/** What is kept when there was too much. */
const TARGET = 3;
/** 100 ms; more is delay that never goes away by itself. */
const MOST = 5;

export interface QueueCounts {
  readonly dropped: number;
  /** Frames that were wanted while speech went on and were not there. */
  readonly missing: number;
}

export class PcmQueue {
  readonly #frames: Uint8Array[] = [];
  #part: Uint8Array = new Uint8Array();
  #speaking = false;
  #dropped = 0;
  #missing = 0;

  get depth(): number {
    return this.#frames.length;
  }

  counts(): QueueCounts {
    return { dropped: this.#dropped, missing: this.#missing };
  }

  /** Any number of bytes: phones that send 30 ms or 60 ms come in frames of 20 all the same. */
  push(pcm: Uint8Array): void {
    const bytes = concatBytes(this.#part, pcm);
    let at = 0;
    for (; bytes.length - at >= PCM_FRAME_BYTES; at += PCM_FRAME_BYTES)
      this.#frames.push(bytes.slice(at, at + PCM_FRAME_BYTES));
    this.#part = bytes.slice(at);
    if (this.#frames.length > MOST) {
      this.#dropped += this.#frames.length - TARGET;
      this.#frames.splice(0, this.#frames.length - TARGET);
    }
  }

  /** 320 bytes, or null for silence. */
  take(): Uint8Array | null {
    if (!this.#speaking && this.#frames.length < PRIME) return null;
    const frame = this.#frames.shift();
    if (frame === undefined) this.#missing++;
    this.#speaking = frame !== undefined;
    return frame ?? null;
  }

  clear(): void {
    this.#frames.length = 0;
    this.#part = new Uint8Array();
    this.#speaking = false;
  }
}
