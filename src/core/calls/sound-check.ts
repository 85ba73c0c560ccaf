// How the sound fares on a way that leads back to its beginning: a pattern of tones goes in, and what comes out is measured. Pure.

import { PCM_FRAME_BYTES, PCM_FRAME_MS, PCM_RATE } from "./ports-voice.ts";

const SAMPLES = PCM_FRAME_BYTES / 2;
const HERTZ = 1000;
/** -12 dBFS: as loud as speech. */
const AMPLITUDE = 0.25 * 32_767;
/** A tone of 100 ms in each 400 ms: far enough apart that an echo of 300 ms is told from the next one. */
const PERIOD_FRAMES = 20;
const TONE_FRAMES = 5;
const FLOOR_DBFS = -90;
/** A tone that is weaker is not taken for ours. */
const HEARD_DBFS = -45;

/** How many frames have the pattern; silence follows, in which the last tones may come back. */
export const CHECK_FRAMES = 240;
export const CHECK_TAIL_FRAMES = 25;

/** Whether the pattern has its tone in this frame. */
export const isTone = (frame: number): boolean => frame < CHECK_FRAMES && frame % PERIOD_FRAMES < TONE_FRAMES;

/** The pattern's frame number `frame`, 320 bytes. */
export function checkFrame(frame: number): Uint8Array {
  const bytes = new Uint8Array(PCM_FRAME_BYTES);
  if (!isTone(frame)) return bytes;
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < SAMPLES; at++) {
    const phase = (2 * Math.PI * HERTZ * (frame * SAMPLES + at)) / PCM_RATE;
    view.setInt16(at * 2, Math.round(AMPLITUDE * Math.sin(phase)), true);
  }
  return bytes;
}

const dbfs = (share: number): number => (share <= 0 ? FLOOR_DBFS : Math.max(FLOOR_DBFS, 20 * Math.log10(share)));

/** Level of all sound in a frame, and of the pattern's tone alone (Goertzel); both in dBFS of a sine. */
export function levelsOf(pcm: Uint8Array): { readonly all: number; readonly tone: number } {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const count = Math.floor(pcm.byteLength / 2);
  if (count === 0) return { all: FLOOR_DBFS, tone: FLOOR_DBFS };
  const turn = 2 * Math.cos((2 * Math.PI * HERTZ) / PCM_RATE);
  let [energy, before, last] = [0, 0, 0];
  for (let at = 0; at < count; at++) {
    const sample = view.getInt16(at * 2, true) / 32_768;
    energy += sample * sample;
    [before, last] = [last, sample + turn * last - before];
  }
  const power = before * before + last * last - turn * before * last;
  return { all: dbfs(Math.sqrt((2 * energy) / count)), tone: dbfs((2 * Math.sqrt(Math.max(0, power))) / count) };
}

export interface SoundPoint {
  /** ms since the first frame was sent. */
  readonly at: number;
  readonly all: number;
  readonly tone: number;
}

export interface SoundReport {
  /** Whether enough of the tones came back to say that the way works. */
  readonly good: boolean;
  /** Tones that were sent, and those that came back. */
  readonly tones: number;
  readonly found: number;
  /** From sending a tone to hearing it, in ms; null where none came back. */
  readonly roundTrip: { readonly median: number; readonly longest: number } | null;
  /** dBFS of the tones that came back; they were sent at -12. Null where none did. */
  readonly level: number | null;
  /** Frames of 20 ms that came, of those that were sent. */
  readonly frames: { readonly sent: number; readonly heard: number };
  /** Longest time without a frame, in ms. */
  readonly longestGap: number;
  /** What was heard, in steps of 40 ms, for a picture. */
  readonly heard: readonly SoundPoint[];
  /** When tones were sent, in ms. */
  readonly sentAt: readonly number[];
}

const STEP = 40;

/** Gathers what goes out and what comes in, by readings of one monotonic clock, in ms. */
export class SoundMeter {
  readonly #points: SoundPoint[] = [];
  readonly #sentAt: number[] = [];
  #start: number | null = null;
  #sent = 0;
  #last: number | null = null;
  #longestGap = 0;

  /** Frame `frame` of the pattern goes out now. */
  sent(frame: number, now: number): void {
    this.#start ??= now;
    this.#sent++;
    if (isTone(frame) && frame % PERIOD_FRAMES === 0) this.#sentAt.push(now - this.#start);
  }

  heard(pcm: Uint8Array, now: number): void {
    if (this.#start === null) return;
    const at = now - this.#start;
    if (this.#last !== null) this.#longestGap = Math.max(this.#longestGap, at - this.#last);
    this.#last = at;
    this.#points.push({ at, ...levelsOf(pcm) });
  }

  report(): SoundReport {
    const found = this.#sentAt.flatMap((at) => this.#backOf(at) ?? []);
    const trips = found.map(({ trip }) => trip).sort((a, b) => a - b);
    const [tones, longest] = [this.#sentAt.length, trips.at(-1)];
    const median = trips[Math.floor(trips.length / 2)];
    const loud = found.map(({ level }) => level);
    return {
      good: tones > 0 && found.length / tones >= 0.8,
      ...{ tones, found: found.length },
      roundTrip:
        median === undefined || longest === undefined
          ? null
          : { median: Math.round(median), longest: Math.round(longest) },
      level: loud.length === 0 ? null : Math.round((10 * loud.reduce((sum, each) => sum + each, 0)) / loud.length) / 10,
      frames: { sent: this.#sent, heard: this.#points.length },
      longestGap: Math.round(this.#longestGap),
      heard: this.#picture(),
      sentAt: this.#sentAt.map(Math.round),
    };
  }

  /** The tone that was sent at `at`, where it came back before the next one was sent. */
  #backOf(at: number): { readonly trip: number; readonly level: number } | null {
    const until = at + PERIOD_FRAMES * PCM_FRAME_MS;
    const own = this.#points.filter((point) => point.at >= at && point.at < until && point.tone > HEARD_DBFS);
    const [first] = own;
    if (first === undefined) return null;
    // Its first frame may be half silence: the loudest tells the level.
    return { trip: first.at - at, level: Math.max(...own.map(({ tone }) => tone)) };
  }

  #picture(): readonly SoundPoint[] {
    const steps = new Map<number, SoundPoint>();
    for (const { at, all, tone } of this.#points) {
      const step = Math.floor(at / STEP) * STEP;
      const known = steps.get(step) ?? { at: step, all: FLOOR_DBFS, tone: FLOOR_DBFS };
      steps.set(step, { at: step, all: Math.max(known.all, all), tone: Math.max(known.tone, tone) });
    }
    const round = (value: number): number => Math.round(value * 10) / 10;
    return [...steps.values()].map(({ at, all, tone }) => ({ at, all: round(all), tone: round(tone) }));
  }
}
