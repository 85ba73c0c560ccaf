// Measures PCM of 8 kHz, mono, 16 bit: level and tones of the last second, and gaps in time.

const RATE = 8_000;
const KEPT = RATE;
const FULL = 32_768;

/** `samples` cycles of a sine into `out`, going on at `phase`; returns the phase after it. Level in dB below full scale. */
export function writeTone(
  out: Int16Array,
  tone: { readonly hz: number; readonly dbfs: number },
  phase: number,
): number {
  const amplitude = (FULL - 1) * 10 ** (tone.dbfs / 20);
  const step = (2 * Math.PI * tone.hz) / RATE;
  for (let i = 0; i < out.length; i++) out[i] = Math.round(amplitude * Math.sin(phase + i * step));
  return (phase + out.length * step) % (2 * Math.PI);
}

export class ToneMeter {
  readonly #samples = new Float64Array(KEPT);
  readonly #now: () => number;
  #count = 0;
  #odd: number | null = null;
  #lastAt: number | null = null;
  bytes = 0;
  /** Gaps of over 60 ms between two pieces, and the longest of all, in ms. */
  gaps = 0;
  longestGap = 0;

  /** `now`: in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whole frames so far. */
  get frames(): number {
    return Math.floor(this.bytes / 320);
  }

  clear(): void {
    this.#samples.fill(0);
    this.#count = 0;
    this.#odd = null;
    this.#lastAt = null;
    this.bytes = 0;
    this.gaps = 0;
    this.longestGap = 0;
  }

  push(bytes: Uint8Array): void {
    const now = this.#now();
    const gap = this.#lastAt === null ? 0 : now - this.#lastAt;
    this.#lastAt = now;
    if (gap > 60) this.gaps++;
    this.longestGap = Math.max(this.longestGap, gap);
    this.bytes += bytes.length;
    for (const byte of bytes) {
      if (this.#odd === null) {
        this.#odd = byte;
        continue;
      }
      const value = this.#odd | (byte << 8);
      this.#odd = null;
      this.#samples[this.#count++ % KEPT] = (value >= FULL ? value - 2 * FULL : value) / FULL;
    }
  }

  /** Level of the last second, in dB below that of a full sine; -100 for silence. */
  level(): number {
    const length = Math.min(this.#count, KEPT);
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (this.#samples[i] ?? 0) ** 2;
    return decibels(length === 0 ? 0 : Math.sqrt((2 * sum) / length));
  }

  /** Level of one frequency in the last second, by Goertzel. */
  tone(hz: number): number {
    const length = Math.min(this.#count, KEPT);
    if (length === 0) return -100;
    const first = this.#count > KEPT ? this.#count % KEPT : 0;
    const turn = (2 * Math.PI * hz) / RATE;
    const factor = 2 * Math.cos(turn);
    let [last, before] = [0, 0];
    for (let i = 0; i < length; i++) {
      const next = (this.#samples[(first + i) % KEPT] ?? 0) + factor * last - before;
      before = last;
      last = next;
    }
    const power = last * last + before * before - factor * last * before;
    return decibels((2 * Math.sqrt(Math.max(0, power))) / length);
  }
}

const decibels = (amplitude: number): number => Math.max(-100, 20 * Math.log10(Math.max(1e-10, amplitude)));
