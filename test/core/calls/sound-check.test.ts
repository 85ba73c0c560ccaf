import { describe, expect, it } from "vitest";
import { CHECK_FRAMES, checkFrame, isTone, levelsOf, SoundMeter } from "../../../src/core/index.ts";

/** All frames go out on time; `back` says what of each comes in, and how much later. */
function run(back: (frame: number, pcm: Uint8Array) => { readonly pcm: Uint8Array; readonly after: number } | null) {
  const meter = new SoundMeter();
  const events: { readonly at: number; readonly run: () => void }[] = [];
  for (let frame = 0; frame < CHECK_FRAMES; frame++) {
    const at = 5000 + frame * 20;
    events.push({ at, run: () => meter.sent(frame, at) });
    const heard = back(frame, checkFrame(frame));
    if (heard !== null) events.push({ at: at + heard.after, run: () => meter.heard(heard.pcm, at + heard.after) });
  }
  for (const event of events.sort((a, b) => a.at - b.at)) event.run();
  return meter.report();
}

const scaled = (pcm: Uint8Array, factor: number): Uint8Array => {
  const out = new Uint8Array(pcm.length);
  const [from, to] = [new DataView(pcm.buffer), new DataView(out.buffer)];
  for (let at = 0; at < pcm.length; at += 2) to.setInt16(at, Math.round(from.getInt16(at, true) * factor), true);
  return out;
};

describe("a look at the sound", () => {
  it("sends tones of -12 dBFS with silence between them", () => {
    expect(levelsOf(checkFrame(1)).tone).toBeCloseTo(-12, 0);
    expect(levelsOf(checkFrame(1)).all).toBeCloseTo(-12, 0);
    expect(levelsOf(checkFrame(6))).toEqual({ all: -90, tone: -90 });
    expect([isTone(0), isTone(4), isTone(5), isTone(20)]).toEqual([true, true, false, true]);
  });

  it("tells the time there and back, the level, and that nothing was lost", () => {
    const report = run((_, pcm) => ({ pcm: scaled(pcm, 0.5), after: 87 }));
    expect(report).toMatchObject({
      ...{ good: true, tones: 12, found: 12, roundTrip: { median: 87, longest: 87 } },
      ...{ frames: { sent: 240, heard: 240 }, longestGap: 20 },
    });
    expect(report.level).toBeCloseTo(-18, 0);
    expect(report.heard.length).toBeLessThan(130);
  });

  it("is not good where most tones are lost, and knows no time where all are", () => {
    const some = run((frame, pcm) => (frame % 80 < 20 ? { pcm, after: 30 } : null));
    expect(some).toMatchObject({ good: false, tones: 12, found: 3, longestGap: 1220 });
    const silent = run((_, pcm) => ({ pcm: new Uint8Array(pcm.length), after: 30 }));
    expect(silent).toMatchObject({ good: false, found: 0, roundTrip: null, level: null });
    expect(run(() => null)).toMatchObject({ good: false, found: 0, frames: { sent: 240, heard: 0 }, heard: [] });
  });

  it("takes no other sound for its own", () => {
    const hum = Uint8Array.from(checkFrame(1));
    const view = new DataView(hum.buffer);
    for (let at = 0; at < 160; at++)
      view.setInt16(at * 2, Math.round(8000 * Math.sin((2 * Math.PI * 300 * at) / 8000)), true);
    const report = run(() => ({ pcm: hum, after: 10 }));
    expect(report).toMatchObject({ good: false, found: 0 });
    expect(report.heard[0]?.all).toBeCloseTo(-12.2, 0);
  });
});
