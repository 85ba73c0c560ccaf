import { describe, expect, it } from "vitest";
import { fromUtf8, toBase64url, utf8 } from "../../src/base/index.ts";
import { encodePayload, signReceipt } from "../../src/envelope/index.ts";
import type { MailboxMessage } from "../../src/protocol/index.ts";
import { humanText, Inbox, type InboxEntry, linesOf, localTime } from "../../src/renter/index.ts";
import { hashOf } from "./fake-relay.ts";
import {
  LISTING,
  type MessageParts,
  messageOf,
  NOW,
  NUMBER,
  provider,
  RENTAL,
  renter,
  sealedPayload,
  shortMessageOf,
  suite,
} from "./fixtures.ts";

function add(inbox: Inbox, message: MailboxMessage, plain: Uint8Array): InboxEntry {
  const receipt = signReceipt({
    suite,
    seed: renter.seed,
    from: toBase64url(renter.verify),
    to: toBase64url(provider.verify),
    msgHash: hashOf(message),
    ts: NOW,
  });
  const messages = [{ message, plain: fromUtf8(plain), receipt }];
  const [entry] = inbox.apply({ t: "messages", at: NOW, relay: "http://relay.example", messages });
  if (entry === undefined) throw new Error("the message was known");
  return entry;
}

async function sms(inbox: Inbox, parts: MessageParts): Promise<InboxEntry> {
  return add(inbox, await messageOf(parts), sealedPayload(parts));
}

const UTC = "UTC";
const text = (entry: InboxEntry, inbox: Inbox): string =>
  linesOf(entry, inbox)
    .map((line) => humanText(line, UTC))
    .join("");

describe("linesOf", () => {
  it("gives an SMS as the one object that programs read", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, body: "Your code is 123456" });
    expect(linesOf(entry, inbox)).toEqual([
      {
        type: "sms",
        from: "+15550199",
        to: NUMBER,
        body: "Your code is 123456",
        sent_at: "2026-01-01T01:00:00+01:00",
        parts: 1,
        missing: [],
        class: null,
        received_ms: NOW + 1000,
        received_at: "2026-01-01T00:00:01.000Z",
        listing_id: LISTING,
        rental_id: RENTAL,
        seq: 1,
        id: entry.message.id,
        provider: toBase64url(provider.verify),
        verified: true,
      },
    ]);
  });

  it("names a gap before the message that showed it, and only what is still missing of it", async () => {
    const inbox = new Inbox();
    const third = await sms(inbox, { seq: 4 });
    expect(linesOf(third, inbox)[0]).toEqual({ type: "gap", rental_id: RENTAL, from: 1, to: 3 });
    await sms(inbox, { seq: 2 });
    expect(linesOf(third, inbox).slice(0, -1)).toEqual([
      { type: "gap", rental_id: RENTAL, from: 1, to: 1 },
      { type: "gap", rental_id: RENTAL, from: 3, to: 3 },
    ]);
  });

  it("says before a message that its number was used before", async () => {
    const inbox = new Inbox();
    await sms(inbox, { seq: 1 });
    const again = await sms(inbox, { seq: 1, salt: "another" });
    expect(linesOf(again, inbox).map((line) => line.type)).toEqual(["repeat", "sms"]);
  });

  it("gives plain text of the ecosystem's tools with the relay's time and without what it does not say", async () => {
    const inbox = new Inbox();
    const entry = add(inbox, shortMessageOf(utf8("hello")), utf8("hello"));
    expect(linesOf(entry, inbox)).toMatchObject([
      { type: "sms", from: null, to: null, body: "hello", sent_at: null, seq: null, received_ms: NOW },
    ]);
  });

  it("gives what the box could not decode raw, with the reason", async () => {
    const inbox = new Inbox();
    const plain = encodePayload({
      v: 1,
      type: "raw",
      to: NUMBER,
      received_ms: NOW,
      listing_id: LISTING,
      rental_id: RENTAL,
      seq: 1,
      raw: "07911326040000f0",
      reason: "pdu.truncated",
    });
    const entry = add(inbox, await messageOf({ seq: 1 }), plain);
    expect(linesOf(entry, inbox)).toMatchObject([{ type: "raw", raw: "07911326040000f0", reason: "pdu.truncated" }]);
    expect(text(entry, inbox)).toBe(
      `${localTime(NOW, UTC)}  (unknown)         to ${NUMBER}\n` +
        "    (could not be decoded: pdu.truncated; raw PDU: 07911326040000f0)\n\n",
    );
  });

  it("passes on 8-bit data and the kind of a message", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, body: "", payload: { body_hex: "00ff", kind: "wap-push" } });
    expect(linesOf(entry, inbox)).toMatchObject([{ body: "", body_hex: "00ff", kind: "wap-push" }]);
    expect(text(entry, inbox)).toBe(
      "2026-01-01 00:00:01  +15550199         to +15550100\n    (wap-push)\n    data: 00ff\n\n",
    );
  });

  it("has no date for a time that no date can hold", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, payload: { received_ms: Number.MAX_SAFE_INTEGER } });
    expect(linesOf(entry, inbox)).toMatchObject([{ received_at: null }]);
    expect(text(entry, inbox)).toContain("(no valid time)");
  });
});

