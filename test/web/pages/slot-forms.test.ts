import { describe, expect, it } from "vitest";
import type { BoxEvent, LineView, ProblemBody, RentalView, SlotView } from "../../../src/protocol/index.ts";
import { joinedSince, windowLeft } from "../../../src/web/pages/hardware.ts";
import { masked } from "../../../src/web/pages/mask.ts";
import { mayEnter, risksTheSim, simLockOf } from "../../../src/web/pages/pin-form.ts";
import {
  activeRental,
  bareNumber,
  isLineId,
  isNumber,
  newLineOf,
  suggestedLineId,
  unservedLines,
} from "../../../src/web/pages/slot-lines.ts";

const line = (id: string, slot: string | null): LineView => ({
  ...{ id, slot, number: "+15550100", listing_id: "00", state: "free", rests_until: null, denied: 0 },
});
const slot = (id: string, of: string | null, kind: SlotView["kind"] = "modem") =>
  ({ id, kind, line: of === null ? null : { id: of, number: "+15550100", rented: false } }) as SlotView;
const locked = (code: string, context?: ProblemBody["context"]) =>
  simLockOf({ problem: { code, message: "x", ...(context === undefined ? {} : { context }) } });

describe("masking an identity", () => {
  it.each([
    ["8999901000000000123", "•••• 0123"],
    ["12345678", "••••••••"],
    ["", "••••••••"],
  ])("shows of %j only %j", (value, shown) => {
    expect(masked(value)).toBe(shown);
  });
});

describe("asking for a PIN", () => {
  it.each(["sim.pin_required", "sim.pin_wrong", "sim.pin_attempts", "sim.pin_in_doubt"])("asks on %s", (code) => {
    expect(locked(code, { attempts_left: 2 })).toEqual({ kind: "pin", left: 2 });
  });

  it("never asks for a PUK, whatever code says that there is no try left", () => {
    expect(locked("sim.puk_required")).toEqual({ kind: "puk" });
    expect(locked("sim.pin_wrong", { attempts_left: 0 })).toEqual({ kind: "puk" });
  });

  it("asks nothing of a SIM that asks nothing", () => {
    expect([simLockOf({ problem: null }), locked("sim.missing")]).toEqual([{ kind: "none" }, { kind: "none" }]);
  });

  it("takes a count that is not told for the last one", () => {
    expect(locked("sim.pin_required", { attempts_left: null })).toEqual({ kind: "pin", left: null });
    expect([3, 2, 1, null].map(risksTheSim)).toEqual([false, false, true, true]);
  });

  it.each([
    ["1234", "", 3, true],
    ["123", "", 3, false],
    ["123456789", "", 3, false],
    ["12a4", "", 3, false],
    ["1234", "", 1, false],
    ["1234", "y", 1, false],
    ["1234", " Yes ", 1, true],
    ["1234", "", null, false],
    ["1234", "yes", null, true],
  ] as const)("with PIN %s, word %j and %j tries left: %s", (pin, word, left, may) => {
    expect(mayEnter({ pin, word }, left)).toBe(may);
  });
});

describe("lines for a slot without a number", () => {
  it("are those that no slot serves, the slot's own last one first", () => {
    const slots = [slot("1", "a"), slot("2", null), slot("3", null)];
    const lines = [line("a", "2"), line("b", null), line("c", "2"), line("d", "3")];
    expect(unservedLines({ slots, lines }, "2").map(({ id }) => id)).toEqual(["c", "b", "d"]);
  });

  it("are never those of gateways and phones", () => {
    const slots = [slot("1", null), slot("rack", null, "smpp"), slot("p1", null, "phone")];
    expect(unservedLines({ slots, lines: [line("a", "rack"), line("b", "p1")] }, "1")).toEqual([]);
  });

  it("get a name that is free", () => {
    expect(suggestedLineId([], "3")).toBe("line-3");
    expect(suggestedLineId([line("line-3", null), line("line-3-2", null)], "3")).toBe("line-3-3");
    expect(isLineId(suggestedLineId([], "usb-1-1.4.4.4.4.4.4.4.4.4.4.4"))).toBe(true);
  });

  it("take numbers as people write them", () => {
    expect(bareNumber("+1 (555) 010-0.0/1")).toBe("+1555010001");
    expect([isNumber("+1 555 0100"), isNumber("0155 50100"), isNumber("+12")]).toEqual([true, false, false]);
    expect(newLineOf({ id: " line-3 ", number: "+1 555 0100" }, "3")).toEqual({
      id: "line-3",
      number: "+15550100",
      slot: "3",
    });
    expect(newLineOf({ id: "Line", number: "+15550100" }, "3")).toBeNull();
  });

  it("find the rental that runs, not one that is over", () => {
    const rental = (id: string, state: RentalView["state"]) => ({ id, line: "a", state }) as RentalView;
    expect(activeRental([rental("1", "ended"), rental("2", "active")], "a")?.id).toBe("2");
    expect(activeRental([rental("1", "expired")], "a")).toBeNull();
  });
});

describe("the window for new hardware", () => {
  const event = (code: string, of: string | null = null): BoxEvent => ({
    ...{ seq: 1, at: 0, level: "info", code, slot: of, line: null, details: { usb: "1-1" } },
  });

  it("closes by the clock, before the box is asked again", () => {
    const open = { open: true, closes_at: 10_000, found: [] };
    expect([9_000, 10_000].map((now) => windowLeft(open, now))).toEqual([1_000, null]);
    expect(windowLeft({ open: false, closes_at: null, found: [] }, 0)).toBeNull();
  });

  it("tells which slots joined since it was opened last", () => {
    const events = [event("slot.joined", "c"), event("join.open"), event("slot.joined", "a"), event("join.open")];
    expect(joinedSince(events)).toEqual([{ slot: "c", usb: "1-1" }]);
    expect(joinedSince([event("slot.joined", "a")])).toEqual([]);
  });
});
