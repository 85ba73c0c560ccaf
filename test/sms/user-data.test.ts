// User data: alphabets, lengths and headers (TS 23.040 9.2.3.16, 9.2.3.24; TS 23.038 4 and 6).
import { describe, expect, it } from "vitest";
import { codeOf, deliver, deliverTpdu, headed, octets } from "./pdu-text.ts";

// First octet with the header indicator.
const UDHI = "44";

describe("text", () => {
  it("in UCS-2 is UTF-16 with surrogate pairs", () => {
    expect(deliver({ dcs: "08", ud: octets("004800E9D83DDE00") })).toMatchObject({
      encoding: "ucs2",
      body: "Hé😀",
    });
  });

  it("keeps the halves of a surrogate pair that two parts share, so that joining mends it", () => {
    const [high, low] = ["D83D", "DE00"].map((half) => deliver({ dcs: "08", ud: `02${half}` }).body);
    expect(`${high}${low}`).toBe("😀");
  });

  it("in UCS-2 drops half a character at its end and warns", () => {
    expect(deliver({ dcs: "08", ud: "03004800" })).toMatchObject({ body: "H", warnings: ["ucs2_odd_length"] });
  });

  it("may be empty", () => {
    expect(deliver({ ud: "00" })).toMatchObject({ body: "", warnings: [] });
    expect(deliver({ dcs: "08", ud: "00" })).toMatchObject({ body: "", warnings: [] });
    expect(deliver({ dcs: "04", ud: "00" }).data).toEqual(new Uint8Array(0));
  });

  it("of 160 septets fills 140 octets", () => {
    expect(deliver({ ud: `A0${"FF".repeat(140)}` })).toMatchObject({ body: "à".repeat(160), warnings: [] });
  });

  it("longer than a TPDU allows is read with a warning", () => {
    expect(deliver({ dcs: "04", ud: `8D${"00".repeat(141)}` }).warnings).toEqual(["user_data_too_long"]);
  });

  it("shorter than its length says is truncated", () => {
    expect(codeOf(deliverTpdu({ ud: "09E8329BFD06" }))).toBe("pdu.truncated");
    expect(codeOf(deliverTpdu({ dcs: "08", ud: "040048" }))).toBe("pdu.truncated");
  });

  it("with a reserved coding scheme is read in the default alphabet, with a warning", () => {
    for (const dcs of ["0C", "80", "BF", "F8"]) {
      expect(deliver({ dcs })).toMatchObject({ body: "hello", warnings: ["dcs_reserved"] });
    }
  });
});

describe("octets", () => {
  it("of 8-bit data stay as they are", () => {
    expect(deliver({ dcs: "04", ud: "03000102" })).toMatchObject({
      kind: "data",
      encoding: "8bit",
      body: null,
      data: Uint8Array.of(0, 1, 2),
    });
  });

  it("of compressed text are counted as octets and reported, not undone (TS 23.042)", () => {
    expect(deliver({ dcs: "20", ud: "03000102" })).toMatchObject({
      kind: "data",
      encoding: "gsm7",
      compressed: true,
      body: null,
      data: Uint8Array.of(0, 1, 2),
      warnings: ["compressed"],
    });
  });
});

describe("coding scheme", () => {
  it.each([
    ["00", "gsm7", null],
    ["10", "gsm7", 0],
    ["11", "gsm7", 1],
    ["13", "gsm7", 3],
    ["14", "8bit", 0],
    ["18", "ucs2", 0],
    ["1A", "ucs2", 2],
    ["40", "gsm7", null],
    ["51", "gsm7", 1],
    ["48", "ucs2", null],
    ["F0", "gsm7", 0],
    ["F2", "gsm7", 2],
    ["F5", "8bit", 1],
  ])("%s is %s of class %s", (dcs, encoding, messageClass) => {
    expect(deliver({ dcs, ud: "00" })).toMatchObject({ encoding, class: messageClass, warnings: [] });
  });

  it.each([
    ["C8", { kind: "voicemail", active: true, count: null, store: false }, "gsm7"],
    ["C1", { kind: "fax", active: false, count: null, store: false }, "gsm7"],
    ["DA", { kind: "email", active: true, count: null, store: true }, "gsm7"],
    ["EB", { kind: "other", active: true, count: null, store: true }, "ucs2"],
  ])("%s is a message waiting indication", (dcs, waiting, encoding) => {
    expect(deliver({ dcs, ud: "00" })).toMatchObject({ kind: "mwi", mwi: [waiting], encoding });
  });
});

