import { describe, expect, it } from "vitest";
import { fromUtf8, isAppError, utf8 } from "../../src/base/index.ts";
import {
  canonicalBytes,
  decodePayload,
  encodePayload,
  type RawPayload,
  type SmsPayload,
} from "../../src/envelope/index.ts";
import { codeOf } from "./error-code.ts";
import { shownBy } from "./fixtures.ts";

const sms: SmsPayload = {
  v: 1,
  type: "sms",
  from: "+15550100",
  to: "+15550123",
  body: "Ваш код 123456 😀",
  sent_at: "2026-01-02T03:04:05+05:45",
  received_ms: 1_767_322_445_678,
  parts: 3,
  missing: [2],
  class: null,
  listing_id: "0123456789ab4cde",
  rental_id: "00112233445566778899aabbccddeeff",
  seq: 12,
};
const raw: RawPayload = {
  v: 1,
  type: "raw",
  to: "+15550123",
  received_ms: 5,
  listing_id: null,
  rental_id: null,
  seq: 0,
  raw: "0791",
  reason: "pdu.truncated",
};
const decodeJson = (value: unknown): unknown => decodePayload(utf8(JSON.stringify(value)));

describe("encodePayload", () => {
  it("gives canonical JSON with exactly the members of the format, padded to 256 bytes", () => {
    const bytes = encodePayload(sms);
    expect(bytes.length % 256).toBe(0);
    const value = JSON.parse(fromUtf8(bytes)) as Record<string, unknown>;
    expect(bytes).toEqual(canonicalBytes(value));
    const { pad, ...members } = value;
    expect(pad).toMatch(/^0*$/);
    expect(members).toEqual(sms);
  });

  it("reaches each multiple exactly, whatever the length of the text", () => {
    const lengths = new Set<number>();
    for (let i = 0; i <= 256; i++) lengths.add(encodePayload({ ...sms, body: "x".repeat(i) }).length);
    expect([...lengths]).toEqual([512, 768]);
  });

  it("hides the length of short texts: a code and a sentence are equally long", () => {
    const short = encodePayload({ ...sms, body: "1" });
    expect(encodePayload({ ...sms, body: "a much longer sentence" })).toHaveLength(short.length);
  });

  it("takes another step, 1 to 65536", () => {
    expect(encodePayload(sms, 1000)).toHaveLength(1000);
    expect(codeOf(() => encodePayload(sms, 1))).toBe("nothing");
    for (const step of [0, -256, 0.5, 65_537, Number.NaN]) {
      expect(codeOf(() => encodePayload(sms, step))).toBe("payload.bad_step");
    }
  });

  it("replaces lone surrogates by U+FFFD, in text and sender", () => {
    const decoded = decodePayload(encodePayload({ ...sms, body: "a\ud83d b", from: "x\udc00" }));
    expect(decoded).toEqual({ ...sms, body: "a\ufffd b", from: "x\ufffd" });
  });

  it("refuses what it would not read back, without naming values", () => {
    try {
      encodePayload({ ...sms, seq: 0.5 });
    } catch (error) {
      expect(isAppError(error) && error.code).toBe("payload.bad_member");
      expect(shownBy(error)).not.toContain("15550");
    }
    expect.assertions(2);
  });
});

