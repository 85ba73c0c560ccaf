// What an announcement says in words, in the box's language: recordings that are shipped, read when one is first needed.

import { readFile } from "node:fs/promises";
import { type Logger, messageOf, millis } from "../../base/index.ts";
import { type Announcement, PCM_FRAME_BYTES } from "../../core/index.ts";
import { announcementTones, BEFORE_WORDS, toneFrames } from "./tones.ts";

const FRAME_MS = 20;

/** Announcements that have words. Busy and running out are tones that every caller knows. */
export const SPOKEN = [
  "blocked",
  "emergency",
  "no_credit",
  "unreachable",
  "not_available",
] as const satisfies readonly Announcement[];

const isSpoken = (what: Announcement): what is (typeof SPOKEN)[number] => SPOKEN.some((each) => each === what);

export interface SpokenWordsDeps {
  /** Language of the box, such as `de`; one that has no recordings is silent, and the tones stay. */
  readonly language: () => string;
  readonly log: Logger;
  /** Reads a recording by its name; without it the shipped ones. */
  readonly read?: (file: string) => Promise<Uint8Array>;
}

const shipped = (file: string): Promise<Uint8Array> => readFile(new URL(`words/${file}`, import.meta.url));

export class SpokenWords {
  readonly #deps: SpokenWordsDeps;
  readonly #known = new Map<string, Promise<readonly Uint8Array[]>>();

  constructor(deps: SpokenWordsDeps) {
    this.#deps = deps;
  }

  /** Frames of 320 bytes, 20 ms each; none where there are no words for it. Never rejects: without words the tones are heard. */
  of(what: Announcement): Promise<readonly Uint8Array[]> {
    if (!isSpoken(what)) return Promise.resolve([]);
    const file = `${this.#deps.language()}-${what}.ulaw`;
    const known = this.#known.get(file) ?? this.#load(file);
    this.#known.set(file, known);
    return known;
  }

  async #load(file: string): Promise<readonly Uint8Array[]> {
    const { read = shipped, log } = this.#deps;
    try {
      return framesOfUlaw(await read(file));
    } catch (error) {
      log.warn("announcement_without_words", { file, reason: messageOf(error) });
      return [];
    }
  }
}

/** The sound of an announcement: a tone that it is one, then the words; where there are no words, tones that tell it. */
export function announcementFrames(what: Exclude<Announcement, "echo">, words: readonly Uint8Array[]) {
  const tones = announcementTones(what);
  const sound = words.length === 0 ? [...toneFrames(tones)] : [...toneFrames(BEFORE_WORDS), ...words];
  return { frames: sound.values(), length: millis(sound.length * FRAME_MS) };
}

/** G.711 mu-law as 16-bit linear samples in frames; the last is filled with silence. */
export function framesOfUlaw(bytes: Uint8Array): readonly Uint8Array[] {
  const perFrame = PCM_FRAME_BYTES / 2;
  return Array.from({ length: Math.ceil(bytes.length / perFrame) }, (_, index) => {
    const frame = new DataView(new ArrayBuffer(PCM_FRAME_BYTES));
    bytes.subarray(index * perFrame, (index + 1) * perFrame).forEach((value, at) => {
      frame.setInt16(at * 2, linearOf(value), true);
    });
    return new Uint8Array(frame.buffer);
  });
}

/** ITU-T G.711 (1988) table 2, on the scale of 16 bits: -32,124 to 32,124. */
export function linearOf(ulaw: number): number {
  const bits = ~ulaw & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}
