// Signal and operator.
import { describe, expect, it } from "vitest";
import { parseClock, parseCops, parseCsq } from "../../src/at/index.ts";

const badResponse = expect.objectContaining({ code: "at.bad_response" });

describe("parseCsq", () => {
  it.each([
    ["0,0", -113, 0],
    ["17,7", -79, 7],
    ["31,99", -51, null],
    ["99,99", null, null],
    ["32,8", null, null],
    ["100,0", -116, 0],
    ["191,0", -25, 0],
    ["199,99", null, null],
    ["-1,0", null, 0],
    ["20", -73, null],
  ])("%s", (rest, dbm, ber) => {
    expect(parseCsq([`+CSQ: ${rest}`])).toEqual({ dbm, ber });
  });

  it("refuses what is no number", () => {
    expect(() => parseCsq(["+CSQ: x,99"])).toThrow(badResponse);
    expect(() => parseCsq(["OKAY"])).toThrow(badResponse);
  });
});

describe("parseCops", () => {
  it.each([
    ['0,0,"00540065007300740020004E00650074",7', "Test Net"],
    ['0,0,"04220435043B0435",7', "\u0422\u0435\u043b\u0435"],
    ['0,0,"4E2D56FD79FB52A8",7', "\u4e2d\u56fd\u79fb\u52a8"],
    ['0,0,"FACE",7', "FACE"],
    ['0,0,"\u00e4\u00b8\u00ad\u00e5\u009b\u00bd",7', "\u4e2d\u56fd"],
    ['0,0,"\u00d6bb",7', "\u00d6bb"],
    ['0,0,"0049",7', "0049"],
    ['0,2,"00101",7', "00101"],
    ["0,0,Test Net,7", "Test Net"],
  ])("%s: names in UCS-2 and UTF-8 are read, others left as they are", (rest, operator) => {
    expect(parseCops([`+COPS: ${rest}`]).operator).toBe(operator);
  });

  it("reads digits", () => {
    expect(parseCops(['+COPS: 0,2,"26201",7'])).toEqual({
      mode: 0,
      format: "numeric",
      operator: "26201",
      plmn: "26201",
      act: "lte",
    });
  });

  it("reads a name although digits were asked for", () => {
    expect(parseCops(['+COPS: 0,0,"Testnet",2'])).toEqual({
      mode: 0,
      format: "long",
      operator: "Testnet",
      plmn: null,
      act: "umts",
    });
  });

  it("finds digits in whatever format the modem claims", () => {
    expect(parseCops(['+COPS: 1,1,"310410"'])).toMatchObject({ format: "short", plmn: "310410", act: null });
  });

  it("reads no operator", () => {
    expect(parseCops(["+COPS: 0"])).toEqual({ mode: 0, format: null, operator: null, plmn: null, act: null });
    expect(parseCops(['+COPS: 2,9,""'])).toMatchObject({ format: null, operator: null });
  });

  it("refuses a reply without a mode", () => {
    expect(() => parseCops(["+COPS:"])).toThrow(badResponse);
  });
});

describe("+CCLK", () => {
  const iso = (text: string): string | null => {
    const time = parseClock([`+CCLK: "${text}"`]);
    return time === null ? null : new Date(time).toISOString();
  };

  it.each([
    ["26/11/28,15:04:05+04", "2026-11-28T14:04:05.000Z"],
    ["26/11/28,23:30:00-20", "2026-11-29T04:30:00.000Z"],
    ["26/01/01,00:10:00+22", "2025-12-31T18:40:00.000Z"],
    ["80/01/06,00:00:09+00", "1980-01-06T00:00:09.000Z"],
  ])("%s is %s", (text, expected) => expect(iso(text)).toBe(expected));

  it.each([
    "26/11/28,15:04:05",
    "26/13/28,15:04:05+04",
    "26/02/30,15:04:05+00",
    "26/11/28,25:04:05+00",
    "26/11/28,15:04:05+99",
    "soon",
  ])("%s is no time", (text) => expect(iso(text)).toBeNull());

  it("without a value is a bad answer", () => {
    expect(() => parseClock(["+CCLK:"])).toThrow(expect.objectContaining({ code: "at.bad_response" }));
  });
});
