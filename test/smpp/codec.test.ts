import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/index.ts";
import { type Frame, MAX_PDU_LENGTH, PduFramer } from "../../src/smpp/framer.ts";
import { encodeBind, encodePdu, readBindAnswer, readDataSm, readDeliverSm } from "../../src/smpp/pdu.ts";
import { bindAnswer, messagePdu, textMessage } from "../sim/smsc/index.ts";

/** The body of a PDU of the simulated message centre. */
const bodyOf = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.subarray(16));
const deliver = (text: string, more: Parameters<typeof textMessage>[1] = {}): Uint8Array =>
  bodyOf(messagePdu(textMessage(text, more), 1));

describe("bodies", () => {
  // SMPP 3.4, appendix-like example written by hand: service "CMT", source 1/1/"4912", destination 1/1/"4913", "Hi".
  const HAND =
    "434d5400" +
    "010134393132" +
    "00" +
    "010134393133" +
    "00" +
    "00" +
    "00" +
    "00" +
    "00" +
    "00" +
    "0000" +
    "00" +
    "00" +
    "02" +
    "4869";

  it("a deliver_sm written by hand is read field by field", () => {
    expect(readDeliverSm(fromHex(HAND))).toEqual({
      source: { ton: 1, text: "4912" },
      destination: { ton: 1, text: "4913" },
      esmClass: 0,
      protocolId: 0,
      dataCoding: 0,
      content: fromHex("4869"),
      tlvs: new Map(),
    });
  });

  it("a deliver_sm of the message centre is read with its optional parameters", () => {
    const message = readDeliverSm(
      deliver("hi", {
        dataCoding: 3,
        esmClass: 0x40,
        tlvs: [
          [0x020c, fromHex("0102")],
          [0x1400, fromHex("ff")],
        ],
      }),
    );
    expect(message).toMatchObject({ esmClass: 0x40, dataCoding: 3, source: { ton: 1, text: "15550111" } });
    expect([...message.tlvs.entries()].map(([tag, value]) => [tag, toHex(value)])).toEqual([
      [0x020c, "0102"],
      [0x1400, "ff"],
    ]);
  });

  it("the message is in message_payload where the short message is empty", () => {
    const payload = new Uint8Array(40_000).fill(0x61);
    expect(readDeliverSm(deliver("", { tlvs: [[0x0424, payload]] })).content).toEqual(payload);
    expect(readDeliverSm(deliver("short", { tlvs: [[0x0424, payload]] })).content.length).toBe(5);
    expect(readDataSm(bodyOf(messagePdu(textMessage("data", { command: "data" }), 1))).content.length).toBe(4);
  });

  it("every body cut short is malformed, at whatever place", () => {
    const body = deliver("hello");
    for (let length = 0; length < body.length; length++) {
      expect(() => readDeliverSm(body.subarray(0, length)), String(length)).toThrow(
        expect.objectContaining({ code: "smpp.malformed" }),
      );
    }
  });

  it("a parameter that ends behind the PDU does not cost the short message, but a payload that may be in it does", () => {
    const broken = (text: string): Uint8Array => Uint8Array.of(...deliver(text), 0x04, 0x24, 0xff, 0xff, 0x61);
    expect(readDeliverSm(broken("whole")).content.length).toBe(5);
    expect(() => readDeliverSm(broken(""))).toThrow(expect.objectContaining({ code: "smpp.malformed" }));
  });

  it("padding behind the last parameter is passed over", () => {
    expect(readDeliverSm(Uint8Array.of(...deliver("x"), 0, 0, 0)).content.length).toBe(1);
  });

  it("an address that is longer than any is cut, and the fields behind it are found", () => {
    const message = readDeliverSm(deliver("x", { from: "9".repeat(3000) }));
    expect(message.source.text.length).toBe(65);
    expect(message.destination.text).toBe("12025550101");
  });

  it("a bind says who we are, for any type of number and address", () => {
    const body = encodeBind({ systemId: "box", password: "p\0w", systemType: "" });
    expect(toHex(body)).toBe("626f7800" + "707700" + "00" + "34" + "0000" + "00");
    expect(toHex(encodePdu({ id: 9, sequence: 5, body: fromHex("00") }))).toBe(
      "00000011000000090000000000000005" + "00",
    );
  });

  it("the answer to a bind names the gateway, or does not", () => {
    expect(readBindAnswer(new Uint8Array(bindAnswer("smsc")))).toEqual({ systemId: "smsc", version: 0x34 });
    expect(readBindAnswer(new Uint8Array())).toEqual({ systemId: "", version: null });
    expect(readBindAnswer(fromHex("616200"))).toEqual({ systemId: "ab", version: null });
    expect(readBindAnswer(fromHex("6162"))).toEqual({ systemId: "", version: null });
  });
});

describe("the framer", () => {
  const frames = (chunks: readonly Uint8Array[]): Frame[] => {
    const framer = new PduFramer();
    return chunks.flatMap((chunk) => [...framer.push(chunk)]);
  };

  it("finds PDUs in one piece, byte by byte, and two in one", () => {
    const bytes = Uint8Array.of(
      ...encodePdu({ id: 0x15, sequence: 1 }),
      ...encodePdu({ id: 5, sequence: 2, body: fromHex("aabb") }),
    );
    const expected = [
      { kind: "pdu", pdu: { id: 0x15, status: 0, sequence: 1, body: new Uint8Array() } },
      { kind: "pdu", pdu: { id: 5, status: 0, sequence: 2, body: fromHex("aabb") } },
    ];
    expect(frames([bytes])).toEqual(expected);
    expect(frames([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it.each(["00000000", "0000000f", "00012001", "ffffffff"])("a length of %s ends it, once", (length) => {
    const bad = fromHex(`${length}000000050000000000000001`);
    expect(frames([encodePdu({ id: 0x15, sequence: 1 }), bad, bad])).toEqual([
      { kind: "pdu", pdu: { id: 0x15, status: 0, sequence: 1, body: new Uint8Array() } },
      { kind: "bad_length", length: Number.parseInt(length, 16) },
    ]);
  });

  it("takes the largest PDU that there can be", () => {
    const body = new Uint8Array(MAX_PDU_LENGTH - 16);
    expect(frames([encodePdu({ id: 5, sequence: 1, body })])).toMatchObject([{ kind: "pdu" }]);
  });
});
