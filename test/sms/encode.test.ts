// Encoding: exact octets for small cases, and how content is cut into parts.
import { describe, expect, it } from "vitest";
import {
  type DeliverOptions,
  encodeDeliver,
  encodeStatusReport,
  encodeSubmit,
  type SmsPdu,
} from "../../src/sms/index.ts";
import { ADDRESS, decoded, HELLO, SCTS, thrownCode } from "./pdu-text.ts";

const sentAt = { unixMs: Date.UTC(2026, 2, 4, 3, 6, 7, 999), offsetMinutes: 120 };
const message = { from: "+15550100", sentAt };
const hex = (octets: Uint8Array | undefined): string =>
  Buffer.from(octets ?? [])
    .toString("hex")
    .toUpperCase();

/** The parts of a message, encoded and decoded again. */
const parts = (options: Partial<DeliverOptions>): SmsPdu[] =>
  encodeDeliver({ ...message, ...options }).map((pdu) => decoded(hex(pdu), { smsc: "yes" }));
const bodies = (options: Partial<DeliverOptions>): (string | null)[] => parts(options).map((pdu) => pdu.body);

describe("octets", () => {
  it("of a deliver", () => {
    expect(encodeDeliver({ ...message, smsc: "+15550199", body: "hello" }).map(hex)).toEqual([
      `059151551099${"04"}${ADDRESS}0000${SCTS}${HELLO}`,
    ]);
  });

  it("of a submit", () => {
    const plain = encodeSubmit({ to: "+15550100", body: "hello" });
    expect(plain.map(hex)).toEqual([`000100${ADDRESS}0000${HELLO}`]);
    const full = encodeSubmit({
      to: "+15550100",
      body: "hello",
      reference: 42,
      validitySeconds: 86_400,
      statusReportRequested: true,
      class: 1,
      pid: 0x41,
    });
    expect(full.map(hex)).toEqual([`00312A${ADDRESS}4111A7${HELLO}`]);
  });

  it("of a status report", () => {
    const report = { to: "+15550100", reference: 7, sentAt, dischargedAt: sentAt, status: 0x46 };
    expect(hex(encodeStatusReport(report))).toBe(`000607${ADDRESS}${SCTS}${SCTS}46`);
    expect(hex(encodeStatusReport({ ...report, smsc: "1234" }))).toMatch(/^03812143/);
  });

  it("of ports and national tables", () => {
    const [pdu] = encodeDeliver({
      ...message,
      body: "ğ",
      ports: { dst: 2948, src: 9200 },
      national: { locking: "turkish", shift: "turkish" },
    });
    expect(hex(pdu)).toMatch(/0C05040B8423F0240101250101/);
  });

  it.each([
    ["1234", "04812143"],
    ["12345", "05812143F5"],
    ["*#1", "0381BAF1"],
    ["Bank", "07D0C2B07B0D"],
    ["", "0081"],
    ["sipgate", "0DD0F334FC1CA69701"],
  ])("of the address %j", (from, octets) => {
    expect(hex(encodeDeliver({ ...message, from, body: "" })[0]).slice(4)).toMatch(new RegExp(`^${octets}`));
  });

  it("of an offset west of Greenwich", () => {
    const [pdu] = encodeDeliver({ ...message, sentAt: { ...sentAt, offsetMinutes: -210 }, body: "" });
    expect(decoded(hex(pdu))).toMatchObject({ sentAt: { iso: "2026-03-03T23:36:07-03:30", offsetMinutes: -210 } });
  });
});

describe("choice of alphabet", () => {
  it.each<[string, Partial<DeliverOptions>, object]>([
    ["GSM 7-bit where it suffices", { body: "a€" }, { encoding: "gsm7", udh: null }],
    ["UCS-2 where it does not", { body: "aŵ" }, { encoding: "ucs2", udh: null }],
    [
      "the default table even when national ones are allowed",
      { body: "a", national: { shift: "turkish" } },
      { encoding: "gsm7", udh: null },
    ],
    [
      "national tables where they help",
      { body: "ş", national: { shift: "turkish" } },
      { encoding: "gsm7", udh: "240101" },
    ],
    [
      "UCS-2 where national tables do not help",
      { body: "ŵ", national: { locking: "turkish" } },
      { encoding: "ucs2", udh: null },
    ],
    ["UCS-2 on demand", { body: "a", encoding: "ucs2" }, { encoding: "ucs2", dcs: 8 }],
    ["8-bit for octets", { data: Uint8Array.of(1) }, { encoding: "8bit", dcs: 4 }],
    ["the class with the alphabet", { body: "a", encoding: "ucs2", class: 0 }, { dcs: 0x18, class: 0 }],
  ])("takes %s", (_, options, expected) => {
    expect(parts(options)).toMatchObject([expected]);
  });

  it("with Spanish, which has no locking table, uses the single shift table", () => {
    expect(parts({ body: "áé", national: { shift: "spanish" } })).toMatchObject([{ body: "áé", encoding: "gsm7" }]);
  });
});

