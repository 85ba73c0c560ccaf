// `POST /forward`: every answer it can give, and that it never takes what the provider did not sign.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minutes } from "../../src/base/index.ts";
import { signEnvelopeText } from "../../src/envelope/index.ts";
import type { WireMessage } from "../../src/protocol/index.ts";
import {
  DAY_S,
  grantOf,
  LISTING,
  messageOf,
  NOW_S,
  OTHER_LISTING,
  OTHER_RENTAL,
  otherProvider,
  otherRenter,
  provider,
  renter,
  shortOf,
  stranger,
  suite,
  tampered,
} from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

describe("POST /forward", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
    await rig.register(grantOf());
  });
  afterEach(() => rig.stop());

  const forwarded = async (message: unknown): Promise<string> => verdictOf(await rig.forward(message));

  it("queues a message for a renter who is not connected and names its id", async () => {
    const message = messageOf();
    const answer = await rig.forward(message);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: "queued", id: message.id });
  });

  it("answers duplicate to the same bytes, once or many times at once, and keeps one copy", async () => {
    const message = messageOf();
    const answers = await Promise.all(Array.from({ length: 8 }, () => forwarded(message)));
    expect(answers.toSorted()).toEqual([...Array(7).fill("200 duplicate"), "200 queued"]);
    expect(await forwarded(message)).toBe("200 duplicate");
    const { messages } = await rig.mailbox(await rig.login(renter));
    expect(messages.map((one) => one.id)).toEqual([message.id]);
  });

  it("refuses every changed member of a signed message", async () => {
    const message = messageOf();
    const changes: readonly Partial<Record<keyof WireMessage, unknown>>[] = [
      { v: 2 },
      { id: tampered(message.id) },
      { seq: 2 },
      { ts: message.ts - 1 },
      { envelope: tampered(message.envelope) },
      { signature: tampered(message.signature) },
    ];
    for (const change of changes) {
      expect(await forwarded({ ...message, ...change }), Object.keys(change).join()).toBe("403 relay.bad_signature");
    }
    expect((await rig.mailbox(await rig.login(renter))).messages).toEqual([]);
  });

  it("refuses a message signed by a stranger or by another provider of the relay", async () => {
    expect(await forwarded(messageOf({ by: stranger }))).toBe("403 relay.bad_signature");
    expect(await forwarded(messageOf({ by: otherProvider }))).toBe("403 relay.bad_signature");
  });

  it("answers 404 to a rental it does not know, and to a rental of another listing", async () => {
    expect(await forwarded(messageOf({ rentalId: OTHER_RENTAL }))).toBe("404 relay.unknown_rental");
    expect(await forwarded(messageOf({ listingId: OTHER_LISTING }))).toBe("404 relay.wrong_listing");
  });

  it("answers 409 to another message under a known id, a known seq or with a known envelope", async () => {
    const message = messageOf();
    await rig.forward(message);
    expect(await forwarded(messageOf({ seq: 2, id: message.id }))).toBe("409 relay.conflict");
    expect(await forwarded(messageOf({ seq: 1, salt: "another text" }))).toBe("409 relay.conflict");
    const sameEnvelope = messageOf({ seq: 3, salt: `${message.rental_id} 1`, id: "c".repeat(32) });
    expect(await forwarded(sameEnvelope)).toBe("409 relay.conflict");
    expect(await forwarded(message)).toBe("200 duplicate");
  });

  it("judges messages that arrive at the same moment as if they had come one by one", async () => {
    const answers = await Promise.all([1, 2, 3].map((n) => forwarded(messageOf({ seq: 1, salt: `rival ${n}` }))));
    expect(answers.toSorted()).toEqual(["200 queued", "409 relay.conflict", "409 relay.conflict"]);
  });

  it("answers 410 once the rental is over, and still duplicate to what it took before", async () => {
    const message = messageOf();
    await rig.forward(message);
    await rig.register(grantOf({ rev: 2, expiresAt: NOW_S - 10 }));
    expect(await forwarded(messageOf({ seq: 2 }))).toBe("410 relay.rental_over");
    expect(await forwarded(message)).toBe("200 duplicate");
  });

  it("takes what a cut-off box sealed before the rental's end, for one day", async () => {
    await rig.register(grantOf({ rev: 2, expiresAt: NOW_S + 60 }));
    await rig.clock.advance(minutes(30));
    expect(await forwarded(messageOf({ seq: 1, ts: NOW_S + 59 }))).toBe("200 queued");
    expect(await forwarded(messageOf({ seq: 2, ts: NOW_S + 60 }))).toBe("410 relay.rental_over");
    await rig.clock.advance(minutes(24 * 60));
    expect(await forwarded(messageOf({ seq: 3, ts: NOW_S + 59 }))).toBe("410 relay.rental_over");
  });

  it("answers 402 when the credit is used up, keeps nothing, and goes on after a grant with more credit", async () => {
    await rig.register(grantOf({ rev: 2, credit: 1 }));
    expect(await forwarded(messageOf({ seq: 1 }))).toBe("200 queued");
    expect(await forwarded(messageOf({ seq: 2 }))).toBe("402 relay.unpaid");
    expect(await forwarded(messageOf({ seq: 1 }))).toBe("200 duplicate");
    expect((await rig.mailbox(await rig.login(renter))).messages).toHaveLength(1);
    await rig.register(grantOf({ rev: 3, credit: 2 }));
    expect(await forwarded(messageOf({ seq: 2 }))).toBe("200 queued");
  });

  it("takes any past time but none more than ten minutes ahead", async () => {
    expect(await forwarded(messageOf({ seq: 1, ts: NOW_S - 400 * DAY_S }))).toBe("200 queued");
    expect(await forwarded(messageOf({ seq: 2, ts: NOW_S + 600 }))).toBe("200 queued");
    expect(await forwarded(messageOf({ seq: 3, ts: NOW_S + 601 }))).toBe("400 relay.ts_ahead");
  });

  it("names the member that does not belong", async () => {
    for (const body of [
      { ...messageOf(), from: "+15550199" },
      { ...shortOf("a"), from: "+15550199" },
    ]) {
      const answer = await rig.forward(body);
      expect(verdictOf(answer)).toBe("400 relay.bad_body");
      expect(answer.text).toContain("from");
      expect(answer.text).not.toContain("+15550199");
    }
  });

  it("refuses the seed's legacy body", async () => {
    const legacy = { provider: "EMC", encrypted_message: "00", signature: "00", from: "+15550199", timestamp: "now" };
    expect(await forwarded(legacy)).toBe("400 relay.bad_body");
  });
});

