// A modem and an AudioSocket of which each frame is seen, without a network.

import type { Disposer } from "../../../src/base/index.ts";
import type { AudioCounts, ModemAudio, PcmExchange } from "../../../src/core/index.ts";
import type { AudioLink } from "../../../src/voice/media/audio-link.ts";

/** A frame of which each byte is `value`. */
export function frameOf(value: number): Uint8Array {
  return new Uint8Array(320).fill(value);
}

/** The modem: says what it is told to, one frame at a time. */
export class HandModem implements ModemAudio {
  #exchange: PcmExchange | null = null;
  #heard = 0;
  #silence = 0;

  get attached(): boolean {
    return this.#exchange !== null;
  }

  exchange(with_: PcmExchange): Disposer {
    this.#exchange = with_;
    return () => {
      if (this.#exchange === with_) this.#exchange = null;
    };
  }

  counts(): AudioCounts {
    return { heard: this.#heard, said: this.#heard, silence: this.#silence, stalls: 0 };
  }

  /** One frame; returns the byte that came back, or null for silence. */
  say(value: number): number | null {
    this.#heard++;
    const back = this.#exchange?.(frameOf(value)) ?? null;
    if (back === null) this.#silence++;
    return back?.[0] ?? null;
  }
}

export class HandLink implements AudioLink {
  /** The first byte of each frame that went to the phone. */
  readonly sent: number[] = [];
  full = false;
  closed = false;
  readonly #audio = new Set<(pcm: Uint8Array) => void>();
  readonly #close = new Set<() => void>();

  send(pcm: Uint8Array): boolean {
    if (this.closed || this.full) return false;
    this.sent.push(pcm[0] ?? 0);
    return true;
  }

  onAudio(listener: (pcm: Uint8Array) => void): Disposer {
    this.#audio.add(listener);
    return () => this.#audio.delete(listener);
  }

  onClose(listener: () => void): Disposer {
    this.#close.add(listener);
    return () => this.#close.delete(listener);
  }

  close(): void {
    this.closed = true;
    for (const listener of [...this.#close]) listener();
  }

  phoneSays(value: number, frames = 1): void {
    for (let i = 0; i < frames; i++) for (const listener of [...this.#audio]) listener(frameOf(value));
  }
}
