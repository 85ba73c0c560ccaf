// Identity and settings of the modem.
import { describe, expect, it } from "vitest";
import { parseAti, parseCfun, parseCgsn, parseClac, parseCmee, parseIdentity } from "../../src/at/index.ts";

const badResponse = (command: string): object =>
  expect.objectContaining({ code: "at.bad_response", context: { command } });

describe("parseIdentity", () => {
  it.each([["EC25"], ['"EC25"'], ["+CGMM: EC25"], ['+CGMM: "EC25"'], ["  EC25  "]])("%s", (line) => {
    expect(parseIdentity("+CGMM", ["", "^NEWS: 1", line, "more"])).toBe("EC25");
  });

  it("refuses a reply without text", () => {
    expect(() => parseIdentity("+CGMI", ["", '""'])).toThrow(badResponse("+CGMI"));
  });
});

describe("parseCgsn", () => {
  it.each([
    ["490154203237518", "490154203237518"],
    ['+CGSN: "490154203237518"', "490154203237518"],
    ["IMEI: 4901542032375186", "4901542032375186"],
    ["49015420323751", "49015420323751"],
  ])("%s", (line, imei) => {
    expect(parseCgsn(["", line])).toBe(imei);
  });

  it.each(["0x80B886F3", "4901542032375181234", ""])("refuses %j", (line) => {
    expect(() => parseCgsn([line])).toThrow(badResponse("+CGSN"));
  });
});

describe("parseAti", () => {
  it("reads labelled lines", () => {
    expect(parseAti(["Manufacturer: huawei", "Model: E173", "Revision: 11.126", "IMEI: 490154203237518"])).toEqual({
      manufacturer: "huawei",
      model: "E173",
      revision: "11.126",
    });
  });

  it("reads bare lines by their place", () => {
    expect(parseAti(["Quectel", "EC25", "", "Revision: EC25EFAR06A06M4G"])).toEqual({
      manufacturer: "Quectel",
      model: "EC25",
      revision: "EC25EFAR06A06M4G",
    });
    expect(parseAti(["SIM800 R14.18"])).toEqual({ manufacturer: null, model: "SIM800 R14.18", revision: null });
    expect(parseAti([])).toEqual({ manufacturer: null, model: null, revision: null });
  });
});

describe("settings", () => {
  it("parseCmee and parseCfun give their level", () => {
    expect(parseCmee(["+CMEE: 2"])).toBe(2);
    expect(parseCfun(["+CFUN: 1,0"])).toBe(1);
    expect(() => parseCmee(["+CMEE:"])).toThrow(badResponse("+CMEE"));
    expect(() => parseCfun(["+CFUN: -1"])).toThrow(badResponse("+CFUN"));
  });

  it("parseClac lists commands in one form", () => {
    expect(parseClac(["+CLAC: AT+CSQ,at+cmgl", "&C", "", "^RSSI", '"+CREG"', "AT"])).toEqual([
      "+CSQ",
      "+CMGL",
      "&C",
      "^RSSI",
      "+CREG",
      "AT",
    ]);
    expect(parseClac([])).toEqual([]);
  });
});
