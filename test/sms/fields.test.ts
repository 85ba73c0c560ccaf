// Single fields: addresses, time stamps, validity, status, WSP content.
import { describe, expect, it } from "vitest";
import { encodeRelativeValidity } from "../../src/sms/validity.ts";
import { ADDRESS, codeOf, decoded, deliver, deliverTpdu, HELLO, headed, SCTS, thrownCode } from "./pdu-text.ts";

describe("address", () => {
  it.each([
    ["089151551000", "+15550100", "international"],
    ["04812143", "1234", "unknown"],
    ["05A12143F5", "12345", "national"],
    ["04B12143", "1234", "network"],
    ["04C12143", "1234", "subscriber"],
    ["04E12143", "1234", "abbreviated"],
    ["04F12143", "1234", "reserved"],
    ["0091", null, "international"],
    ["00D0", null, "alphanumeric"],
    ["01D000", null, "alphanumeric"],
    ["0DD0F334FC1CA69701", "sipgate", "alphanumeric"],
    ["02D041", "A", "alphanumeric"],
  ])("%s is %s (%s)", (from, text, type) => {
    expect(deliver({ from })).toMatchObject({ from: text, addressType: type, warnings: [] });
  });

  it("has the digits of 9.1.2.3 beyond 9", () => {
    expect(deliver({ from: "0581BADCFE" }).from).toBe("*#abc");
  });

  it("ends at its filler, with a warning when that comes early", () => {
    expect(deliver({ from: "048121F3" })).toMatchObject({ from: "123", warnings: ["address_digits"] });
    expect(deliver({ from: "0481FFFF" })).toMatchObject({ from: null, warnings: ["address_digits"] });
  });

  it("has the digit that stands where an odd count wants filler, with a warning", () => {
    expect(deliver({ from: "03812143" })).toMatchObject({ from: "1234", warnings: ["address_digits"] });
  });

  it("whose type octet lacks bit 7 is read with a warning", () => {
    expect(deliver({ from: "04112143" })).toMatchObject({ from: "+1234", warnings: ["address_type"] });
  });

  it("of 20 digits is the longest", () => {
    expect(deliver({ from: "149121436587092143658709" }).from).toBe("+12345678901234567890");
    expect(codeOf(deliverTpdu({ from: "15912143658709214365870921" }), { smsc: "no" })).toBe("pdu.bad_address");
  });

  it("of the service centre drops its filler", () => {
    expect(decoded(`04812143F5${deliverTpdu()}`).smsc).toBe("12345");
    expect(decoded(`059151551099${deliverTpdu()}`).smsc).toBe("+15550199");
  });
});

describe("time stamp", () => {
  it.each([
    ["62304050607000", "2026-03-04T05:06:07+00:00", 0],
    ["62304050607080", "2026-03-04T05:06:07+02:00", 120],
    ["62304050607088", "2026-03-04T05:06:07-02:00", -120],
    ["62304050607032", "2026-03-04T05:06:07+05:45", 345],
    ["6230405060704A", "2026-03-04T05:06:07-06:00", -360],
    ["62304050607008", "2026-03-04T05:06:07-00:00", 0],
    ["623040506070A0", "2026-03-04T05:06:07+02:30", 150],
    ["09101000000000", "1990-01-01T00:00:00+00:00", 0],
    ["99211332959500", "1999-12-31T23:59:59+00:00", 0],
    ["98211332959500", "2089-12-31T23:59:59+00:00", 0],
    ["42209232959500", "2024-02-29T23:59:59+00:00", 0],
  ])("%s is %s", (scts, expected, offsetMinutes) => {
    expect(deliver({ scts })).toMatchObject({ sentAt: { iso: expected, offsetMinutes }, warnings: [] });
  });

  it("counts in UTC", () => {
    expect(deliver({ scts: SCTS }).sentAt?.unixMs).toBe(Date.UTC(2026, 2, 4, 3, 6, 7));
  });

  it.each([
    "62004050607000",
    "62314050607000",
    "62300050607000",
    "62302350607000",
    "62209250607000",
    "62304042607000",
    "62304050060000",
    "62304050600600",
  ])("%s names no moment", (scts) => {
    expect(deliver({ scts })).toMatchObject({ sentAt: null, body: "hello", warnings: ["timestamp_invalid"] });
  });

  it("reads a digit that is none as 0, with a warning (9.2.3.11)", () => {
    expect(deliver({ scts: "6230405060F000" })).toMatchObject({
      sentAt: { iso: "2026-03-04T05:06:00+00:00" },
      warnings: ["timestamp_digits"],
    });
  });
});

