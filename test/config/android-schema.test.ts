import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";

const parse = (slots: readonly unknown[]) =>
  parseBoxConfig(JSON.stringify({ slots, relay: { url: "http://127.0.0.1:9" } }), "box.yaml");

function faults(slots: readonly unknown[]): string {
  try {
    parse(slots);
    return "";
  } catch (error) {
    return isAppError(error) ? `${error.message} ${error.hint ?? ""}` : String(error);
  }
}

describe("a slot that is a SIM of a phone", () => {
  it("is the first SIM unless told otherwise", () => {
    expect(parse([{ id: "p1", android: { phone: "pixel" } }]).slots[0]?.android).toEqual({ phone: "pixel", sim: 1 });
  });

  it("is the only one for that SIM", () => {
    const both = [1, 2].map((sim) => ({ id: `p${sim}`, android: { phone: "pixel", sim } }));
    expect(faults([...both, { id: "q", android: { phone: "other", sim: 1 } }])).toBe("");
    expect(faults([...both, { id: "p3", android: { phone: "pixel", sim: 2 } }])).toContain("slots.2.android");
  });
});