describe("user data header", () => {
  it("moves the text to the next septet boundary", () => {
    // Header and length end at bit 40; two fill bits bring "hi" (0x34E8) to septet 6.
    expect(deliver({ first: UDHI, ud: "08047002AABBA0D3" })).toMatchObject({
      udh: "7002AABB",
      elements: [{ iei: 0x70, data: Uint8Array.of(0xaa, 0xbb) }],
      body: "hi",
    });
    // They end at bit 56, where septet 8 starts by itself.
    expect(deliver({ first: UDHI, ud: "09067004AABBCCDD68" }).body).toBe("h");
  });

  it("has concatenation with a reference of 8 or 16 bits", () => {
    const eight = deliver({ first: UDHI, dcs: "08", ud: headed("00034C0302", "0048") });
    expect(eight).toMatchObject({ concat: { ref: 0x4c, total: 3, part: 2, bits: 8 }, body: "H", udh: "00034C0302" });
    const sixteen = deliver({ first: UDHI, dcs: "08", ud: headed("080412340302", "0048") });
    expect(sixteen).toMatchObject({ concat: { ref: 0x1234, total: 3, part: 2, bits: 16 }, body: "H" });
  });

  it.each([
    ["00034C0000", "no parts"],
    ["00034C0200", "part 0"],
    ["00034C0203", "part 3 of 2"],
    ["00024C02", "too short"],
    ["0803004C02", "too short"],
  ])("ignores concatenation that makes no sense: %s (%s)", (element) => {
    expect(deliver({ first: UDHI, dcs: "08", ud: headed(element, "0048") })).toMatchObject({
      concat: null,
      body: "H",
      warnings: ["udh_element_ignored"],
    });
  });

  it("takes the last of elements that repeat or exclude each other", () => {
    expect(deliver({ first: UDHI, dcs: "04", ud: headed("0003010201080412340202", "") }).concat).toEqual({
      ref: 0x1234,
      total: 2,
      part: 2,
      bits: 16,
    });
    expect(deliver({ first: UDHI, dcs: "04", ud: headed("0402F0F1050423F0C350", "") }).ports).toEqual({
      dst: 0x23f0,
      src: 0xc350,
    });
  });

  it("keeps a usable element when a later one of its kind is not", () => {
    expect(deliver({ first: UDHI, dcs: "04", ud: headed("00030102010003010200", "") })).toMatchObject({
      concat: { ref: 1, total: 2, part: 1, bits: 8 },
      warnings: ["udh_element_ignored"],
    });
  });

  it("has ports of 8 or 16 bits", () => {
    const eight = deliver({ first: UDHI, dcs: "04", ud: headed("0402F0F1", "") });
    expect(eight.ports).toEqual({ dst: 0xf0, src: 0xf1 });
    const sixteen = deliver({ first: UDHI, dcs: "04", ud: headed("050423F0C350", "") });
    expect(sixteen.ports).toEqual({ dst: 0x23f0, src: 0xc350 });
  });

  it("overrides the waiting indication of the coding scheme, and may hold several", () => {
    expect(deliver({ first: UDHI, dcs: "E9", ud: headed("0102800201024700", "") })).toMatchObject({
      kind: "mwi",
      mwi: [
        { kind: "voicemail", active: true, count: 2, store: true },
        { kind: "video", active: false, count: 0, store: false },
      ],
    });
    const other = deliver({ first: UDHI, dcs: "08", ud: headed("01020301", "") });
    expect(other.mwi).toEqual([{ kind: "other", active: true, count: 1, store: false }]);
  });

  it.each([
    ["00034C", "the last element is cut off"],
    ["700000", "one octet is left over"],
  ])("whose elements do not fill it is ignored, and the text after it is read: %s (%s)", (elements) => {
    expect(deliver({ first: UDHI, dcs: "08", ud: headed(elements, "0048") })).toMatchObject({
      elements: [],
      udh: elements,
      body: "H",
      warnings: ["udh_malformed"],
    });
  });

  it("longer than the user data is an error", () => {
    expect(codeOf(deliverTpdu({ first: UDHI }))).toBe("pdu.bad_udh");
    expect(codeOf(deliverTpdu({ first: UDHI, ud: "00" }))).toBe("pdu.bad_udh");
  });

  it("may be all there is, with or without its fill bits counted", () => {
    expect(deliver({ first: UDHI, ud: "0705000301020100" })).toMatchObject({ body: "", warnings: [] });
    expect(deliver({ first: UDHI, ud: "06050003010201" })).toMatchObject({ body: "", warnings: [] });
  });
});

describe("national languages", () => {
  it("are switched by header elements", () => {
    // Turkish locking (0x25) and single shift (0x24); seven octets of header end at bit 56, septet 8: "ğ" is 0x0C.
    expect(deliver({ first: UDHI, ud: "09062401012501010C" })).toMatchObject({
      national: { locking: "turkish", shift: "turkish" },
      body: "ğ",
      warnings: [],
    });
  });

  it.each([
    ["2501 0E", "reserved locking table"],
    ["2401 0E", "reserved single shift table"],
    ["2501 02", "Spanish has no locking table"],
  ])("fall back to the default table: %s (%s)", (element) => {
    const header = `03${element.replace(" ", "")}`;
    expect(deliver({ first: UDHI, ud: `06${header}C000` })).toMatchObject({
      national: { locking: null, shift: null },
      warnings: ["national_language_unknown"],
    });
  });

  it("show U+FFFD and a warning for a code that their table lacks", () => {
    // Bengali (4) has nothing at 0x0C; four octets of header end at bit 32, so septet 5 starts at bit 35.
    expect(deliver({ first: UDHI, ud: "06032501046000" })).toMatchObject({
      body: "\ufffd",
      warnings: ["undefined_character"],
    });
  });
});
