import { describe, expect, it } from "vitest";
import { phoneLine } from "../../src/app/phone-services.ts";
import { slotId } from "../../src/base/index.ts";
import { lineOf } from "../core/core-rig.ts";

const ICCID = "8900101000000000001";

describe("the line of a phone's SIM", () => {
  it("is that of its ICCID, else the slot's, never one of another SIM", () => {
    const lines = [lineOf(1), { ...lineOf(2), iccid: ICCID }, { ...lineOf(3), imsi: "001010000000001" }];
    const found = (slot: number, iccid: string | null) => phoneLine(lines, slotId(String(slot)), iccid);
    expect(found(1, null)).toBe("line-1");
    expect(found(1, ICCID)).toBe("line-2");
    expect(found(2, ICCID)).toBe("line-2");
    // The phone has not told its SIM yet, or has another one.
    expect([found(2, null), found(2, "8900101000000000009"), found(3, null), found(4, null)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