describe("POST /forward, a full mailbox", () => {
  it("answers 429 with Retry-After until the renter has acknowledged, and other renters are not touched", async () => {
    const rig = await RelayRig.start({ limits: { mailboxMessages: 2 } });
    await rig.register(grantOf());
    await rig.register(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter }));
    const answers = await Promise.all([1, 2, 3].map((seq) => rig.forward(messageOf({ seq }))));
    expect(answers.map(verdictOf).toSorted()).toEqual(["200 queued", "200 queued", "429 relay.mailbox_full"]);
    const full = await rig.forward(messageOf({ seq: 9 }));
    expect(Number(full.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(verdictOf(await rig.forward(messageOf({ seq: 1, rentalId: OTHER_RENTAL })))).toBe("200 queued");
    await rig.stop();
  });

  it("counts bytes as well", async () => {
    const rig = await RelayRig.start({ limits: { mailboxBytes: 1_000 } });
    await rig.register(grantOf());
    expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 queued");
    expect(verdictOf(await rig.forward(messageOf({ seq: 2, length: 1_024 })))).toBe("429 relay.mailbox_full");
    await rig.stop();
  });
});

describe("POST /forward, the seed's short form", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
  });
  afterEach(() => rig.stop());

  const forwarded = async (message: unknown): Promise<string> => verdictOf(await rig.forward(message));

  it("is taken, deduplicated by its envelope, and shown without a seq", async () => {
    await rig.register(grantOf());
    const short = shortOf("hello");
    const first = await rig.forward(short);
    expect(verdictOf(first)).toBe("200 queued");
    const again = await rig.forward(short);
    expect(again.body).toMatchObject({ status: "duplicate", id: (first.body as { id: string }).id });
    const { messages } = await rig.mailbox(await rig.login(renter));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      seq: null,
      ts: NOW_S,
      signature_scope: "envelope_text",
      envelope: short.envelope,
    });
  });

  it("refuses a changed envelope and a stranger's signature", async () => {
    await rig.register(grantOf());
    const short = shortOf("hello");
    expect(await forwarded({ ...short, envelope: tampered(short.envelope) })).toBe("403 relay.bad_signature");
    expect(await forwarded(shortOf("hello", { by: stranger }))).toBe("403 relay.bad_signature");
  });

  it("answers 404 to an unknown listing, 410 to one whose rental is over, 409 to one with two rentals", async () => {
    expect(await forwarded(shortOf("a"))).toBe("404 relay.unknown_listing");
    await rig.register(grantOf({ expiresAt: NOW_S - 1 }));
    expect(await forwarded(shortOf("a"))).toBe("410 relay.rental_over");
    await rig.register(grantOf({ rev: 2 }));
    await rig.register(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter }));
    expect(await forwarded(shortOf("a"))).toBe("409 relay.ambiguous_listing");
  });

  it("is known again when the same envelope comes in the full form", async () => {
    await rig.register(grantOf());
    const full = messageOf({ salt: "hello" });
    expect(await forwarded(shortOf("hello"))).toBe("200 queued");
    expect(await forwarded(full)).toBe("200 duplicate");
    expect((await rig.mailbox(await rig.login(renter))).messages).toHaveLength(1);
  });

  it("uses up credit like any other", async () => {
    await rig.register(grantOf({ credit: 1 }));
    expect(await forwarded(shortOf("a"))).toBe("200 queued");
    expect(await forwarded(shortOf("b"))).toBe("402 relay.unpaid");
  });

  it("refuses a signed envelope whose text is not the base64url of its bytes", async () => {
    await rig.register(grantOf());
    const { envelope } = shortOf("a");
    // The last character of 316 bytes carries four bits that must be zero.
    const stray = `${envelope.slice(0, -1)}${envelope.endsWith("B") ? "C" : "B"}`;
    const signature = signEnvelopeText(suite, provider.seed, stray);
    expect(await forwarded({ listing_id: LISTING, envelope: stray, signature })).toBe("400 relay.bad_body");
  });
});
