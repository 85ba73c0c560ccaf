import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/index.ts";
import { decodeReceivedText } from "../../src/core/index.ts";
import { asReceived, isReceipt } from "../../src/smpp/as-received.ts";
import type { DefaultAlphabet } from "../../src/smpp/charsets.ts";
import { type GatewayMessage, readDeliverSm } from "../../src/smpp/pdu.ts";
import { type DeliverPdu, decodePdu } from "../../src/sms/index.ts";
import { messagePdu, type SmscMessage, textMessage } from "../sim/smsc/index.ts";

type More = Partial<Omit<SmscMessage, "text">> & { readonly text?: Uint8Array };

function message(more: More): GatewayMessage {
  return readDeliverSm(new Uint8Array(messagePdu(textMessage("", more), 1).subarray(16)));
}

/** The PDU as the intake will decode it. */
function pduOf(more: More, alphabet: DefaultAlphabet = "gsm7"): DeliverPdu {
  const { format, pdu } = asReceived(message(more), alphabet);
  expect(format).toBe("pdu");
  const result = decodePdu(pdu, { smsc: "auto", direction: "mt" });
  if (!result.ok || result.pdu.type !== "deliver") throw new Error("not a deliver");
  return result.pdu;
}

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const ucs2 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf16le").swap16());

describe("senders", () => {
  it.each([
    [1, "4915112345678", "+4915112345678"],
    [1, "+4915112345678", "+4915112345678"],
    [0, "4915112345678", "4915112345678"],
    [2, "015112345678", "015112345678"],
    [5, "MyBank", "MyBank"],
    [0, "MyBank", "MyBank"],
    [3, "12345", "12345"],
    [0, "", null],
  ])("type of number %i with %s is %s", (ton, from, expected) => {
    expect(pduOf({ ton, from, text: latin1("x") }).from).toBe(expected);
  });

  it("whose name fits into no address field arrive all the same", () => {
    const { format, pdu } = asReceived(message({ ton: 5, from: "A Very Long Name", text: latin1("hi") }), "gsm7");
    expect(format).toBe("text");
    expect(decodeReceivedText(pdu)).toMatchObject({ from: "A Very Long Name", body: "hi", data: null });
  });
});

describe("alphabets", () => {
  it.each<[name: string, dataCoding: number, text: Uint8Array, alphabet: DefaultAlphabet, body: string]>([
    ["0 as septets of the GSM alphabet", 0, fromHex("00024002111b65"), "gsm7", "@$¡$_€"],
    ["0 as Latin-1 where it cannot be septets", 0, latin1("caf\u00e9"), "gsm7", "café"],
    ["0 as Latin-1 where the gateway means that", 0, latin1("a@b_é"), "latin1", "a@b_é"],
    ["0 as ASCII where the gateway means that", 0, latin1("a@b_$"), "ascii", "a@b_$"],
    ["1 as the GSM alphabet where it cannot be ASCII", 1, fromHex("00056f1b65"), "gsm7", "@éo€"],
    ["1 as ASCII", 1, latin1("a@b_$"), "gsm7", "a@b_$"],
    ["3 as Latin-1", 3, latin1("ça va"), "gsm7", "ça va"],
    ["6 as Cyrillic", 6, fromHex("bfe0d8d2d5e2"), "gsm7", "Привет"],
    ["8 as UCS-2", 8, ucs2("Привет 👋"), "gsm7", "Привет 👋"],
    ["0x18, a data coding scheme passed through, as UCS-2", 0x18, ucs2("класс 0"), "gsm7", "класс 0"],
    ["0xF1 as septets with a class", 0xf1, latin1("class 1"), "gsm7", "class 1"],
  ])("data_coding %s", (_, dataCoding, text, alphabet, body) => {
    expect(pduOf({ dataCoding, text }, alphabet).body).toBe(body);
  });

  it("the class of a message is kept", () => {
    expect(pduOf({ dataCoding: 0xf0, text: latin1("flash") }).class).toBe(0);
    expect(pduOf({ dataCoding: 0x18, text: ucs2("flash") }).class).toBe(0);
  });

  it.each([2, 4, 5, 9, 13, 0xf5])("data_coding %i is binary", (dataCoding) => {
    const pdu = pduOf({ dataCoding, text: fromHex("00ff80") });
    expect(pdu.body).toBeNull();
    expect(toHex(pdu.data ?? new Uint8Array())).toBe("00ff80");
  });
});

