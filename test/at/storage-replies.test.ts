// +CPMS and +CNMI beyond the peers' vectors.
import { describe, expect, it } from "vitest";
import { parseCnmiRead, parseCnmiTest, parseCpmsRead, parseCpmsSet, parseCpmsTest } from "../../src/at/index.ts";

const badResponse = expect.objectContaining({ code: "at.bad_response" });

describe("+CPMS", () => {
  it("read gives what the modem tells and null for storages it leaves out", () => {
    expect(parseCpmsRead(['+CPMS: sm,3,10,"ME",0,255'])).toEqual({
      mem1: { mem: "SM", used: 3, total: 10 },
      mem2: { mem: "ME", used: 0, total: 255 },
      mem3: null,
    });
  });

  it.each([[[]], [["+CPMS:"]], [['+CPMS: "SM",x,10']], [["+CPMS: ,3,10"]]])("read refuses %j", (lines) => {
    expect(() => parseCpmsRead(lines)).toThrow(badResponse);
  });

  it("set gives a pair per storage, with or without names", () => {
    const uses = [
      { used: 14, total: 50 },
      { used: 1, total: 2 },
    ];
    expect(parseCpmsSet(["+CPMS: 14,50,1,2"])).toEqual(uses);
    expect(parseCpmsSet(['+CPMS: "SM",14,50,"ME",1,2'])).toEqual(uses);
  });

  it.each([[["+CPMS:"]], [["+CPMS: 14"]], [["+CPMS: 14,50,1"]]])("set refuses %j", (lines) => {
    expect(() => parseCpmsSet(lines)).toThrow(badResponse);
  });

  it("test reads the lists in one more pair of brackets", () => {
    expect(parseCpmsTest(['+CPMS: (("SM","BM"),("SM"))'])).toEqual({ mem1: ["SM", "BM"], mem2: ["SM"], mem3: [] });
  });

  it("test gives the names in upper case", () => {
    expect(parseCpmsTest(['+CPMS: ("sm",ME),"MT"'])).toEqual({ mem1: ["SM", "ME"], mem2: ["MT"], mem3: [] });
    expect(() => parseCpmsTest([])).toThrow(badResponse);
  });
});

describe("+CNMI", () => {
  it("read gives five settings, 0 for those left out", () => {
    expect(parseCnmiRead(["+CNMI: 2,1,0,1,0"])).toEqual({ mode: 2, mt: 1, bm: 0, ds: 1, bfr: 0 });
    expect(parseCnmiRead(["+CNMI: 2,1"])).toEqual({ mode: 2, mt: 1, bm: 0, ds: 0, bfr: 0 });
    expect(() => parseCnmiRead(["+CNMI: x"])).toThrow(badResponse);
  });

  it("test gives single values, lists and ranges", () => {
    expect(parseCnmiTest(["+CNMI: 2,(0-1,3),(x),(3-1)"])).toEqual({
      mode: [2],
      mt: [0, 1, 3],
      bm: [],
      ds: [],
      bfr: [],
    });
  });

  it("test does not follow a nonsense range into a huge list", () => {
    expect(parseCnmiTest(["+CNMI: (0-999999999)"]).mode).toHaveLength(100);
  });
});
