// A modem of PCM alone: says a tone and measures what it is told, with a real timer of 20 ms as its clock.

import { type Disposer, type Millis, millis } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import type { AudioCounts, ModemAudio, PcmExchange } from "../../../src/core/index.ts";
import { toneFrames } from "../../../src/voice/media/tones.ts";

/** Share of full scale, 0-1, that a frequency has in samples (Goertzel). */
export function levelOf(samples: Int16Array, hertz: number, rate: number): number {
  const k = (2 * Math.PI * hertz) / rate;
  let [a, b] = [0, 0];
  for (const sample of samples) [a, b] = [sample / 32_768 + 2 * Math.cos(k) * a - b, a];
  const power = a * a + b * b - 2 * Math.cos(k) * a * b;
  return samples.length === 0 ? 0 : (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

export class ToneModem implements ModemAudio {
  readonly #hertz: number;
  #exchange: PcmExchange | null = null;
  #frames: Iterator<Uint8Array, undefined>;
  #stop: Disposer | null = null;
  #heard = 0;
  #silence = 0;
  #last: Uint8Array[] = [];

  constructor(hertz: number) {
    this.#hertz = hertz;
    this.#frames = this.#tone();
    const tick = (due: Millis): void => {
      this.#frame();
      const next = millis(due + 20);
      const wait = millis(Math.max(0, next - systemClock.monotonic()));
      this.#stop = systemClock.after(wait, "frame of a modem", () => tick(next));
    };
    tick(systemClock.monotonic());
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

  get attached(): boolean {
    return this.#exchange !== null;
  }

  /** Level of a frequency in the last half second that it was told. */
  level(hertz: number): number {
    const samples = this.#last.flatMap((frame) => Array.from(new Int16Array(frame.buffer, frame.byteOffset, 160)));
    return levelOf(Int16Array.from(samples), hertz, 8000);
  }

  forget(): void {
    this.#last = [];
  }

  stop(): void {
    this.#stop?.();
  }

  #tone(): Iterator<Uint8Array, undefined> {
    return toneFrames([{ hertz: [this.#hertz], ms: 60_000 }]);
  }

  #frame(): void {
    const next = this.#frames.next();
    if (next.done === true) this.#frames = this.#tone();
    this.#heard++;
    const told = this.#exchange?.(next.value ?? new Uint8Array(320)) ?? null;
    if (told === null) this.#silence++;
    this.#last = [...this.#last, told === null ? new Uint8Array(320) : told.slice()].slice(-25);
  }
}
