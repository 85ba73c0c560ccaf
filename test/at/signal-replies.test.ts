// Signal where +CSQ does not know it: scales at their ends, unknown values, firmware's ways to write a strength.
import { describe, expect, it } from "vitest";
import { parseSignalDetail, type SignalCommand, technologyNamed } from "../../src/at/index.ts";

const badResponse = expect.objectContaining({ code: "at.bad_response" });

describe("parseSignalDetail", () => {
  it.each<[SignalCommand, string, number | null, string | null, string | null]>([
    ["+CESQ", "+CESQ: 99,99,255,255,20,80", -61, "lte", null],
    ["+CESQ", "+CESQ: 99,99,255,255,255,0", -141, "lte", null],
    ["+CESQ", "+CESQ: 99,99,96,49,255,255", -25, "umts", null],
    ["+CESQ", "+CESQ: 63,0,255,255,255,255", -48, "gsm", null],
    ["+CESQ", "+CESQ:1,99,255,255,255,255", -110, "gsm", null],
    ["+CESQ", "+CESQ: 99,99,255,255,255,255", null, null, null],
    ["+CESQ", "+CESQ: 99,99,255,255,255,255,100,126,50", -31, "ng_ran", null],
    ["^HCSQ?", "^HCSQ: LTE,33,40,135,11", -88, "lte", null],
    ["^HCSQ?", '^HCSQ:"WCDMA",255,30,30', -91, "umts", null],
    ["^HCSQ?", '^HCSQ: "GSM",60', -61, "gsm", null],
    ["^HCSQ?", "^HCSQ: NOSERVICE", null, null, null],
    ["+QCSQ", '+QCSQ: "LTE",-52,-81,195,-10', -52, "lte", null],
    ["+QCSQ", '+QCSQ: "CAT-M1",,-95', -95, "lte", null],
    ["+QCSQ", '+QCSQ: "NOSERVICE"', null, null, null],
    [
      "+CPSI?",
      "+CPSI: LTE,Online,001-01,0x230A,175499523,318,EUTRAN-BAND3,1650,5,0,-106,-996,-681,12",
      -68,
      "lte",
      "00101",
    ],
    ["+CPSI?", "+CPSI: LTE,Online,460-01,0x230A,175499523,318,EUTRAN-BAND3,1650,5,0,21,67,255,19", -74, "lte", "46001"],
    ["+CPSI?", "+CPSI: GSM,Online,460-00,0x182d,12401,27 EGSM 900,-64,2110,42-42", -64, "gsm", "46000"],
    ["+CPSI?", "+CPSI: WCDMA,Online,310-410,0xED2E,1,WCDMA 1900,9,99,0,1,62,33,52,500", null, "umts", "310410"],
    ["+CPSI?", "+CPSI: NO SERVICE,Online", null, null, null],
  ])("%s %s", (form, line, dbm, act, plmn) => {
    expect(parseSignalDetail(form, [line])).toEqual({ dbm, act, plmn });
  });

  it.each<[SignalCommand, string]>([
    ["+CESQ", "+CESQ: x"],
    ["^HCSQ?", "^HCSQ:"],
    ["+QCSQ", "OKAY"],
    ["+CPSI?", "+CPSI: "],
  ])("%s refuses %s", (form, line) => {
    expect(() => parseSignalDetail(form, [line])).toThrow(badResponse);
  });
});

describe("technologyNamed", () => {
  it.each([
    ["FDD LTE", "lte"],
    ["HSPA+", "hspa"],
    ["LTE CAT-M1", "lte"],
    ["NBIoT", "nb_iot"],
    ["edge", "edge"],
    ["ONLINE", null],
    [null, null],
  ])("%s is %s", (text, act) => {
    expect(technologyNamed(text)).toBe(act);
  });
});
