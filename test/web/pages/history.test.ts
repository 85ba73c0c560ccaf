import fc from "fast-check";
import { expect, it } from "vitest";
import { barsOf, SPARK_HEIGHT } from "../../../src/web/pages/history.ts";

const heights = (path: string): readonly number[] => [...path.matchAll(/v-([\d.]+)h/g)].map(([, tall]) => Number(tall));

it("the bars of a sparkline stand for what came, and nothing for nothing", () => {
  expect(barsOf([0, 0, 0])).toBe("");
  expect(barsOf([0, 4, 2])).toBe("M1.17 28v-28h0.66v28zM2.17 28v-14h0.66v14z");
});

it("a single SMS does not look like a flood", () => {
  expect(heights(barsOf([1]))).toEqual([SPARK_HEIGHT / 4]);
});

it("bars never leave their box, and keep their order", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 60 }), (values) => {
      const shown = values.filter((value) => value > 0);
      const tall = heights(barsOf(values));
      expect(tall).toHaveLength(shown.length);
      expect(Math.max(0, ...tall)).toBeLessThanOrEqual(SPARK_HEIGHT);
      shown.forEach((value, at) => {
        const other = shown[at + 1];
        if (other !== undefined && value >= other) expect(tall[at]).toBeGreaterThanOrEqual(tall[at + 1] ?? 0);
      });
    }),
  );
});