describe("headers", () => {
  const header = (hex: string, rest: Uint8Array): Uint8Array => Uint8Array.of(...fromHex(hex), ...rest);

  it("place a part in its message", () => {
    const pdu = pduOf({ esmClass: 0x40, text: header("0500030702010a".slice(0, 12), latin1("first")) });
    expect(pdu).toMatchObject({ concat: { ref: 7, total: 2, part: 1, bits: 8 }, body: "first" });
  });

  it("choose national tables", () => {
    // Turkish single shift: 1B 73 is "ş".
    const text = header("03240101", fromHex("1b73"));
    for (const dataCoding of [0, 1]) expect(pduOf({ esmClass: 0x40, dataCoding, text }, "latin1").body).toBe("ş");
  });

  it("go with UCS-2 and with binary, and a full part of septets fits", () => {
    expect(pduOf({ esmClass: 0x40, dataCoding: 8, text: header("050003070201", ucs2("ж")) })).toMatchObject({
      body: "ж",
      concat: { part: 1 },
    });
    const wap = pduOf({ esmClass: 0x40, dataCoding: 4, text: header("06050415b323f0", fromHex("0102")) });
    expect(wap.ports).toEqual({ dst: 0x15b3, src: 0x23f0 });
    const full = pduOf({ esmClass: 0x40, text: header("050003070202", latin1("x".repeat(153))) });
    expect(full.body).toBe("x".repeat(153));
  });

  it("that lie about their length leave the message as bytes", () => {
    const pdu = pduOf({ esmClass: 0x40, text: fromHex("ff0003") });
    expect(toHex(pdu.data ?? new Uint8Array())).toBe("ff0003");
  });

  it("are made of sar_ parameters, with the reference as wide as it is", () => {
    const sar = (reference: string): SmscMessage["tlvs"] => [
      [0x020c, fromHex(reference)],
      [0x020e, fromHex("03")],
      [0x020f, fromHex("02")],
    ];
    expect(pduOf({ text: latin1("mid"), tlvs: sar("0009") })).toMatchObject({
      concat: { ref: 9, total: 3, part: 2, bits: 8 },
      body: "mid",
    });
    expect(pduOf({ text: latin1("mid"), tlvs: sar("1234") }).concat).toEqual({
      ref: 0x1234,
      total: 3,
      part: 2,
      bits: 16,
    });
    expect(pduOf({ text: latin1("x".repeat(160)), tlvs: sar("1234") }).body?.length).toBe(160);
    expect(pduOf({ dataCoding: 8, text: ucs2("ж".repeat(70)), tlvs: sar("1234") }).body).toBe("ж".repeat(70));
  });

  it("are not made of sar_ parameters that make no sense, nor of such as repeat the header", () => {
    const tlvs: SmscMessage["tlvs"] = [
      [0x020c, fromHex("0009")],
      [0x020e, fromHex("03")],
      [0x020f, fromHex("04")],
    ];
    expect(pduOf({ text: latin1("x"), tlvs }).concat).toBeNull();
    const both = pduOf({
      esmClass: 0x40,
      text: header("050003070201", latin1("x")),
      tlvs: [
        [0x020c, fromHex("0009")],
        [0x020e, fromHex("02")],
        [0x020f, fromHex("01")],
      ],
    });
    expect(both.concat?.ref).toBe(7);
  });

  it("are made of port parameters", () => {
    const tlvs: SmscMessage["tlvs"] = [
      [0x020b, fromHex("0b84")],
      [0x020a, fromHex("23f0")],
    ];
    expect(pduOf({ dataCoding: 4, text: fromHex("01"), tlvs }).ports).toEqual({ dst: 2948, src: 9200 });
  });
});

describe("messages beyond a PDU", () => {
  it.each<[string, number, Uint8Array, string]>([
    ["of septets, an escape astride any piece", 0, fromHex(`61${"1b65".repeat(1200)}`), `a${"€".repeat(1200)}`],
    ["of Latin-1", 3, latin1("é".repeat(400)), "é".repeat(400)],
    ["of UCS-2", 8, ucs2("ж".repeat(2000)), "ж".repeat(2000)],
  ])("%s are handed over as text", (_, dataCoding, payload, body) => {
    const { format, pdu } = asReceived(message({ dataCoding, tlvs: [[0x0424, payload]] }), "gsm7");
    expect(format).toBe("text");
    expect(decodeReceivedText(pdu)).toEqual({ from: "+15550111", body, data: null, sentAt: null, kind: null, key: "" });
  });

  it("of binary are handed over in hex", () => {
    const { pdu } = asReceived(message({ dataCoding: 4, tlvs: [[0x0424, new Uint8Array(300).fill(0xab)]] }), "gsm7");
    expect(decodeReceivedText(pdu).data).toBe("ab".repeat(300));
  });
});

it("the same message gives the same bytes, without a time of its own", () => {
  const one = asReceived(message({ text: latin1("again") }), "gsm7");
  expect(asReceived(message({ text: latin1("again") }), "gsm7")).toEqual(one);
  expect(pduOf({ text: latin1("again") }).sentAt).toBeNull();
});

it.each([
  [0x00, false],
  [0x40, false],
  [0x04, true],
  [0x44, true],
  [0x20, true],
  [0x08, false],
  [0x10, false],
])("esm_class %i is a receipt: %s", (esmClass, expected) => {
  expect(isReceipt(message({ esmClass, text: latin1("x") }))).toBe(expected);
});
