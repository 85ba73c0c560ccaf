// +CLCC: the truth about calls, as modems write it.
import { describe, expect, it } from "vitest";
import { type CallEntry, callerNumber, parseClcc } from "../../src/at/index.ts";

const badResponse = expect.objectContaining({ code: "at.bad_response" });

const entry = (about: Partial<CallEntry>): CallEntry => ({
  id: 1,
  direction: "in",
  state: "incoming",
  mode: "voice",
  multiparty: false,
  number: "+15550111",
  type: 145,
  ...about,
});

describe("parseClcc", () => {
  it.each<[string, Partial<CallEntry>]>([
    ['+CLCC: 1,1,4,0,0,"+15550111",145', {}],
    ['+CLCC: 1,1,4,0,0,"15550111",145', {}],
    ["+CLCC: 1,1,4,0,0,15550111,145", {}],
    ['+CLCC:1,1,5,0,0,"+15550111",145,"Ann"', { state: "waiting" }],
    ['+CLCC: 2,0,2,0,0,"15550111",129', { id: 2, direction: "out", state: "dialing", number: "15550111", type: 129 }],
    ['+CLCC: 1,0,3,0,0,"+15550111",145', { direction: "out", state: "alerting" }],
    ['+CLCC: 1,0,0,0,0,"+15550111",145', { direction: "out", state: "active" }],
    ['+CLCC: 1,0,1,0,1,"+15550111",145', { direction: "out", state: "held", multiparty: true }],
    // Withheld, in the spellings that there are.
    ['+CLCC: 1,1,4,0,0,"",128', { number: null, type: 128 }],
    ["+CLCC: 1,1,4,0,0,,", { number: null, type: null }],
    ["+CLCC: 1,1,4,0,0", { number: null, type: null }],
    ['+CLCC: 1,1,4,0,0,"Anonymous",128', { number: null, type: 128 }],
    // Quectel shows the connection to the Internet as a call.
    ['+CLCC: 1,0,0,1,0,"",128', { direction: "out", state: "active", mode: "data", number: null, type: 128 }],
    ['+CLCC: 1,1,4,9,0,"+15550111",145', { mode: "unknown" }],
  ])("%s", (line, about) => {
    expect(parseClcc([line])).toEqual([entry(about)]);
  });

  it("without a line says that there is no call", () => {
    expect(parseClcc([])).toEqual([]);
    expect(parseClcc(["^DSFLOWRPT:0"])).toEqual([]);
  });

  it("with a call twice, because it was also reported unasked, has the later state", () => {
    const lines = ['+CLCC: 1,1,4,0,0,"+15550111",145', '+CLCC: 1,1,0,0,0,"+15550111",145'];
    expect(parseClcc(lines)).toEqual([entry({ state: "active" })]);
  });

  it.each(["+CLCC: 1,1", "+CLCC: x,1,4,0,0", "+CLCC: 1,2,4,0,0", "+CLCC: 1,1,9,0,0", "+CLCC:"])(
    "%s is no call that is left out, but an answer that makes no sense",
    (line) => {
      expect(() => parseClcc(['+CLCC: 2,1,4,0,0,"",128', line])).toThrow(badResponse);
    },
  );
});

describe("callerNumber", () => {
  it.each<[string | null, number | null, string | null]>([
    ["15550111", 145, "+15550111"],
    ["+15550111", 145, "+15550111"],
    ["+15550111", 129, "+15550111"],
    ["0555", 129, "0555"],
    ["0555", null, "0555"],
    ["*100#", 145, "*100#"],
    ["private", 128, null],
    ["1".repeat(41), 129, null],
    [null, 145, null],
  ])("%s of type %s is %s", (text, type, expected) => {
    expect(callerNumber(text, type)).toBe(expected);
  });
});
