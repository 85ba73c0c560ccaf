import { describe, expect, it } from "vitest";
import { toHex, unixMs, utf8 } from "../../src/base/index.ts";
import {
  parseProofsName,
  parseProofsValue,
  proofsName,
  proofsValue,
  utcDay,
  utcDayAfter,
  utcDayEnd,
  utcDayStart,
} from "../../src/registry/index.ts";
import { codeOf } from "../envelope/error-code.ts";

const merkleRoot = new Uint8Array(32).fill(0xab);
const record = { merkleRoot, count: 1234, day: "20251113" };

describe("the name of a day's proofs", () => {
  it("is the network's, or with a suffix a gateway's own", () => {
    expect(proofsName({ day: "20251113", gateway: null })).toBe("ness:proofs:sms:20251113");
    expect(proofsName({ day: "20251113", gateway: "relay:one" })).toBe("ness:proofs:sms:20251113:relay:one");
    for (const gateway of [null, "relay", "a:b"])
      expect(parseProofsName(proofsName({ day: "20251113", gateway }))).toEqual({ day: "20251113", gateway });
  });

  it("is none for another name, or for a day that is not in the calendar", () => {
    for (const name of ["ness:proofs:sms:2025111", "ness:proofs:sms:20250231", "ness:proofs:sms:20251113:", "x"])
      expect(parseProofsName(name)).toBeNull();
    expect(codeOf(() => proofsName({ day: "20250231", gateway: null }))).toBe("registry.bad_day");
    for (const gateway of ["", "x".repeat(490)])
      expect(codeOf(() => proofsName({ day: "20251113", gateway }))).toBe("proofs.bad_name");
  });
});

describe("the value of a day's proofs", () => {
  it("is written in the seed's form and reads back", () => {
    const text = `{"merkle_root":"${toHex(merkleRoot)}","count":1234,"period":"2025-11-13T00:00:00Z/24h"}`;
    expect(new TextDecoder().decode(proofsValue(record))).toBe(text);
    expect(parseProofsValue(utf8(text))).toEqual(record);
  });

  it("is read with the period of ISO 8601 too, and with any white space", () => {
    const iso = `{ "period": "2025-11-13T00:00:00Z/PT24H", "count": 1234,\n "merkle_root": "${toHex(merkleRoot).toUpperCase()}" }`;
    expect(parseProofsValue(utf8(iso))).toEqual(record);
  });

  it.each([
    ["half a day", { period: "2025-11-13T12:00:00Z/24h" }, "proofs.bad_record"],
    ["another length", { period: "2025-11-13T00:00:00Z/25h" }, "proofs.bad_record"],
    ["a day that is not in the calendar", { period: "2025-02-31T00:00:00Z/24h" }, "registry.bad_day"],
    ["a count below zero", { count: -1 }, "proofs.bad_record"],
    ["a short root", { merkle_root: "ab" }, "proofs.bad_record"],
  ])("of %s is refused", (_, change, code) => {
    const value = { merkle_root: toHex(merkleRoot), count: 1, period: "2025-11-13T00:00:00Z/24h", ...change };
    expect(codeOf(() => parseProofsValue(utf8(JSON.stringify(value))))).toBe(code);
  });

  it("that is empty, too long or no text is refused", () => {
    for (const value of [new Uint8Array(0), new Uint8Array(20_481).fill(32), Uint8Array.of(0xff)])
      expect(codeOf(() => parseProofsValue(value))).toBe("registry.bad_value");
  });
});

describe("a day of UTC", () => {
  it("begins and ends at midnight, over leap days and years", () => {
    expect(utcDayStart("20251113")).toBe(Date.UTC(2025, 10, 13));
    expect(utcDayEnd("20251113")).toBe(Date.UTC(2025, 10, 14));
    expect(utcDay(unixMs(Date.UTC(2025, 10, 14) - 1))).toBe("20251113");
    expect(utcDay(unixMs(Date.UTC(2025, 10, 14)))).toBe("20251114");
    expect(utcDayAfter("20240228")).toBe("20240229");
    expect(utcDayAfter("20251231")).toBe("20260101");
    expect(utcDayAfter("20250101", -1)).toBe("20241231");
  });

  it("outside the years 1970-9999 is refused", () => {
    expect(codeOf(() => utcDay(unixMs(-1)))).toBe("registry.bad_day");
    expect(codeOf(() => utcDay(unixMs(Number.NaN)))).toBe("registry.bad_day");
    for (const day of ["19691231", "99991301", "2025-11-13", ""])
      expect(codeOf(() => utcDayStart(day))).toBe("registry.bad_day");
  });
});
