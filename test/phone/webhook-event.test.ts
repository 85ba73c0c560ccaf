import { describe, expect, it } from "vitest";
import { isAppError, utf8 } from "../../src/base/index.ts";
import { decodeReceivedText } from "../../src/core/index.ts";
import { messageBytes, parsePhoneTime } from "../../src/phone/phone-message.ts";
import { type PhoneEvent, parseWebhookEvent } from "../../src/phone/webhook-event.ts";
import { event, sms } from "./phone-rig.ts";

const parse = (body: string): PhoneEvent => parseWebhookEvent(utf8(body));

function message(body: string) {
  const parsed = parse(body);
  if (parsed.type !== "message") throw new Error(`a ${parsed.type} event`);
  return parsed.message;
}

const bytes = (body: string): string => Buffer.from(messageBytes(message(body))).toString("hex");

describe("an event", () => {
  it("of an SMS is read by the names of today and of older versions", () => {
    const today = message(sms());
    const older = message(sms({ sender: undefined, recipient: undefined, phoneNumber: "+15550100" }));
    expect(today).toMatchObject({ sim: 1, from: "+15550100", body: "hello", data: null, kind: null });
    expect(today.sentAt).toBe(Date.UTC(2026, 5, 1, 12));
    expect(older).toEqual({ ...today, recipient: null, eventId: older.eventId });
  });

  it("of a binary SMS brings its octets", () => {
    const payload = { data: "AAH/\n/g==", sender: "+1555", simNumber: 2, receivedAt: "2026-06-01T12:00:00.000Z" };
    expect(message(event("sms:data-received", payload))).toMatchObject({
      sim: 2,
      body: "",
      data: "0001fffe",
      kind: "data",
    });
  });

  it("of an MMS is told as notice and as content", () => {
    const common = { sender: "+1555", simNumber: null, receivedAt: "2026-06-01T12:00:00.000Z" };
    const notice = { ...common, transactionId: "T1", subject: "Photo", size: 5, contentClass: null };
    expect(message(event("mms:received", notice))).toMatchObject({
      body: "Photo",
      kind: "mms-notification",
      sim: null,
    });
    const content = { ...common, subject: "Photo", body: "look", attachments: [{ data: "AAAA" }] };
    expect(message(event("mms:downloaded", content))).toMatchObject({ body: "Photo\nlook", kind: "mms", data: null });
  });

  it("of health tells battery, network and version", () => {
    const checks = {
      "battery:level": { observedValue: 14.4, observedUnit: "percent" },
      "battery:charging": { observedValue: 4 },
      "connection:transport": { observedValue: 2 },
      "connection:cellular": { observedValue: 4 },
    };
    expect(parse(event("system:ping", { health: { version: "1.68.0", checks } }))).toEqual({
      type: "ping",
      health: {
        appVersion: "1.68.0",
        battery: { percent: 14, charging: true },
        transport: "cellular",
        technology: "lte",
      },
    });
    for (const payload of [{}, null, { health: { checks: [] } }, { health: { checks: { a: 7 } } }])
      expect(parse(event("system:ping", payload))).toEqual({ type: "ping", health: null });
  });

  it("of the app's start tells the SIMs, and takes a shortened ICCID for none", () => {
    const simCards = [
      { slotIndex: 0, simNumber: 1, phoneNumber: "+15550101", carrierName: "T", iccid: "8900101000000000001" },
      { slotIndex: 1, simNumber: 2, phoneNumber: null, carrierName: "", iccid: "**********0002" },
    ];
    expect(parse(event("app:started", { simCards }))).toEqual({
      type: "started",
      sims: [
        { sim: 1, number: "+15550101", operator: "T", iccid: "8900101000000000001" },
        { sim: 2, number: null, operator: null, iccid: null },
      ],
    });
  });

  it("that is about sending, or of a later version, is none of the box's business", () => {
    for (const name of ["sms:sent", "sms:delivered", "rcs:received"])
      expect(parse(event(name, 7))).toEqual({ type: "other" });
  });

  it.each([
    ["no JSON", "hello"],
    ["no event", "{}"],
    ["an SMS without text", sms({ message: undefined })],
    ["an SMS whose text is no text", sms({ message: 7 })],
    ["data that are no base64", event("sms:data-received", { data: "?", sender: "1" })],
    ["a SIM that cannot be", sms({ simNumber: "one" })],
  ])("with %s is refused, without a word of it", (_name, body) => {
    try {
      parse(body);
      expect.unreachable();
    } catch (error) {
      if (!isAppError(error)) throw error;
      expect(error.code).toBe("phone.bad_payload");
      expect(JSON.stringify(error)).not.toMatch(/hello|\+1555/);
    }
  });

  it("in broken UTF-8 is refused", () => {
    expect(() => parseWebhookEvent(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(
      expect.objectContaining({ code: "phone.bad_payload" }),
    );
  });
});

describe("the bytes that name a message", () => {
  it("are the same under another id, message id and time zone, and when the SIM is not told", () => {
    const first = bytes(sms({}, "event-a"));
    expect(bytes(sms({ messageId: "other" }, "event-b"))).toBe(first);
    expect(bytes(sms({ receivedAt: "2026-06-01T12:00:00.000Z" }))).toBe(first);
    expect(bytes(sms({ receivedAt: "2026-06-01T07:00:00.000-0500" }))).toBe(first);
    expect(bytes(sms({ simNumber: null, recipient: null }))).toBe(first);
  });

  it("differ for the same text at another second, from another sender, and for another text", () => {
    const all = [{}, { receivedAt: "2026-06-01T14:00:01.000+02:00" }, { sender: "Bank" }, { message: "hello " }];
    expect(new Set(all.map((more) => bytes(sms(more)))).size).toBe(4);
  });

  it("of a message without a time of its own are named by the event, which a retry keeps", () => {
    for (const receivedAt of [null, "1970-01-01T00:00:00.000Z", "yesterday"]) {
      expect(bytes(sms({ receivedAt }, "a"))).toBe(bytes(sms({ receivedAt }, "a")));
      expect(bytes(sms({ receivedAt }, "a"))).not.toBe(bytes(sms({ receivedAt }, "b")));
    }
  });

  it("carry a time that the renter's payload takes", () => {
    expect(decodeReceivedText(messageBytes(message(sms()))).sentAt).toBe("2026-06-01T12:00:00.000Z");
  });
});

describe("a phone's time", () => {
  it.each([
    ["2024-06-22T15:46:11.000+07:00", Date.UTC(2024, 5, 22, 8, 46, 11)],
    ["2024-06-22T15:46:11.000+0700", Date.UTC(2024, 5, 22, 8, 46, 11)],
    ["2024-06-22T15:46:11Z", Date.UTC(2024, 5, 22, 15, 46, 11)],
    ["2024-06-22T15:46:11.5-03:30", Date.UTC(2024, 5, 22, 19, 16, 11, 500)],
    ["2024-06-22T15:46:11", null],
    ["2024-13-22T15:46:11Z", null],
    ["", null],
  ])("%s", (text, expected) => {
    expect(parsePhoneTime(text)).toBe(expected);
  });
});
