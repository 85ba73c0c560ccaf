import { describe, expect, it } from "vitest";
import { Secret, toHex, utf8 } from "../../src/base/index.ts";
import { deriveMessageId, groupHash, pduHash } from "../../src/core/fingerprints.ts";
import { sentOrder } from "../../src/core/index.ts";
import { contentOf, joinContents, readMessage } from "../../src/core/message-content.ts";
import { encodeStatusReport, encodeSubmit } from "../../src/sms/index.ts";
import { CoreRig, fingerprints, lineOf, partPdu, pduOf, START, suite } from "./core-rig.ts";

describe("fingerprints", () => {
  const line = lineOf(1).id;

  it("are the same for the same input and key, and another under another key", () => {
    const pdu = pduOf({ body: "x" });
    expect(pduHash(fingerprints, line, pdu)).toMatch(/^[0-9a-f]{32}$/);
    expect(pduHash(fingerprints, line, pdu)).toBe(pduHash(fingerprints, line, pdu.slice()));
    const other = { suite, key: new Secret(new Uint8Array(32).fill(9)) };
    expect(pduHash(other, line, pdu)).not.toBe(pduHash(fingerprints, line, pdu));
  });

  it("of different lists never stand for the same bytes, however the parts are cut", () => {
    const lists = [["ab", "c"], ["a", "bc"], ["abc"], ["", "abc"], ["abc", ""], ["1:ab", "c"], ["a1:b", "c"], []];
    expect(new Set(lists.map((names) => deriveMessageId(fingerprints, names))).size).toBe(lists.length);
  });

  it("of a group tell line, sender, reference, width and total apart", () => {
    const base = { lineId: line, from: "+1555", ref: 11, total: 2, bits: 8 } as const;
    const keys = [
      base,
      { ...base, lineId: lineOf(2).id },
      { ...base, from: "+15551" },
      { ...base, from: "" },
      { ...base, ref: 1, total: 12 },
      { ...base, ref: 12 },
      { ...base, total: 3 },
      { ...base, bits: 16 as const },
    ];
    expect(new Set(keys.map((key) => groupHash(fingerprints, key))).size).toBe(keys.length);
  });

  it("of one purpose are never those of another", () => {
    const name = "abc";
    const all = [pduHash(fingerprints, line, utf8(name)), deriveMessageId(fingerprints, [line, name])];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("contentOf", () => {
  const source = (pdu: Uint8Array) => ({ lineId: lineOf(1).id, pdu, receivedAt: START });

  it("gives class and kind of what is more than text", () => {
    expect(contentOf(source(pduOf({ body: "flash", class: 0 })))).toMatchObject({ class: 0, kind: null });
    expect(contentOf(source(pduOf({ body: "", pid: 0x40 })))).toMatchObject({ kind: "type0" });
  });

  // TS 23.038 clause 4: groups 1100, 1101 and 1110 of the coding scheme.
  it.each([
    [0xc8, { kind: "voicemail", active: true, count: null }],
    [0xd0, { kind: "voicemail", active: false, count: null }],
    [0xd9, { kind: "fax", active: true, count: null }],
    [0xea, { kind: "email", active: true, count: null }],
  ])("gives a message waiting indication of coding scheme %i as such", (dcs, waiting) => {
    const pdu = pduOf({ body: "" });
    pdu[pdu.length - 9] = dcs;
    expect(contentOf(source(pdu))).toMatchObject({ kind: "mwi", waiting: [waiting] });
  });

  it("gives how many messages wait, as the header tells", () => {
    // TS 23.040 9.2.3.24.2: voicemail, to be stored, 3 messages; and an empty element, to fill the place of the one for parts.
    const text = "three new messages";
    const pdu = partPdu({ ref: 0, total: 1, part: 1, bits: 16, text });
    pdu.set([6, 0x01, 2, 0x80, 3, 0x70, 0], pdu.length - text.length * 2 - 7);
    const content = contentOf(source(pdu));
    expect(content).toMatchObject({ kind: "mwi", waiting: [{ kind: "voicemail", active: true, count: 3 }] });
  });

  it("gives a push and what announces a picture message as such", () => {
    const ports = { dst: 2948, src: 9200 };
    const push = Uint8Array.of(1, 0x06, 1, 0xae, 1, 2, 3);
    const notification = Uint8Array.of(1, 0x06, 1, 0xbe, 0x8c, 0x82, 1, 2);
    expect(contentOf(source(pduOf({ data: push, ports })))).toMatchObject({ kind: "wap-push", body: "" });
    expect(contentOf(source(pduOf({ data: notification, ports })))).toMatchObject({
      kind: "mms-notification",
      bodyHex: toHex(notification),
    });
  });

  it("gives a status report with what became of the message", () => {
    const moment = { unixMs: START, offsetMinutes: 60 };
    const report = encodeStatusReport({
      to: "+1555",
      reference: 7,
      sentAt: moment,
      dischargedAt: moment,
      status: 0x46,
    });
    expect(readMessage(source(report))).toMatchObject({
      content: { kind: "status-report", from: "+1555", report: { reference: 7, status: 0x46, outcome: "failed" } },
      from: null,
      part: null,
    });
  });

  it("gives an empty sender where there is none", () => {
    expect(contentOf(source(pduOf({ from: "" })))).toMatchObject({ type: "sms", from: "" });
  });

  it("gives null for a time stamp that is none", () => {
    const pdu = pduOf({ body: "x" });
    pdu.fill(0xff, 10, 17);
    expect(contentOf(source(pdu))).toMatchObject({ type: "sms", sentAt: null });
    expect(sentOrder(pdu)).toBe(0);
  });

  it("gives a message from a phone raw", () => {
    const [pdu = new Uint8Array()] = encodeSubmit({ to: "+15550100", body: "x" });
    expect(contentOf(source(pdu))).toMatchObject({ type: "raw", raw: toHex(pdu) });
    expect(readMessage(source(pdu)).part).toBeNull();
  });

  it("takes the only part of one for a whole message", () => {
    const pdu = partPdu({ ref: 1, total: 1, part: 1, text: "whole" });
    expect(readMessage(source(pdu)).part).toBeNull();
    expect(contentOf(source(pdu))).toMatchObject({ body: "whole", parts: 1 });
  });

  it.each([
    ["no parts", 0, 0],
    ["part 0", 3, 0],
    ["a part behind the last", 2, 3],
  ])("takes a part of nonsense for a whole message: %s", (_name, total, part) => {
    const pdu = partPdu({ ref: 1, total, part, text: "odd" });
    expect(readMessage(source(pdu)).part).toBeNull();
    expect(contentOf(source(pdu))).toMatchObject({ body: "odd" });
  });
});

describe("joinContents", () => {
  it("of nothing is nothing", () => {
    expect(joinContents([], [1, 2])).toBeNull();
  });
});

describe("sentOrder", () => {
  it("is the service centre's time, 0 for what has none", () => {
    expect(sentOrder(pduOf({ second: 5 }))).toBe(START + 5000);
    expect(sentOrder(Uint8Array.of(1, 2, 3))).toBe(0);
    const moment = { unixMs: START, offsetMinutes: 0 };
    const report = encodeStatusReport({ to: "+1555", reference: 1, sentAt: moment, dischargedAt: moment, status: 0 });
    expect(sentOrder(report)).toBe(0);
  });
});

describe("a part at rest", () => {
  const part = { hash: "0".repeat(32), occurrence: 0, pdu: pduOf({ body: "secret text" }), receivedAt: START };

  it("comes back as it was, and shows nothing of its content", () => {
    const sealer = new CoreRig().sealer();
    const sealed = sealer.sealPart(part);
    expect(sealer.openPart(sealed)).toEqual(part);
    expect(toHex(sealed)).not.toContain(toHex(part.pdu));
  });

  it.each([0, 24, 40])("is refused when byte %i was changed", (at) => {
    const sealer = new CoreRig().sealer();
    const sealed = sealer.sealPart(part);
    sealed[at] = (sealed[at] ?? 0) ^ 1;
    expect(() => sealer.openPart(sealed)).toThrowError(expect.objectContaining({ code: "envelope.bad_box" }));
  });
});
