// Reading and acknowledging: order, paging, who sees what, and that envelopes go once their receipt is durable.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unixMs } from "../../src/base/index.ts";
import { verifyMessage } from "../../src/envelope/index.ts";
import { type AckReply, ackReply, type ProviderReceiptsPage, type Receipt } from "../../src/protocol/index.ts";
import {
  grantOf,
  hashOf,
  LISTING,
  messageOf,
  NOW,
  OTHER_LISTING,
  OTHER_RENTAL,
  otherProvider,
  otherRenter,
  provider,
  receiptOf,
  renter,
  stranger,
  suite,
  tampered,
  verifyOf,
} from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

describe("GET /sms", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
    await rig.register(grantOf());
    await rig.register(
      grantOf({ rentalId: OTHER_RENTAL, to: otherRenter, by: otherProvider, listingId: OTHER_LISTING }),
    );
  });
  afterEach(() => rig.stop());

  async function fill(count: number): Promise<void> {
    for (let seq = 1; seq <= count; seq++) await rig.forward(messageOf({ seq }));
  }

  it("serves what the provider signed, unchanged, so that the renter can verify it", async () => {
    const message = messageOf();
    await rig.forward(message);
    const { messages } = await rig.mailbox(await rig.login(renter));
    expect(messages).toEqual([{ ...message, cursor: 1, signature_scope: "message", provider: verifyOf(provider) }]);
    expect(messages[0] !== undefined && verifyMessage(suite, provider.verify, messages[0] as typeof message)).toBe(
      true,
    );
  });

  it("pages in the order of arrival and says whether more waits", async () => {
    await fill(5);
    const token = await rig.login(renter);
    const first = await rig.mailbox(token, "?limit=2");
    const second = await rig.mailbox(token, `?limit=2&after=${first.next}`);
    const third = await rig.mailbox(token, `?limit=2&after=${second.next}`);
    const fourth = await rig.mailbox(token, `?limit=2&after=${third.next}`);
    const seqs = [first, second, third, fourth].map((page) => page.messages.map((one) => one.seq));
    expect(seqs).toEqual([[1, 2], [3, 4], [5], []]);
    expect([first, second, third, fourth].map((page) => page.more)).toEqual([true, true, false, false]);
    expect(fourth.next).toBe(third.next);
  });

  it("says that nothing more waits when a page is exactly full", async () => {
    await fill(2);
    const page = await rig.mailbox(await rig.login(renter), "?limit=2");
    expect([page.messages.length, page.more]).toEqual([2, false]);
  });

  it("cuts a page at about a megabyte, whatever the limit", async () => {
    for (let seq = 1; seq <= 6; seq++) await rig.forward(messageOf({ seq, length: 190_000 }));
    const token = await rig.login(renter);
    const first = await rig.mailbox(token, "?limit=500");
    expect(first.more).toBe(true);
    expect(first.messages.length).toBeLessThan(6);
    const second = await rig.mailbox(token, `?limit=500&after=${first.next}`);
    expect([...first.messages, ...second.messages].map((one) => one.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(second.more).toBe(false);
  });

  it("serves a message again until it is acknowledged", async () => {
    await fill(1);
    const token = await rig.login(renter);
    expect(await rig.mailbox(token)).toEqual(await rig.mailbox(token));
  });

  it("answers the same under the seed's name /retrieve", async () => {
    await fill(2);
    const token = await rig.login(renter);
    expect((await rig.call("GET", "/retrieve", { token })).body).toEqual(await rig.mailbox(token));
  });

  it("never shows one renter another's messages, nor a stranger or the provider any", async () => {
    await fill(2);
    await rig.forward(messageOf({ rentalId: OTHER_RENTAL, by: otherProvider, listingId: OTHER_LISTING }));
    const seen = async (who: typeof renter, query = ""): Promise<readonly string[]> =>
      (await rig.mailbox(await rig.login(who), query)).messages.map((one) => `${one.rental_id} ${one.seq}`);
    expect(await seen(renter)).toEqual([`${grantOf().rental_id} 1`, `${grantOf().rental_id} 2`]);
    expect(await seen(otherRenter)).toEqual([`${OTHER_RENTAL} 1`]);
    expect(await seen(otherRenter, `?rental_id=${grantOf().rental_id}`)).toEqual([]);
    expect(await seen(stranger)).toEqual([]);
    expect(await seen(provider)).toEqual([]);
  });

  it("filters by rental", async () => {
    const second = "1".repeat(32);
    await rig.register(grantOf({ rentalId: second }));
    await fill(1);
    await rig.forward(messageOf({ rentalId: second }));
    const token = await rig.login(renter);
    expect((await rig.mailbox(token)).messages).toHaveLength(2);
    expect((await rig.mailbox(token, `?rental_id=${second}`)).messages.map((one) => one.rental_id)).toEqual([second]);
  });

  it("refuses a query it does not understand", async () => {
    const token = await rig.login(renter);
    const queries = [
      "limit=0",
      "limit=501",
      "after=-1",
      "after=x",
      "limit=1.5",
      "rental_id=z",
      "nope=1",
      "after=1&after=2",
    ];
    for (const query of queries) {
      expect(verdictOf(await rig.call("GET", `/sms?${query}`, { token })), query).toBe("400 relay.bad_query");
    }
  });
});