describe("humanText", () => {
  it("puts time, sender and number on one line and the text below", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, from: "MyBank", body: "Your code is 123456\nDo not share it." });
    expect(text(entry, inbox)).toBe(
      "2026-01-01 00:00:01  MyBank            to +15550100\n    Your code is 123456\n    Do not share it.\n\n",
    );
  });

  it("says that a message without text is empty", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, body: "" });
    expect(text(entry, inbox)).toBe("2026-01-01 00:00:01  +15550199         to +15550100\n    (empty)\n\n");
  });

  it("says that a call was missed, also of a caller who withheld his number", async () => {
    const inbox = new Inbox();
    const missed = { body: "", payload: { kind: "missed-call" } };
    const entry = await sms(inbox, { seq: 1, ...missed });
    expect(text(entry, inbox)).toBe("2026-01-01 00:00:01  +15550199         to +15550100\n    (missed call)\n\n");
    const withheld = await sms(inbox, { seq: 2, body: "", payload: { kind: "missed-call", from: "" } });
    expect(text(withheld, inbox)).toBe("2026-01-01 00:00:02  (unknown)         to +15550100\n    (missed call)\n\n");
  });

  it("says which parts never came", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, payload: { parts: 4, missing: [2, 3] } });
    expect(text(entry, inbox)).toContain("    (part 2, 3 of 4 never arrived)\n");
  });

  it("marks an incomplete message that another stands in for, and says so at both, within one rental alone", async () => {
    const inbox = new Inbox();
    const partial = await sms(inbox, { seq: 1, payload: { parts: 2, missing: [2] } });
    const elsewhere = await sms(inbox, { seq: 1, rentalId: "f".repeat(32), payload: { replaces: partial.message.id } });
    expect(text(partial, inbox)).toContain("    (part 2 of 2 never arrived)\n");
    const whole = await sms(inbox, { seq: 2, payload: { parts: 2, replaces: partial.message.id } });
    expect(text(partial, inbox)).toContain("    (part 2 of 2 was missing; a later message stands in for this one)\n");
    expect(text(whole, inbox)).toContain("    (stands in for an incomplete message: more of it has arrived)\n");
    expect(linesOf(partial, inbox)).toMatchObject([{ missing: [2], superseded_by: whole.message.id }]);
    expect(linesOf(whole, inbox).at(-1)).toMatchObject({ missing: [], replaces: partial.message.id });
    expect(linesOf(whole, inbox).at(-1)).not.toHaveProperty("superseded_by");
    expect(inbox.supersededBy(elsewhere)).toBeUndefined();
  });

  it("says what waits elsewhere, and what became of a message that was sent", async () => {
    const inbox = new Inbox();
    const waiting = [
      { kind: "voicemail", active: true, count: 2 },
      { kind: "fax", active: true, count: null },
      { kind: "email", active: false, count: 0 },
    ];
    const indication = await sms(inbox, { seq: 1, body: "", payload: { kind: "mwi", waiting } });
    expect(text(indication, inbox)).toContain(
      "    (empty)\n    (mwi)\n    (2 voicemail waiting)\n    (some fax waiting)\n    (no email waiting)\n",
    );
    const report = { reference: 1, status: 0, outcome: "completed", discharged_at: null };
    const told = await sms(inbox, { seq: 2, body: "", payload: { kind: "status-report", report } });
    expect(text(told, inbox)).toContain("    (status-report)\n    (message to this number: completed, status 0)\n");
    expect(linesOf(told, inbox)).toMatchObject([{ kind: "status-report", report }]);
    expect(linesOf(indication, inbox)).toMatchObject([{ kind: "mwi", waiting }]);
  });

  it("lets no escape sequence and no override of a sender or a text through", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, from: "\u001b[31mBank\u202e", body: "a\u001b]52;c;AAAA\u0007b\u009b2J" });
    expect(text(entry, inbox).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text(entry, inbox)).toContain("\u241b[31mBank<U+202E>");
  });

  it("lets no text forge another message: all its lines are indented", async () => {
    const inbox = new Inbox();
    const entry = await sms(inbox, { seq: 1, body: "x\r\n2026-01-01 00:00:01  MyBank to +15550100\rforged" });
    expect(
      text(entry, inbox)
        .trimEnd()
        .split("\n")
        .slice(1)
        .every((line) => line.startsWith("    ")),
    ).toBe(true);
  });

  it("names one missing message and several", () => {
    const gap = { type: "gap", rental_id: RENTAL } as const;
    expect(humanText({ ...gap, from: 2, to: 2 })).toBe(`-- message 2 of rental ${RENTAL} did not arrive --\n\n`);
    expect(humanText({ ...gap, from: 2, to: 4 })).toBe(`-- messages 2 to 4 of rental ${RENTAL} did not arrive --\n\n`);
  });
});

describe("localTime", () => {
  it("follows the time zone", () => {
    expect(localTime(NOW, "Asia/Tokyo")).toBe("2026-01-01 09:00:00");
    expect(localTime(NOW, "UTC")).toBe("2026-01-01 00:00:00");
  });
});
