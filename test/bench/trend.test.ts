import { describe, expect, it } from "vitest";
import { minima, slope } from "./trend.ts";

describe("the trend of a series", () => {
  it("is the rise for each step of time, also between samples that are not evenly apart", () => {
    expect(slope([0, 1, 4], [10, 12, 18])).toBeCloseTo(2);
    expect(slope([0, 1, 2, 3], [5, 5, 5, 5])).toBe(0);
  });

  it("is the line with the least squares through noise", () => {
    expect(slope([0, 1, 2], [0, 3, 0])).toBeCloseTo(0);
    expect(slope([0, 1, 2], [0, 0, 3])).toBeCloseTo(1.5);
  });

  it("is unknown below three samples", () => {
    expect(slope([0, 1], [0, 1])).toBeNaN();
  });
});

describe("the minima of a series", () => {
  it("are the least of each group, and of a last one that is at least half full", () => {
    expect(minima([3, 1, 2, 9, 8, 7, 5, 6], 3)).toEqual([1, 7, 5]);
    expect(minima([3, 1, 2, 9], 3)).toEqual([1]);
  });
});
