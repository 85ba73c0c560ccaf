// Service and network in vendors' words, and the state of IMS.
import { describe, expect, it } from "vitest";
import {
  type NetworkCommand,
  parseCireg,
  parseNetworkInfo,
  parseQnwinfo,
  parseQss,
  parseSysinfo,
  parseSysinfoEx,
} from "../../src/at/index.ts";

const badResponse = expect.objectContaining({ code: "at.bad_response" });

describe("parseSysinfo", () => {
  it.each([
    ["2,3,0,5,1,,4", { service: 2, domain: 3, roaming: false, sim: 1, act: "umts" }],
    ["2,4,1,3,1,", { service: 2, domain: 4, roaming: true, sim: 1, act: "gsm" }],
    ["0,0,0,0,255", { service: 0, domain: 0, roaming: false, sim: 255, act: null }],
  ])("%s", (rest, info) => {
    expect(parseSysinfo([`^SYSINFO:${rest}`])).toEqual(info);
  });
});

describe("parseSysinfoEx", () => {
  it.each([
    ['2,3,0,1,,6,"LTE",101,"LTE"', "lte"],
    ['2,4,5,1,,3,"WCDMA",41,"HSPA+"', "umts"],
    ["2,4,5,1,,3,WCDMA,99,?", "umts"],
    ['0,0,0,255,,0,"NO SERVICE",0,"NO SERVICE"', null],
  ])("%s", (rest, act) => {
    expect(parseSysinfoEx([`^SYSINFOEX:${rest}`]).act).toBe(act);
  });

  it("refuses a reply without service state", () => {
    expect(() => parseSysinfoEx(["^SYSINFOEX: ,,"])).toThrow(badResponse);
  });
});

describe("parseQnwinfo", () => {
  it("finds technology and network", () => {
    expect(parseQnwinfo(['+QNWINFO: "FDD LTE","46011","LTE BAND 3",1825'])).toEqual({ act: "lte", plmn: "46011" });
    expect(parseQnwinfo(["+QNWINFO: No Service"])).toEqual({ act: null, plmn: null });
  });
});

describe("parseNetworkInfo", () => {
  it.each<[NetworkCommand, string, object]>([
    ["^SYSINFO", "^SYSINFO:2,3,0,5,1,,4", { act: "umts", plmn: null }],
    ["^SYSINFOEX", '^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"', { act: "lte", plmn: null }],
    ["+QNWINFO", '+QNWINFO: "EDGE","00101","GSM 1800",653', { act: "edge", plmn: "00101" }],
    ["+CPSI?", "+CPSI: GSM,Online,001-01,0x182d,12401,27 EGSM 900,-64,2110,42-42", { act: "gsm", plmn: "00101" }],
  ])("%s", (form, line, info) => {
    expect(parseNetworkInfo(form, [line])).toEqual(info);
  });
});

describe("parseQss", () => {
  it("names the state of the card and refuses others", () => {
    expect(parseQss(["#QSS: 1,0"])).toBe("removed");
    expect(parseQss(["#QSS: 0, 3"])).toBe("ready");
    expect(() => parseQss(["#QSS: 0,9"])).toThrow(badResponse);
    expect(() => parseQss(["QSS:0,1"])).toThrow(badResponse);
  });
});

describe("parseCireg", () => {
  it.each([
    ["0,1,5", { registered: true, sms: true }],
    ["2,1,F", { registered: true, sms: true }],
    ["0,1,1", { registered: true, sms: false }],
    ["0,1", { registered: true, sms: null }],
    ["0,0", { registered: false, sms: false }],
    ["0,0,4", { registered: false, sms: false }],
  ])("%s", (rest, state) => {
    expect(parseCireg([`+CIREG: ${rest}`])).toEqual(state);
  });

  it("refuses a reply without state", () => {
    expect(() => parseCireg(["+CIREG: 0"])).toThrow(badResponse);
  });
});
