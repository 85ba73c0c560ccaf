import { describe, expect, it } from "vitest";
import type { RecoveryView } from "../../../src/protocol/index.ts";
import { ladderOf, needsConfirmation, nextTry } from "../../../src/web/pages/ladder.ts";

const stick: RecoveryView = {
  rung: null,
  attempts: 0,
  since: null,
  next_at: null,
  rungs: ["drain", "at", "cfun", "usb_reset", "give_up"],
  resets_today: 0,
};

const looks = (recovery: RecoveryView) => ladderOf(recovery).map(({ rung, look }) => `${rung} ${look}`);

describe("the ladder as it is drawn", () => {
  it("shows every rung ahead while nothing has to be recovered, and the one without means as absent", () => {
    expect(looks(stick)).toEqual([
      "drain ahead",
      "at ahead",
      "cfun ahead",
      "usb_reset ahead",
      "power absent",
      "give_up ahead",
    ]);
  });

  it("shows what was tried as passed, and skips what the slot lacks", () => {
    expect(looks({ ...stick, rung: "give_up" })).toEqual([
      "drain passed",
      "at passed",
      "cfun passed",
      "usb_reset passed",
      "power absent",
      "give_up current",
    ]);
  });

  it("shows the current rung even when the box no longer lists it", () => {
    expect(looks({ ...stick, rungs: [], rung: "power" })).toContain("power current");
  });

  it("offers only what there are means for, and neither draining nor giving up", () => {
    expect(ladderOf(stick).flatMap(({ ask }) => ask ?? [])).toEqual(["at", "cfun", "usb_reset"]);
    expect(ladderOf({ ...stick, rungs: [] }).flatMap(({ ask }) => ask ?? [])).toEqual([]);
  });

  it("asks twice before the bus or the power is touched, and not before a new start", () => {
    expect((["at", "cfun", "usb_reset", "power"] as const).map(needsConfirmation)).toEqual([false, false, true, true]);
  });

  it.each([
    [{ rung: "cfun", next_at: 5_000 }, 4_000],
    [{ rung: "cfun", next_at: 500 }, 0],
    [{ rung: "cfun", next_at: null }, "now"],
    [{ rung: "drain", next_at: null }, null],
    [{ rung: null, next_at: null }, null],
    [{ rung: null, next_at: 31_000 }, 30_000],
  ] as const)("tells of %j that the next try is in %j ms", (change, expected) => {
    expect(nextTry({ ...stick, ...change }, 1_000)).toBe(expected);
  });
});
