import { describe, expect, it } from "vitest";
import { figuresOf, hoursOf, levelsOf, pathOf } from "../../../src/web/pages/signal-facts.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("a series of signal levels", () => {
  it("is cut to its last span, each level at its time", () => {
    const series = { slot: "1", until: 10 * MINUTE, every_ms: MINUTE, dbm: [-90, -80, null, -70] };
    expect(levelsOf(series, 2 * MINUTE)).toEqual([
      { at: 8 * MINUTE, dbm: -80 },
      { at: 9 * MINUTE, dbm: null },
      { at: 10 * MINUTE, dbm: -70 },
    ]);
    expect(levelsOf(series, 24 * HOUR)).toHaveLength(4);
    expect(levelsOf({ ...series, dbm: [] }, HOUR)).toEqual([]);
  });

  it("says how well was heard, and for how long not at all", () => {
    expect(figuresOf([-90, null, -70, -100, null, -80], MINUTE)).toEqual({
      heard: { lowest: -100, median: -80, highest: -70 },
      silent: 2 * MINUTE,
    });
    expect(figuresOf([null], MINUTE)).toEqual({ heard: null, silent: MINUTE });
    expect(figuresOf([], MINUTE)).toEqual({ heard: null, silent: 0 });
  });

  it("is told by whole hours, the newest first", () => {
    const levels = [
      { at: 3 * HOUR - MINUTE, dbm: -80 },
      { at: 3 * HOUR, dbm: null },
      { at: 3 * HOUR + MINUTE, dbm: -60 },
    ];
    expect(hoursOf(levels, MINUTE).map(({ from, heard, silent }) => [from / HOUR, heard?.lowest, silent])).toEqual([
      [3, -60, MINUTE],
      [2, -80, 0],
    ]);
  });

  it("is drawn up to its right edge, broken where nothing was heard, and never outside", () => {
    expect(pathOf([-115, -50, null, -20], 5, 100, 40)).toBe("M25.0 40.0h0L50.0 0.0M100.0 0.0h0");
    expect(pathOf([], 5, 100, 40)).toBe("");
    expect(pathOf([-200], 1, 100, 40)).toBe("M100.0 40.0h0");
  });
});
