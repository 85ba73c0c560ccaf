// What a caller hears whose call nobody takes: tones, and words between them where there are some.

import { describe, expect, it } from "vitest";
import { announcementFor } from "../../../src/core/calls/caller-tones.ts";
import { PCM_FRAME_BYTES } from "../../../src/core/index.ts";

const silence = new Uint8Array(PCM_FRAME_BYTES);
/** The special information tone: three times 320 ms, then a second. */
const SIT = [48, 50] as const;

/** Frames that a modem of `count` frames hears; null is silence. */
function heard(sound: ReturnType<typeof announcementFor>, count: number): readonly (Uint8Array | null)[] {
  return Array.from({ length: count }, () => sound(silence));
}

const isTone = (frame: Uint8Array | null | undefined): boolean =>
  frame !== null && frame !== undefined && frame.length === PCM_FRAME_BYTES && frame.some((byte) => byte !== 0);

describe("the announcement to a caller", () => {
  it.each(["busy", "declined"] as const)("is the busy tone for %s, words or not", (cause) => {
    const word = new Uint8Array(PCM_FRAME_BYTES).fill(7);
    const frames = heard(
      announcementFor(cause, () => [word]),
      200,
    );
    expect(frames.map(isTone)).toEqual(Array.from({ length: 200 }, (_, at) => at % 50 < 25));
    expect(frames).not.toContain(word);
  });

  it("is the special information tone over and over where there are no words", () => {
    const whole = SIT[0] + SIT[1];
    const frames = heard(announcementFor("no_answer"), 3 * whole);
    expect(frames.map(isTone)).toEqual(Array.from({ length: 3 * whole }, (_, at) => at % whole < SIT[0]));
  });

  it("says the words after each round of the tones, whole, then rests for two seconds", () => {
    const words = [1, 2, 3].map((value) => new Uint8Array(PCM_FRAME_BYTES).fill(value));
    const sound = announcementFor("no_answer", () => words);
    for (let round = 0; round < 2; round++) {
      const tones = heard(sound, SIT[0] + SIT[1]);
      expect(tones.filter(isTone)).toHaveLength(SIT[0]);
      expect(heard(sound, 3)).toEqual(words);
      expect(heard(sound, 100)).toEqual(Array.from({ length: 100 }, () => null));
    }
  });

  it("takes words in the round in which they have come", () => {
    let words: readonly Uint8Array[] = [];
    const word = new Uint8Array(PCM_FRAME_BYTES).fill(9);
    const sound = announcementFor("no_answer", () => words);
    expect(heard(sound, SIT[0] + SIT[1] + 1).at(-1)).not.toBe(word);
    words = [word];
    expect(heard(sound, SIT[0] + SIT[1]).at(-1)).toBe(word);
  });
});
