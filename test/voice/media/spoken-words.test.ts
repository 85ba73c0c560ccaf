// The words of announcements: recordings that are shipped for every language of the box, and tones where there are none.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { localeSection } from "../../../src/config/locale-schema.ts";
import { SpokenWords } from "../../../src/voice/index.ts";
import { announcementFrames, framesOfUlaw, linearOf, SPOKEN } from "../../../src/voice/media/spoken-words.ts";
import { announcementTones, toneFrames } from "../../../src/voice/media/tones.ts";
import { RecordingLogger } from "../../core/core-rig.ts";

const FOLDER = new URL("../../../src/voice/media/words/", import.meta.url);
const LANGUAGES = localeSection.shape.language.unwrap().options;
const samplesOf = (frames: readonly Uint8Array[]): readonly number[] =>
  frames.flatMap((bytes) => Array.from(new Int16Array(bytes.buffer)));

describe("mu-law", () => {
  it.each([
    // ITU-T G.711, table 2b: the ends of segments, and both zeros.
    [0x00, -32_124],
    [0x80, 32_124],
    [0x8f, 16_764],
    [0xef, 132],
    [0xfe, 8],
    [0xff, 0],
    [0x7f, 0],
    [0x7e, -8],
  ])("0x%s is %d", (ulaw, linear) => {
    expect(linearOf(ulaw) + 0).toBe(linear);
  });

  it("comes in frames of 20 ms, the last filled with silence", () => {
    const frames = framesOfUlaw(new Uint8Array(161).fill(0x80));
    expect(frames.map(({ length }) => length)).toEqual([320, 320]);
    expect(samplesOf(frames).filter((value) => value !== 0)).toHaveLength(161);
  });
});

describe("the words of announcements", () => {
  const log = new RecordingLogger();

  it.each(LANGUAGES)("are there in %s, as loud as speech and not longer than the caller waits", async (language) => {
    const words = new SpokenWords({ language: () => language, log });
    for (const what of SPOKEN) {
      const frames = await words.of(what);
      const seconds = frames.length / 50;
      expect(seconds).toBeGreaterThan(1.5);
      expect(announcementFrames(what, frames).length).toBeLessThan(12_000);
      const samples = samplesOf(frames);
      const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(peak).toBeGreaterThan(8000);
      const power = samples.reduce((sum, value) => sum + (value / 32_768) ** 2, 0) / samples.length;
      expect(10 * Math.log10(power)).toBeGreaterThan(-30);
    }
  });

  it("are those of the text, each recorded", () => {
    const text = readFileSync(new URL("words.txt", FOLDER), "utf8").split("\n");
    const named = text.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split("|"));
    const files = named.map(([language, name]) => `${language}-${name}.ulaw`).sort();
    expect(files).toEqual(LANGUAGES.flatMap((language) => SPOKEN.map((what) => `${language}-${what}.ulaw`)).sort());
    expect(
      readdirSync(FOLDER)
        .filter((name) => name.endsWith(".ulaw"))
        .sort(),
    ).toEqual(files);
  });

  it("come after a tone; where there are none the tones tell it, and the log says so once", async () => {
    const words = new SpokenWords({ language: () => "de", log });
    const spoken = await words.of("emergency");
    const sound = [...announcementFrames("emergency", spoken).frames];
    expect(sound.slice(-spoken.length)).toEqual(spoken);
    expect(sound.length).toBeGreaterThan(spoken.length + 50);
    const silent = new RecordingLogger();
    const lost = new SpokenWords({ language: () => "xx", log: silent });
    for (let turn = 0; turn < 2; turn++) {
      const sound = announcementFrames("emergency", await lost.of("emergency"));
      expect([...sound.frames]).toEqual([...toneFrames(announcementTones("emergency"))]);
    }
    expect(silent.lines.filter((line) => line.includes("announcement_without_words"))).toHaveLength(1);
    expect(await words.of("busy")).toEqual([]);
  });
});
