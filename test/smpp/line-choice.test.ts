import { describe, expect, it } from "vitest";
import { e164, lineId } from "../../src/base/index.ts";
import { chooseLine, type GatewayLine } from "../../src/smpp/line-choice.ts";

const line = (id: string, number: string): GatewayLine => ({ id: lineId(id), number: e164(number) });
const RACK = [line("de", "+4915112345678"), line("us", "+12025550101"), line("us-2", "+13035550101")];

describe("the line of a destination", () => {
  it.each([
    ["4915112345678", "de"],
    ["+4915112345678", "de"],
    ["004915112345678", "de"],
    ["015112345678", "de"],
    ["15112345678", "de"],
    ["2025550101", "us"],
    ["5550101", null],
    ["50101", null],
    ["4915112345679", null],
    ["", null],
    ["MyBank", null],
  ])("%s is %s", (destination, expected) => {
    expect(chooseLine(RACK, destination)).toBe(expected);
  });

  it("is an account's only line, whatever the gateway calls it", () => {
    expect(chooseLine(RACK.slice(0, 1), "port-7")).toBe("de");
    expect(chooseLine([], "4915112345678")).toBeNull();
  });
});
