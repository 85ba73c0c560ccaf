// What a phone may send, whatever it is: a coded refusal or an event, never anything else, and no bytes that name two messages.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError, utf8 } from "../../src/base/index.ts";
import { decodeReceivedText } from "../../src/core/index.ts";
import { messageBytes, type PhoneMessage } from "../../src/phone/phone-message.ts";
import { parseWebhookEvent } from "../../src/phone/webhook-event.ts";

const EVENTS = [
  "sms:received",
  "sms:data-received",
  "mms:received",
  "mms:downloaded",
  "system:ping",
  "app:started",
  "x",
];
const MEMBERS = [
  "message",
  "sender",
  "phoneNumber",
  "simNumber",
  "receivedAt",
  "data",
  "body",
  "subject",
  "health",
  "simCards",
];

const anyEvent = fc.record({
  id: fc.oneof(fc.string(), fc.jsonValue()),
  event: fc.constantFrom(...EVENTS),
  payload: fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...MEMBERS), fc.jsonValue())),
});

function outcome(body: Uint8Array): string {
  try {
    return parseWebhookEvent(body).type;
  } catch (error) {
    return isAppError(error) ? error.code : "something else";
  }
}

const OUTCOMES = ["message", "ping", "started", "other", "phone.bad_payload"];

describe("a webhook's body", () => {
  it("of any bytes is an event or refused with its code", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => OUTCOMES.includes(outcome(bytes))));
  });

  it("of any JSON in the form of an event is an event or refused with its code", () => {
    fc.assert(
      fc.property(anyEvent, (event) => OUTCOMES.includes(outcome(utf8(JSON.stringify(event))))),
      { numRuns: 2000 },
    );
  });

  it("brings any text and sender through as they are", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 500 });
    fc.assert(
      fc.property(text, fc.string({ minLength: 1, maxLength: 60 }), (message, sender) => {
        const payload = { message, sender, simNumber: 1, receivedAt: "2026-06-01T12:00:00.000Z" };
        const parsed = parseWebhookEvent(utf8(JSON.stringify({ id: "1", event: "sms:received", payload })));
        if (parsed.type !== "message") throw new Error(parsed.type);
        const read = decodeReceivedText(messageBytes(parsed.message));
        expect([read.body, read.from]).toEqual([message, sender]);
      }),
    );
  });
});

describe("the bytes of a message", () => {
  const message = fc.record({
    from: fc.constantFrom("", "a", '"', "+1"),
    body: fc.constantFrom("", "a", '","from":"', "b"),
    data: fc.constantFrom(null, "00"),
    kind: fc.constantFrom(null, "mms"),
    sentAt: fc.constantFrom(null, 1_700_000_000_000, 1_700_000_001_000),
    eventId: fc.constantFrom("1", "2"),
  });

  it("are equal only for messages that are", () => {
    fc.assert(
      fc.property(message, message, (a, b) => {
        const named = (one: typeof a) => JSON.stringify({ ...one, eventId: one.sentAt === null ? one.eventId : null });
        const bytes = (one: typeof a) => Buffer.from(messageBytes({ ...one, sim: 1, recipient: null } as PhoneMessage));
        expect(bytes(a).equals(bytes(b))).toBe(named(a) === named(b));
      }),
    );
  });
});