describe("validity", () => {
  const validity = (first: string, period: string) => {
    const pdu = decoded(`00${first}00${ADDRESS}0000${period}${HELLO}`);
    return pdu.type === "submit" ? pdu.validity : "no submit";
  };

  it.each([
    ["00", 5 * 60],
    ["8F", 12 * 3600],
    ["90", 12.5 * 3600],
    ["A7", 24 * 3600],
    ["A8", 2 * 86_400],
    ["C4", 30 * 86_400],
    ["C5", 5 * 7 * 86_400],
    ["FF", 63 * 7 * 86_400],
  ])("relative %s is %i seconds", (period, seconds) => {
    expect(validity("11", period)).toEqual({ kind: "relative", seconds });
  });

  it("absolute is a time stamp, or nothing", () => {
    expect(validity("19", SCTS)).toMatchObject({ kind: "absolute", until: { iso: "2026-03-04T05:06:07+02:00" } });
    expect(validity("19", "00000000000000")).toBeNull();
  });

  it.each([
    ["00000000000000", null],
    ["01A70000000000", { kind: "relative", seconds: 24 * 3600 }],
    ["021E0000000000", { kind: "relative", seconds: 30 }],
    ["03102030000000", { kind: "relative", seconds: 3600 + 120 + 3 }],
    ["43102030000000", { kind: "relative", seconds: 3600 + 120 + 3 }],
    ["04000000000000", null],
    ["83102030000000", null],
  ])("enhanced %s", (period, expected) => {
    expect(validity("09", period)).toEqual(expected);
  });

  it("is encoded as the shortest period that lasts long enough", () => {
    expect([1, 300, 301, 86_400, 86_401].map(encodeRelativeValidity)).toEqual([0, 0, 1, 167, 168]);
    expect(encodeRelativeValidity(63 * 7 * 86_400)).toBe(255);
    for (const seconds of [0, -1, Number.NaN, 63 * 7 * 86_400 + 1]) {
      expect(thrownCode(() => encodeRelativeValidity(seconds))).toBe("pdu.bad_validity");
    }
  });
});

describe("status", () => {
  it.each([
    ["00", "completed", "received"],
    ["01", "completed", "forwarded, receipt unknown"],
    ["02", "completed", "replaced"],
    ["10", "completed", "specific to the service centre"],
    ["20", "trying", "congestion"],
    ["30", "trying", "specific to the service centre"],
    ["46", "failed", "validity period expired"],
    ["5F", "failed", "specific to the service centre"],
    ["65", "abandoned", "error in recipient"],
    ["7F", "abandoned", "specific to the service centre"],
  ])("%s is %s: %s", (status, statusClass, statusText) => {
    const pdu = decoded(`000607${ADDRESS}${SCTS}${SCTS}${status}`);
    expect(pdu).toMatchObject({ status: Number.parseInt(status, 16), statusClass, statusText, warnings: [] });
  });

  it.each(["03", "26", "4A", "66", "80", "FF"])("%s is reserved and read as service rejected (9.2.3.15)", (status) => {
    const pdu = decoded(`000607${ADDRESS}${SCTS}${SCTS}${status}`);
    expect(pdu).toMatchObject({
      statusClass: "abandoned",
      statusText: "service rejected",
      warnings: ["status_reserved"],
    });
  });
});

describe("binary content", () => {
  const kind = (elements: string, payload: string): string =>
    deliver({ first: "44", dcs: "04", ud: headed(elements, payload) }).kind;
  const PUSH_PORT = "05040B8423F0";
  const MMS_NAME = Buffer.from("application/vnd.wap.mms-message\0").toString("hex");
  const OTHER_NAME = Buffer.from("application/vnd.wap.sic\0").toString("hex");

  it("is data without ports, or for other ports", () => {
    expect(deliver({ dcs: "04", ud: "020106" }).kind).toBe("data");
    expect(kind("050423F40000", "0106")).toBe("data");
  });

  it.each([
    ["05040B8423F0", "2948"],
    ["05040B8523F0", "2949"],
    ["050423F023F0", "9200"],
  ])("is a WAP push for port %s (%s)", (ports) => {
    expect(kind(ports, "0106")).toBe("wap-push");
  });

  it.each([
    ["010601BE8C82", "short media type"],
    ["010602BEAF8C82", "more headers after it"],
    [`010620${MMS_NAME}8C82`, "media type by name"],
    ["01060302BE818C82", "media type with parameters"],
    ["0106041F02BE818C82", "long value length"],
    ["010701BE8C82", "confirmed push"],
  ])("is an MMS notification: %s (%s)", (payload) => {
    expect(kind(PUSH_PORT, payload)).toBe("mms-notification");
  });

  it.each([
    ["010601BE8C86", "delivery report"],
    ["010401BE8C82", "no push"],
    ["010601AE8C82", "other media type"],
    [`010618${OTHER_NAME}8C82`, "other media type by name"],
    ["0106FFFFFFFFFFFF", "length without end"],
    ["01", "cut off"],
    ["", "empty"],
  ])("is a WAP push of another kind: %s (%s)", (payload) => {
    expect(kind(PUSH_PORT, payload)).toBe("wap-push");
  });
});