describe("decodePayload", () => {
  it.each<[string, SmsPayload | RawPayload]>([
    ["a text", sms],
    ["a text of class 0 without date", { ...sms, class: 0, sent_at: null }],
    ["a text for a line without rental", { ...sms, listing_id: null, rental_id: null }],
    ["8-bit data", { ...sms, body: "", body_hex: "00ff", kind: "wap-push" }],
    ["a message in place of another", { ...sms, missing: [], replaces: "0".repeat(32) }],
    [
      "a message waiting indication",
      {
        ...sms,
        kind: "mwi",
        waiting: [
          { kind: "voicemail", active: true, count: 3 },
          { kind: "fax", active: false, count: null },
        ],
      },
    ],
    [
      "a status report",
      {
        ...sms,
        body: "",
        kind: "status-report",
        report: { reference: 9, status: 0, outcome: "completed", discharged_at: "2026-01-02T03:04:05Z" },
      },
    ],
    ["a time stamp with a fraction in UTC", { ...sms, sent_at: "2026-01-02T03:04:05.123456Z" }],
    ["an undecodable PDU", raw],
  ])("gives back %s", (_what, payload) => {
    expect(decodePayload(encodePayload(payload))).toEqual(payload);
  });

  it.each([
    "Your code is 123456",
    "",
    "{not json",
    '{"body":"no version"}',
    '{"v":"1","type":"sms"}',
    '{"v":1}',
    "[1]",
    "null",
    '{"v":1,"v":1,"type":"sms"}',
  ])("reads %j as a plain text of the ecosystem's tools", (body) => {
    expect(decodePayload(utf8(body))).toEqual({ type: "text", body });
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(codeOf(() => decodePayload(Uint8Array.of(0xff, 0xfe)))).toBe("base.bad_utf8");
  });

  it("leaves out members that it does not know", () => {
    expect(decodeJson({ ...sms, later: [1] })).toEqual(sms);
  });

  it.each([
    ["v", { ...sms, v: 2 }, "payload.bad_version"],
    ["type", { ...sms, type: "mms" }, "payload.bad_type"],
    ["from", { ...sms, from: 5 }, "payload.bad_member"],
    ["to", { ...sms, to: null }, "payload.bad_member"],
    ["body", { ...sms, body: undefined }, "payload.bad_member"],
    ["sent_at", { ...sms, sent_at: "yesterday" }, "payload.bad_member"],
    ["sent_at", { ...sms, sent_at: "2026-01-02T03:04:05" }, "payload.bad_member"],
    ["received_ms", { ...sms, received_ms: -1 }, "payload.bad_member"],
    ["parts", { ...sms, parts: 0 }, "payload.bad_member"],
    ["missing", { ...sms, missing: "2" }, "payload.bad_member"],
    ["missing", { ...sms, missing: [2, 1] }, "payload.bad_member"],
    ["missing", { ...sms, missing: [2, 2] }, "payload.bad_member"],
    ["missing", { ...sms, missing: [4] }, "payload.bad_member"],
    ["missing", { ...sms, missing: ["1"] }, "payload.bad_member"],
    ["class", { ...sms, class: 4 }, "payload.bad_member"],
    ["replaces", { ...sms, replaces: "abc" }, "payload.bad_member"],
    ["waiting", { ...sms, waiting: {} }, "payload.bad_member"],
    ["waiting", { ...sms, waiting: ["fax"] }, "payload.bad_member"],
    ["kind", { ...sms, waiting: [{ kind: "Fax!", active: true, count: 1 }] }, "payload.bad_member"],
    ["active", { ...sms, waiting: [{ kind: "fax", active: 1, count: 1 }] }, "payload.bad_member"],
    ["report", { ...sms, report: [] }, "payload.bad_member"],
    [
      "discharged_at",
      { ...sms, report: { reference: 1, status: 0, outcome: "completed", discharged_at: "now" } },
      "payload.bad_member",
    ],
    ["listing_id", { ...sms, listing_id: 1 }, "payload.bad_member"],
    ["rental_id", { ...sms, rental_id: undefined }, "payload.bad_member"],
    ["seq", { ...sms, seq: "1" }, "payload.bad_member"],
    ["body_hex", { ...sms, body_hex: "FF" }, "payload.bad_member"],
    ["body_hex", { ...sms, body_hex: "f" }, "payload.bad_member"],
    ["kind", { ...sms, kind: "Wap Push" }, "payload.bad_member"],
    ["raw", { ...raw, raw: "zz" }, "payload.bad_member"],
    ["reason", { ...raw, reason: "because" }, "payload.bad_member"],
  ])("refuses a bad %s", (member, value, code) => {
    try {
      decodeJson(value);
    } catch (error) {
      expect(isAppError(error) && error.code).toBe(code);
      if (code === "payload.bad_member") expect(isAppError(error) && error.context.member).toBe(member);
      expect(shownBy(error)).not.toContain("15550");
      return;
    }
    expect.unreachable();
  });
});
