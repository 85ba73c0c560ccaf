import { describe, expect, it } from "vitest";
import { millis, slotId, unixMs } from "../../src/base/index.ts";
import { slotInitial } from "../../src/core/index.ts";
import { noFindings } from "../../src/modem/findings.ts";
import { statusOf } from "../../src/modem/slot-status.ts";

describe("a slot's status", () => {
  it("tells times of the wall clock in whole milliseconds, though the monotonic clock has fractions", () => {
    const { recovery } = statusOf({
      id: slotId("1"),
      lineId: null,
      machine: {
        ...slotInitial,
        phase: { kind: "waiting" },
        recovery: { rung: "cfun", attempts: 1, since: millis(100.25), resets: [] },
      },
      findings: noFindings,
      since: unixMs(0),
      rungs: [],
      now: unixMs(1_000_000),
      moment: millis(1_100.75),
      timerAt: millis(1_600.125),
    });
    expect([recovery.since, recovery.nextAt]).toEqual([999_000, 1_000_499]);
  });
});
