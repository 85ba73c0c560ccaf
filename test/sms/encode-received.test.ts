// PDUs made of what gateways have taken apart: octets for small cases, and what our decoder makes of them.
import { describe, expect, it } from "vitest";
import { encodeReceived, type ReceivedContent, textOfSeptets, unitsOf } from "../../src/sms/index.ts";
import { ADDRESS, decoded, HELLO, thrownCode } from "./pdu-text.ts";

const NONE: Uint8Array = new Uint8Array();
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString("hex").toUpperCase();
const make = (content: ReceivedContent, header = NONE, from = "+15550100"): string =>
  hexOf(encodeReceived({ from, pid: 0, header, content }));
const read = (pdu: string) => decoded(pdu, { smsc: "yes" });

describe("octets", () => {
  it("of septets, with a time stamp that names no date", () => {
    const units = bytes(Buffer.from("hello", "latin1").toString("hex"));
    const pdu = make({ kind: "units", dcs: 0, units });
    expect(pdu).toBe(`0004${ADDRESS}0000${"00".repeat(7)}${HELLO}`);
    expect(make({ kind: "text", text: "hello" })).toBe(pdu);
    expect(read(pdu)).toMatchObject({ type: "deliver", from: "+15550100", body: "hello", sentAt: null });
  });

  it("of a text that needs UCS-2, of octets, and of compressed data", () => {
    expect(read(make({ kind: "text", text: "код" }))).toMatchObject({ encoding: "ucs2", body: "код" });
    expect(hexOf(read(make({ kind: "units", dcs: 4, units: bytes("00FF") })).data ?? NONE)).toBe("00FF");
    expect(read(make({ kind: "units", dcs: 0x20, units: bytes("00FF") }))).toMatchObject({ compressed: true });
  });

  it("of a header in front of septets", () => {
    const pdu = read(make({ kind: "text", text: "part" }, bytes("0003070201")));
    expect(pdu).toMatchObject({ body: "part", concat: { ref: 7, total: 2, part: 1 } });
  });
});

describe("limits", () => {
  const septets = (count: number): ReceivedContent => ({
    kind: "units",
    dcs: 0,
    units: new Uint8Array(count).fill(0x61),
  });

  it("up to 255 units are read back, more than the air carries; one more is refused", () => {
    expect(read(make(septets(255))).body).toBe("a".repeat(255));
    expect(read(make(septets(248), bytes("0003070201"))).body).toBe("a".repeat(248));
    expect(thrownCode(() => make(septets(256)))).toBe("pdu.bad_content");
    expect(thrownCode(() => make(septets(249), bytes("0003070201")))).toBe("pdu.bad_content");
    expect(thrownCode(() => make({ kind: "units", dcs: 8, units: new Uint8Array(256) }))).toBe("pdu.bad_content");
  });

  it("a name that no address holds is refused", () => {
    expect(thrownCode(() => make(septets(1), NONE, "twelve chars"))).toBe("pdu.bad_address");
  });
});

it("what the units of a coding are", () => {
  expect([0x00, 0x04, 0x08, 0x18, 0x20, 0xe0, 0xf1, 0xf5].map(unitsOf)).toEqual([
    "gsm7",
    "8bit",
    "ucs2",
    "ucs2",
    "8bit",
    "ucs2",
    "gsm7",
    "8bit",
  ]);
});

it("septets become text however many there are, an escape never torn from its character", () => {
  for (const lead of [0, 1, 2]) {
    const text = `${"a".repeat(998 + lead)}€${"b".repeat(1500)}`;
    const units = bytes(`${"61".repeat(998 + lead)}1b65${"62".repeat(1500)}`);
    expect(textOfSeptets(units)).toBe(text);
  }
  expect(textOfSeptets(NONE)).toBe("");
  expect(textOfSeptets(bytes("1b".repeat(1500))).length).toBeGreaterThan(0);
});
