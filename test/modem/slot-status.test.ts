import { describe, expect, it } from "vitest";
import { lineId, millis, slotId, unixMs } from "../../src/base/index.ts";
import { atFoot, slotInitial } from "../../src/core/index.ts";
import { noFindings } from "../../src/modem/findings.ts";
import { statusOf } from "../../src/modem/slot-status.ts";

describe("what a slot shows of its recovery", () => {
  it("is in whole milliseconds of the wall clock, whatever the fractions of the monotonic clock", () => {
    const { recovery } = statusOf({
      id: slotId("1"),
      lineId: lineId("line-1"),
      machine: {
        ...slotInitial,
        phase: { kind: "waiting" },
        recovery: { ...atFoot, rung: "at", attempts: 1, since: millis(1000.25) },
      },
      findings: noFindings,
      since: unixMs(1_790_000_000_000),
      rungs: ["at"],
      now: unixMs(1_790_000_000_000),
      moment: millis(2000.5),
      timerAt: millis(3000.625),
    });
    expect(recovery).toMatchObject({ since: 1_789_999_999_000, nextAt: 1_790_000_001_000 });
  });
});
