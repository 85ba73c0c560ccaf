// The forms of +CREG, +CGREG and +CEREG that the peers' vectors do not hold.
import { describe, expect, it } from "vitest";
import { parseRegistration } from "../../src/at/index.ts";

const read = (family: "CREG" | "CGREG" | "CEREG", rest: string): object =>
  parseRegistration(family, [`+${family}: ${rest}`]);

describe("parseRegistration", () => {
  it("reads every state of TS 27.007", () => {
    const states = Array.from({ length: 12 }, (_, stat) => parseRegistration("CREG", [`+CREG: 0,${stat}`]).state);
    expect(states).toEqual([
      "idle",
      "home",
      "searching",
      "denied",
      "unknown",
      "roaming",
      "home_sms_only",
      "roaming_sms_only",
      "emergency_only",
      "home_csfb_not_preferred",
      "roaming_csfb_not_preferred",
      "attached_rlos",
    ]);
  });

  it("finds its line among others", () => {
    expect(parseRegistration("CEREG", ["+CREG: 0,1", "+CEREG: 0,5"]).state).toBe("roaming");
  });

  it("reads the long LTE form with a cause that is empty", () => {
    expect(read("CEREG", '4,1,"1F00","0079D903",7,,,"00000001","00000110"')).toMatchObject({
      lac: 0x1f00,
      ci: 0x79d903,
      act: "lte",
    });
  });

  it("reads a denied registration whose area is empty", () => {
    expect(read("CEREG", "3,3,,,,0,15")).toMatchObject({ state: "denied", lac: null, ci: null, act: null });
  });

  it("leaves out the routing area that older LTE modems put before the cell", () => {
    expect(read("CEREG", "2,1, 1F00, 20 ,79D903 ,7")).toMatchObject({ lac: 0x1f00, ci: 0x79d903, act: "lte" });
    expect(read("CEREG", '3,1,"1F00","0079D903",7,0')).toMatchObject({ lac: 0x1f00, ci: 0x79d903, act: "lte" });
  });

  it("reads an area and a cell of few digits", () => {
    expect(read("CREG", "2,0,00,0")).toMatchObject({ state: "idle", lac: 0, ci: 0 });
  });

  it("reads an area whose cell got lost", () => {
    expect(read("CREG", '2,1,"5E25')).toMatchObject({ state: "home", lac: 0x5e25, ci: null });
  });

  it("takes an access technology that it does not know as unknown", () => {
    expect(read("CREG", '2,1,"00C3","0010",99')).toMatchObject({ state: "home", act: null });
  });

  it.each([
    ["no line", []],
    ["a line of another command", ["+CSQ: 1,2"]],
    ["a state beyond the standard", ["+CREG: 0,12"]],
    ["no state", ["+CREG:"]],
  ])("refuses %s", (_, lines) => {
    expect(() => parseRegistration("CREG", lines)).toThrow(
      expect.objectContaining({ code: "at.bad_response", retryable: true, context: { command: "+CREG" } }),
    );
  });

  it.each(['2,1,"zz","10"', '2,1,"10","0x10",7', '2,1,"0B,"0100701",7'])("keeps the state of %s", (rest) => {
    expect(parseRegistration("CREG", [`+CREG: ${rest}`])).toEqual({
      family: "CREG",
      state: "home",
      lac: null,
      ci: null,
      act: null,
    });
  });
});