describe("POST /sms/ack", () => {
  let rig: RelayRig;
  let token: string;
  const message = messageOf();
  const hash = hashOf(message.envelope);
  beforeEach(async () => {
    rig = await RelayRig.start();
    await rig.register(grantOf());
    await rig.forward(message);
    token = await rig.login(renter);
  });
  afterEach(() => rig.stop());

  async function acked(receipts: readonly unknown[], as = token): Promise<AckReply> {
    return ackReply.parse((await rig.call("POST", "/sms/ack", { token: as, body: { receipts } })).body);
  }
  const waiting = async (): Promise<number> => (await rig.mailbox(token)).messages.length;
  async function receiptsOf(who: typeof provider, query = ""): Promise<ProviderReceiptsPage> {
    const answer = await rig.call("GET", `/provider/receipts${query}`, { token: await rig.login(who) });
    return answer.body as ProviderReceiptsPage;
  }

  it("takes the renter's receipt, hides the message, and shows the receipt to the provider", async () => {
    const receipt = receiptOf(message.envelope);
    expect(await acked([receipt])).toEqual({ accepted: [hash], refused: [] });
    expect(await waiting()).toBe(0);
    expect(await receiptsOf(provider)).toMatchObject({
      receipts: [{ cursor: 1, id: message.id, rental_id: message.rental_id, receipt }],
      next: 1,
      more: false,
    });
  });

  it("accepts a receipt again, and keeps the first one", async () => {
    const receipt = receiptOf(message.envelope);
    await acked([receipt]);
    const later = receiptOf(message.envelope, { at: unixMs(NOW + 5_000) });
    expect(await acked([receipt, later])).toEqual({ accepted: [hash], refused: [] });
    expect((await receiptsOf(provider)).receipts.map((one) => one.receipt)).toEqual([receipt]);
  });

  it("accepts one that is addressed to the listing", async () => {
    expect((await acked([receiptOf(message.envelope, { to: { listing: LISTING } })])).accepted).toEqual([hash]);
  });

  it("refuses what is not the renter's to say, each with its code, and keeps the message", async () => {
    const receipt = receiptOf(message.envelope);
    const cases: readonly (readonly [Receipt, string])[] = [
      [receiptOf(message.envelope, { by: stranger }), "relay.wrong_signer"],
      [receiptOf(message.envelope, { to: verifyOf(stranger) }), "relay.wrong_recipient"],
      [receiptOf(message.envelope, { to: { listing: OTHER_LISTING } }), "relay.wrong_recipient"],
      [receiptOf(messageOf({ seq: 2 }).envelope), "relay.unknown_message"],
      [{ ...receipt, sig: tampered(receipt.sig) }, "receipt.bad_signature"],
      [{ ...receipt, ts: receipt.ts.replace("2026", "2027") }, "receipt.bad_signature"],
      [{ ...receipt, ts: "yesterday" }, "receipt.bad_time"],
    ];
    for (const [bad, code] of cases) {
      expect(await acked([bad])).toEqual({ accepted: [], refused: [{ msg_hash: bad.msg_hash, code }] });
    }
    expect(await waiting()).toBe(1);
  });

  it("refuses a stranger who acknowledges with the stranger's own token", async () => {
    const theirs = await rig.login(stranger);
    expect((await acked([receiptOf(message.envelope, { by: stranger })], theirs)).refused[0]?.code).toBe(
      "relay.unknown_message",
    );
    expect((await acked([receiptOf(message.envelope)], theirs)).refused[0]?.code).toBe("relay.wrong_signer");
    expect(await waiting()).toBe(1);
  });

  it("takes the good ones of a mixed batch", async () => {
    await rig.forward(messageOf({ seq: 2 }));
    const good = receiptOf(messageOf({ seq: 2 }).envelope);
    const reply = await acked([receiptOf(message.envelope, { by: stranger }), good]);
    expect(reply).toEqual({ accepted: [good.msg_hash], refused: [{ msg_hash: hash, code: "relay.wrong_signer" }] });
    expect((await rig.mailbox(token)).messages.map((one) => one.seq)).toEqual([1]);
  });

  it("takes 500 receipts at once and refuses 501", async () => {
    const receipt = receiptOf(message.envelope);
    expect((await acked(Array<Receipt>(500).fill(receipt))).accepted).toEqual([hash]);
    const tooMany = await rig.call("POST", "/sms/ack", {
      token,
      body: { receipts: Array<Receipt>(501).fill(receipt) },
    });
    expect(verdictOf(tooMany)).toBe("400 relay.bad_body");
  });

  it("wipes the envelope from the files and still knows the message", async () => {
    await acked([receiptOf(message.envelope)]);
    expect(verdictOf(await rig.forward(message))).toBe("200 duplicate");
    await rig.halt();
    const file = await readFile(join(rig.folder, "relay.sqlite"));
    expect(file.includes(message.id)).toBe(true);
    expect(file.includes(message.envelope.slice(40, 80))).toBe(false);
    await rig.open();
    expect(await waiting()).toBe(0);
  });

  it("makes room in a full mailbox for as many as it took, also when the same receipts come twice at once", async () => {
    const small = await RelayRig.start({ limits: { mailboxMessages: 4 } });
    await small.register(grantOf());
    const forward = async (seq: number): Promise<string> => verdictOf(await small.forward(messageOf({ seq })));
    for (const seq of [1, 2, 3, 4]) await forward(seq);
    expect(await forward(5)).toBe("429 relay.mailbox_full");
    const mine = await small.login(renter);
    const receipts = [1, 2, 3].map((seq) => receiptOf(messageOf({ seq }).envelope));
    const twice = [1, 2].map(() => small.call("POST", "/sms/ack", { token: mine, body: { receipts } }));
    expect((await Promise.all(twice)).map((answer) => answer.status)).toEqual([200, 200]);
    for (const seq of [5, 6, 7]) expect(await forward(seq)).toBe("200 queued");
    expect(await forward(8)).toBe("429 relay.mailbox_full");
    await small.stop();
  });

  it("pages receipts for their provider alone", async () => {
    await rig.forward(messageOf({ seq: 2 }));
    await acked([receiptOf(message.envelope), receiptOf(messageOf({ seq: 2 }).envelope)]);
    const first = await receiptsOf(provider, "?limit=1");
    const second = await receiptsOf(provider, `?limit=1&after=${first.next}`);
    expect([first, second].map((page) => [page.receipts.map((one) => one.cursor), page.more])).toEqual([
      [[1], true],
      [[2], false],
    ]);
    expect((await receiptsOf(otherProvider)).receipts).toEqual([]);
    const answer = await rig.call("GET", "/provider/receipts", { token });
    expect(verdictOf(answer)).toBe("403 relay.unknown_provider");
  });
});
