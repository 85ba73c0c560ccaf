import { beforeEach, describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../src/base/index.ts";
import { decodeReceivedText, encodeReceivedText, type Intake, type ReceivedText } from "../../src/core/index.ts";
import { contentOf, readMessage } from "../../src/core/message-content.ts";
import { CoreRig, lineOf, START } from "./core-rig.ts";

const text = (more: Partial<ReceivedText> = {}): ReceivedText => ({
  from: "+15550199",
  body: "hello",
  data: null,
  sentAt: "2026-01-01T10:00:00.123+02:00",
  kind: null,
  key: "1",
  ...more,
});

const source = (pdu: Uint8Array) => ({ lineId: lineOf(1).id, format: "text" as const, pdu, receivedAt: START });

describe("a received text", () => {
  it("gives the same bytes whatever the order of its members, and comes back as it was", () => {
    const { key, ...rest } = text();
    expect(encodeReceivedText({ key, ...rest })).toEqual(encodeReceivedText({ ...rest, key }));
    const odd = text({ body: 'a lone \ud83d, a NUL \0 and "quotes"', data: "00ff", kind: "mms-notification" });
    expect(decodeReceivedText(encodeReceivedText(odd))).toEqual(odd);
  });

  it("becomes a whole message with what its source told", () => {
    expect(contentOf(source(encodeReceivedText(text())))).toEqual({
      type: "sms",
      from: "+15550199",
      body: "hello",
      bodyHex: null,
      sentAt: "2026-01-01T10:00:00.123+02:00",
      receivedAt: START,
      parts: 1,
      missing: [],
      class: null,
      kind: null,
      waiting: [],
      report: null,
    });
    expect(readMessage(source(encodeReceivedText(text()))).part).toBeNull();
  });

  it("hands its kind and its octets on", () => {
    const push = encodeReceivedText(text({ body: "", data: "00ff", kind: "wap-push", sentAt: null }));
    expect(contentOf(source(push))).toMatchObject({ body: "", bodyHex: "00ff", kind: "wap-push", sentAt: null });
  });

  it("loses a time or a kind that no payload may hold, and nothing else", () => {
    const odd = encodeReceivedText(text({ sentAt: "yesterday", kind: "Über Art" }));
    expect(contentOf(source(odd))).toMatchObject({ body: "hello", sentAt: null, kind: null });
  });

  it.each(["", "{}", "nonsense", '{"from":1}'])("that is none is delivered raw: %j", (bytes) => {
    const raw = utf8(bytes);
    expect(contentOf(source(raw))).toEqual({
      type: "raw",
      raw: toHex(raw),
      reason: "intake.bad_text",
      receivedAt: START,
    });
  });
});

describe("the intake of texts", () => {
  let rig: CoreRig;
  let intake: Intake;

  beforeEach(async () => {
    rig = new CoreRig();
    await rig.rent(1);
    intake = await rig.intake();
  });

  const give = (more: Partial<ReceivedText>) =>
    intake.accept({ ...rig.incoming(encodeReceivedText(text(more)), null), format: "text" });

  it("takes one that is handed over again for a duplicate, also after a restart, and tells equal ones apart by their key", async () => {
    expect((await give({})).kind).toBe("stored");
    expect((await give({})).kind).toBe("duplicate");
    intake = await rig.intake();
    expect((await give({})).kind).toBe("duplicate");
    expect((await give({ key: "2" })).kind).toBe("stored");
    const [rental] = rig.rentals.all();
    if (rental === undefined) throw new Error("no rental");
    expect(await rig.bodies(rental)).toEqual(["hello", "hello"]);
  });

  it("delivers what it cannot read raw, counted as undecodable", async () => {
    await intake.accept({ ...rig.incoming(utf8("nonsense"), null), format: "text" });
    expect(await rig.store.counters()).toMatchObject({ received: 1, undecodable: 1 });
  });
});