describe("parts", () => {
  it("are one as long as 160 septets, 70 UCS-2 characters or 140 octets suffice", () => {
    expect(bodies({ body: "a".repeat(160) })).toEqual(["a".repeat(160)]);
    expect(bodies({ body: "ŵ".repeat(70) })).toEqual(["ŵ".repeat(70)]);
    expect(parts({ data: new Uint8Array(140) })).toHaveLength(1);
  });

  it("hold 153 septets, 67 UCS-2 characters or 134 octets beside a reference of 8 bits", () => {
    expect(bodies({ body: "a".repeat(161) })).toEqual(["a".repeat(153), "a".repeat(8)]);
    expect(bodies({ body: "ŵ".repeat(71) })).toEqual(["ŵ".repeat(67), "ŵ".repeat(4)]);
    expect(parts({ data: new Uint8Array(141) }).map((part) => part.data?.length)).toEqual([134, 7]);
  });

  it("hold 152 septets or 66 UCS-2 characters beside a reference of 16 bits", () => {
    expect(bodies({ body: "a".repeat(161), concatBits: 16 })).toEqual(["a".repeat(152), "a".repeat(9)]);
    expect(bodies({ body: "ŵ".repeat(71), concatBits: 16 })).toEqual(["ŵ".repeat(66), "ŵ".repeat(5)]);
  });

  it("are numbered under one reference", () => {
    const places = parts({ body: "a".repeat(400), concatRef: 0x1234, concatBits: 16 }).map((part) => part.concat);
    expect(places).toEqual([1, 2, 3].map((part) => ({ ref: 0x1234, total: 3, part, bits: 16 })));
    expect(parts({ body: "a".repeat(161), concatRef: 255 })[1]?.concat).toEqual({
      ref: 255,
      total: 2,
      part: 2,
      bits: 8,
    });
  });

  it("never tear an escape from its character", () => {
    expect(bodies({ body: `${"a".repeat(152)}€${"a".repeat(20)}` })).toEqual(["a".repeat(152), `€${"a".repeat(20)}`]);
  });

  it("never tear a surrogate pair", () => {
    expect(bodies({ body: `${"ŵ".repeat(66)}😀${"ŵ".repeat(10)}` })).toEqual(["ŵ".repeat(66), `😀${"ŵ".repeat(10)}`]);
  });

  it("carry the ports each", () => {
    const ports = { dst: 2948, src: 9200 };
    expect(parts({ data: new Uint8Array(200), ports }).map((part) => part.ports)).toEqual([ports, ports]);
  });

  it("of a submit count their references up", () => {
    const pdus = encodeSubmit({ to: "1", body: "a".repeat(400), reference: 254 });
    expect(pdus.map((pdu) => decoded(hex(pdu)))).toMatchObject([
      { reference: 254, concat: { part: 1 } },
      { reference: 255, concat: { part: 2 } },
      { reference: 0, concat: { part: 3 } },
    ]);
  });

  it("keep a lone surrogate as it is", () => {
    expect(bodies({ body: "a\ud83d" })).toEqual(["a\ud83d"]);
  });
});

describe("what can't be encoded", () => {
  it.each<[string, Partial<DeliverOptions>, string]>([
    ["neither body nor data", {}, "pdu.bad_content"],
    ["both body and data", { body: "a", data: new Uint8Array(1) }, "pdu.bad_content"],
    ["data as text", { data: new Uint8Array(1), encoding: "ucs2" }, "pdu.bad_content"],
    ["text as 8-bit", { body: "a", encoding: "8bit" }, "pdu.bad_content"],
    ["a character outside the alphabet asked for", { body: "ŵ", encoding: "gsm7" }, "pdu.bad_content"],
    ["more than 255 parts", { body: "a".repeat(153 * 255 + 1) }, "pdu.bad_content"],
    ["a port beyond 65535", { body: "a", ports: { dst: 65_536, src: 0 } }, "pdu.bad_content"],
    ["a reference beyond its width", { body: "a", concatRef: 256 }, "pdu.bad_content"],
    ["a reference that is no integer", { body: "a", concatRef: 1.5, concatBits: 16 }, "pdu.bad_content"],
    ["a protocol identifier beyond 255", { body: "a", pid: 256 }, "pdu.bad_value"],
    ["a number of 21 digits", { body: "a", from: "1".repeat(21) }, "pdu.bad_address"],
    ["a name of 12 letters", { body: "a", from: "abcdefghijkl" }, "pdu.bad_address"],
    ["a name outside the default alphabet", { body: "a", from: "Ŵŵ" }, "pdu.bad_address"],
    ["a name as service centre", { body: "a", smsc: "Bank" }, "pdu.bad_address"],
    ["a time before 1990", { body: "a", sentAt: { unixMs: -1, offsetMinutes: 0 } }, "pdu.bad_timestamp"],
    [
      "a time after 2089",
      { body: "a", sentAt: { unixMs: Date.UTC(2090, 0, 1), offsetMinutes: 0 } },
      "pdu.bad_timestamp",
    ],
    ["no time", { body: "a", sentAt: { unixMs: Number.NaN, offsetMinutes: 0 } }, "pdu.bad_timestamp"],
    ["an offset that is no quarter hour", { body: "a", sentAt: { ...sentAt, offsetMinutes: 20 } }, "pdu.bad_timestamp"],
    ["an offset beyond 19:45", { body: "a", sentAt: { ...sentAt, offsetMinutes: 1200 } }, "pdu.bad_timestamp"],
  ])("%s is refused with a code", (_, options, code) => {
    expect(thrownCode(() => encodeDeliver({ ...message, ...options }))).toBe(code);
  });

  it("is not quoted in the error", () => {
    const secret = "ŵSECRET";
    for (const options of [
      { body: secret, encoding: "gsm7" as const },
      { body: "a", from: `${secret}12345` },
    ]) {
      expect(() => encodeDeliver({ ...message, ...options })).toThrow(expect.not.stringContaining("SECRET"));
    }
  });
});
