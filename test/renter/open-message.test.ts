import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url, utf8 } from "../../src/base/index.ts";
import type { MailboxMessage } from "../../src/protocol/index.ts";
import { openMessage } from "../../src/renter/open-message.ts";
import { grantOf, LISTING, messageOf, renter, sealedPayload, shortMessageOf, stranger, suite } from "./fixtures.ts";

const open = (message: MailboxMessage, grant = grantOf()) => openMessage({ suite, seed: renter.seed, grant, message });

/** The text with one bit of its first byte changed. */
function flipped(text: string): string {
  const bytes = fromBase64url(text);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return toBase64url(bytes);
}

const OTHER_LISTING = "ffffffffffffffff";
const OTHER_RENTAL = "f".repeat(32);

describe("openMessage", () => {
  it.each([1, 2] as const)("opens a signed message with an envelope of version %i", async (version) => {
    const { payload } = await open(await messageOf({ seq: 7, version, body: "Your code is 123456" }));
    expect(payload).toMatchObject({ type: "sms", from: "+15550199", body: "Your code is 123456", seq: 7 });
  });

  it.each<[string, Partial<MailboxMessage>, string]>([
    ["v", { v: 2 }, "renter.bad_signature"],
    ["id", { id: "0".repeat(32) }, "renter.bad_signature"],
    ["seq", { seq: 8 }, "renter.bad_signature"],
    ["seq, left out", { seq: null }, "renter.bad_signature"],
    ["ts", { ts: 1 }, "renter.bad_signature"],
    ["signature_scope", { signature_scope: "envelope_text" }, "renter.bad_signature"],
    ["listing_id", { listing_id: OTHER_LISTING }, "renter.header_mismatch"],
    ["rental_id", { rental_id: OTHER_RENTAL }, "renter.header_mismatch"],
    ["provider", { provider: toBase64url(stranger.verify) }, "renter.header_mismatch"],
  ])("refuses a message whose member %s was changed", async (_name, change, code) => {
    const message = await messageOf({ seq: 7 });
    await expect(open({ ...message, ...change })).rejects.toMatchObject({ code });
  });

  it("refuses a changed envelope and a changed signature", async () => {
    const message = await messageOf({ seq: 7 });
    for (const change of [{ envelope: flipped(message.envelope) }, { signature: flipped(message.signature) }]) {
      await expect(open({ ...message, ...change })).rejects.toMatchObject({ code: "renter.bad_signature" });
    }
  });

  it("refuses another signer who names himself, before it decrypts", async () => {
    const message = await messageOf({ seq: 7, by: stranger });
    await expect(open(message)).rejects.toMatchObject({ code: "renter.header_mismatch" });
    await expect(open({ ...message, provider: grantOf().provider })).rejects.toMatchObject({
      code: "renter.bad_signature",
    });
  });

  it("says so when the message was sealed to another key", async () => {
    for (const version of [1, 2] as const) {
      const message = await messageOf({ seq: 7, version, to: stranger });
      await expect(open(message)).rejects.toMatchObject({ code: "renter.cannot_open", context: { id: message.id } });
    }
  });

  it.each([
    ["listing_id", { listing_id: OTHER_LISTING }],
    ["rental_id", { rental_id: OTHER_RENTAL }],
    ["seq", { seq: 9 }],
  ])("refuses a message in which another %s is sealed than stands outside", async (_name, payload) => {
    const message = await messageOf({ seq: 7, payload });
    await expect(open(message)).rejects.toMatchObject({ code: "renter.header_mismatch" });
  });

  it("puts neither text nor sender nor key into its errors", async () => {
    const message = await messageOf({ seq: 7, body: "canary text", from: "+15557777", payload: { seq: 9 } });
    const error: unknown = await open(message).catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).not.toMatch(/canary|5557777/);
  });
});

describe("openMessage on the short form", () => {
  it("opens plain text of the ecosystem's tools", async () => {
    const { payload } = await open(shortMessageOf(utf8("From: +15551230000\nYour code is 123456\n")));
    expect(payload).toEqual({ type: "text", body: "From: +15551230000\nYour code is 123456\n" });
  });

  it("opens our payload, which carries its own number", async () => {
    const { payload } = await open(shortMessageOf(sealedPayload({ seq: 3 })));
    expect(payload).toMatchObject({ type: "sms", seq: 3 });
  });

  it("refuses our payload of another rental", async () => {
    const message = shortMessageOf(sealedPayload({ seq: 3, rentalId: OTHER_RENTAL }));
    await expect(open(message)).rejects.toMatchObject({ code: "renter.header_mismatch" });
  });

  it("refuses a number or a version that a relay added: the signature does not cover them", async () => {
    const message = shortMessageOf(utf8("text"));
    await expect(open({ ...message, seq: 1 })).rejects.toMatchObject({ code: "renter.bad_signature" });
    await expect(open({ ...message, v: 2 })).rejects.toMatchObject({ code: "renter.bad_signature" });
  });

  it("refuses bytes that are no text", async () => {
    const message = shortMessageOf(new Uint8Array([0xff, 0xfe, 0x00]));
    await expect(open(message)).rejects.toMatchObject({ code: "renter.bad_payload" });
  });

  it("refuses a listing that is not the rental's", async () => {
    const message = { ...shortMessageOf(utf8("text")), listing_id: OTHER_LISTING };
    expect(LISTING).not.toBe(OTHER_LISTING);
    await expect(open(message)).rejects.toMatchObject({ code: "renter.header_mismatch" });
  });
});
