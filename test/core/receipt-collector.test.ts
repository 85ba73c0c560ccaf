import { beforeEach, describe, expect, it } from "vitest";
import { fromBase64url, seconds, toBase64url, unixMs } from "../../src/base/index.ts";
import { type CollectorDeps, ReceiptCollector } from "../../src/core/index.ts";
import { messageHash, receiptBytes, signReceipt } from "../../src/envelope/index.ts";
import type { ProviderReceiptsPage, Receipt, WireMessage } from "../../src/protocol/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { identity, lineOf, provider, renter, renters, START, suite } from "./core-rig.ts";
import { ForwarderRig } from "./forwarder-rig.ts";

let rig: ForwarderRig;
let saved: number[];
let answers: number;

beforeEach(async () => {
  rig = new ForwarderRig();
  [saved, answers] = [[], 0];
  await rig.rent(2);
  rig.forwarder.start();
  await rig.arrive(3, 1);
  await rig.arrive(1, 2);
  await rig.core.clock.advance(seconds(1));
});

function collector(more: Partial<CollectorDeps> = {}): ReceiptCollector {
  const { store, clock, log, time } = rig.core;
  return new ReceiptCollector({
    store,
    relay: rig.relay,
    suite,
    clock,
    log,
    now: () => time.now(),
    provider: toBase64url(provider.verify),
    rentalOf: (id) => rig.core.rentals.get(id),
    mayAsk: () => rig.forwarder.link.kind !== "down",
    onAnswer: () => {
      answers++;
    },
    onSaved: (count) => saved.push(count),
    ...more,
  });
}

const hashOf = (message: WireMessage): string => messageHash(suite, fromBase64url(message.envelope));

function receiptOf(message: WireMessage, more: { by?: typeof renter; to?: Receipt["to"] } = {}): Receipt {
  const { by = renter, to = toBase64url(provider.verify) } = more;
  const from = toBase64url(by.verify);
  return signReceipt({ suite, seed: by.seed, from, to, msgHash: hashOf(message), ts: unixMs(START + 99_000) });
}

function sent(line: number, seq: number): WireMessage {
  const rental = rig.rentals[line - 1];
  const found = rig.relay.messages.find((message) => message.rental_id === rental?.id && message.seq === seq);
  if (found === undefined) throw new Error("no such message");
  return found;
}

/** A relay that hands out what it likes. */
function lying(receipts: readonly Receipt[], page: Partial<ProviderReceiptsPage> = {}): Partial<CollectorDeps> {
  const [message] = rig.relay.messages;
  const rows = receipts.map((receipt, at) => ({
    cursor: at + 1,
    id: message?.id ?? "",
    rental_id: message?.rental_id ?? "",
    receipt,
  }));
  return {
    relay: {
      forward: (one, signal) => rig.relay.forward(one, signal),
      register: (grant, signal) => rig.relay.register(grant, signal),
      receipts: async ({ after }) => ({
        receipts: rows.filter((row) => row.cursor > after),
        next: rows.length,
        more: false,
        ...page,
      }),
    },
  };
}

const reasons = (): readonly string[] =>
  rig.core.log.lines.flatMap((line) => /^warn receipt_rejected .*"reason":"([^"]+)"/.exec(line)?.[1] ?? []);

const stored = () => rig.core.store.receipts({ after: 0, limit: 100 });

describe("the receipt collector", () => {
  it("keeps each renter's receipts with the message that they are about, in canonical form", async () => {
    const good = [receiptOf(sent(1, 2)), receiptOf(sent(2, 1), { by: renters[1] ?? renter })];
    for (const receipt of good) rig.relay.acknowledge(receipt);
    await collector().collect();
    expect(await stored()).toMatchObject([
      { messageId: sent(1, 2).id, rentalId: rig.rentals[0]?.id, receivedAt: rig.core.time.now() },
      { messageId: sent(2, 1).id, rentalId: rig.rentals[1]?.id },
    ]);
    for (const [at, row] of (await stored()).entries()) {
      const receipt = good[at];
      expect(receipt === undefined ? "" : new TextDecoder().decode(receiptBytes(receipt))).toBe(row.receipt);
    }
    expect((await rig.core.store.counters()).acknowledged).toBe(2);
    expect(saved).toEqual([2]);
    expect(answers).toBe(1);
  });

  it("takes a receipt that names the listing instead of the provider", async () => {
    rig.relay.acknowledge(receiptOf(sent(1, 1), { to: { listing: lineOf(1).listingId } }));
    await collector().collect();
    expect(await stored()).toHaveLength(1);
  });

  it.each<[string, () => Receipt, string]>([
    [
      "with a changed time",
      () => ({ ...receiptOf(sent(1, 1)), ts: "2026-01-02T00:00:00+00:00" }),
      "receipt.bad_signature",
    ],
    ["of another renter", () => receiptOf(sent(1, 1), { by: renters[1] ?? renter }), "receipt.not_the_renter"],
    ["that the provider signed himself", () => receiptOf(sent(1, 1), { by: provider }), "receipt.not_the_renter"],
    [
      "with the renter's name under a stranger's signature",
      () => ({ ...receiptOf(sent(1, 1), { by: identity("stranger") }), from: toBase64url(renter.verify) }),
      "receipt.bad_signature",
    ],
    [
      "for another provider",
      () => receiptOf(sent(1, 1), { to: toBase64url(identity("other provider").verify) }),
      "receipt.not_for_us",
    ],
    [
      "for another listing",
      () => receiptOf(sent(1, 1), { to: { listing: lineOf(2).listingId } }),
      "receipt.not_for_us",
    ],
    [
      "for a message that the box never sent",
      () => receiptOf({ ...sent(1, 1), envelope: toBase64url(new Uint8Array(99)) }),
      "receipt.unknown_message",
    ],
    ["without a time", () => ({ ...receiptOf(sent(1, 1)), ts: "yesterday" }), "receipt.bad_time"],
  ])("rejects one %s, takes the good one beside it, and does not ask for either again", async (_name, bad, reason) => {
    const collecting = collector(lying([bad(), receiptOf(sent(1, 1))]));
    await collecting.collect();
    expect(reasons()).toEqual([reason]);
    expect(await stored()).toMatchObject([{ messageId: sent(1, 1).id }]);
    expect(await rig.core.store.receiptPlace()).toMatchObject({ after: 2 });
    await collecting.collect();
    expect(reasons()).toEqual([reason]);
  });

  it("rejects a receipt of a rental that the box does not know", async () => {
    await collector({ ...lying([receiptOf(sent(1, 1))]), rentalOf: () => null }).collect();
    expect(reasons()).toEqual(["receipt.not_the_renter"]);
  });

  it("counts a receipt that comes again once", async () => {
    const one = receiptOf(sent(1, 1));
    await collector(lying([one, one])).collect();
    await rig.core.store.saveReceipts([], { after: 0, epoch: null });
    await collector(lying([one])).collect();
    expect(await stored()).toHaveLength(1);
    expect((await rig.core.store.counters()).acknowledged).toBe(1);
  });

  it("reads page after page", async () => {
    const all = [1, 2, 3].map((seq) => receiptOf(sent(1, seq)));
    const pages = lying(all);
    const relay = pages.relay ?? rig.relay;
    const short: CollectorDeps["relay"] = {
      ...relay,
      receipts: async (place, signal) => {
        const page = await relay.receipts(place, signal);
        const [first] = page?.receipts ?? [];
        return first === undefined ? null : { receipts: [first], next: first.cursor, more: first.cursor < 3 };
      },
    };
    await collector({ relay: short }).collect();
    expect(await stored()).toHaveLength(3);
  });

  it("does not run in circles with a relay whose pages lead nowhere", async () => {
    const one = receiptOf(sent(1, 1));
    await collector(lying([one], { next: 0, more: true })).collect();
    const relay = lying([one], { more: true }).relay;
    await collector(relay === undefined ? {} : { relay }).collect();
    expect(answers).toBeLessThan(5);
    expect(await stored()).toHaveLength(1);
  });

  it("keeps the cursor where it was when the receipts cannot be stored, and takes them the next time", async () => {
    rig.relay.acknowledge(receiptOf(sent(1, 1)));
    rig.core.store.failWrites("store.full");
    expect(await codeOf(collector().collect())).toBe("store.full");
    rig.core.store.failWrites(null);
    await collector().collect();
    expect(await stored()).toHaveLength(1);
  });

  it("of a relay that cannot be reached takes nothing and learns nothing", async () => {
    rig.relay.setFault({ kind: "down" });
    await collector().collect();
    expect([answers, saved]).toEqual([0, []]);
  });
});

describe("its loop", () => {
  it("asks every ten seconds, not while the relay is down, and survives failures", async () => {
    const before = rig.relay.calls.receipts;
    const running = collector();
    running.start();
    await rig.core.clock.advance(seconds(25));
    expect(rig.relay.calls.receipts - before).toBe(3);
    rig.relay.setFault({ kind: "down" });
    await rig.arrive(1);
    await rig.core.clock.advance(seconds(10));
    const down = rig.relay.calls.receipts;
    await rig.core.clock.advance(seconds(60));
    expect(rig.relay.calls.receipts).toBe(down);
    rig.relay.setFault(null);
    rig.core.store.failWrites("store.busy");
    rig.relay.acknowledge(receiptOf(sent(1, 1)));
    await rig.core.clock.advance(seconds(300));
    expect(rig.core.log.lines.some((line) => line.startsWith("warn receipts_failed"))).toBe(true);
    rig.core.store.failWrites(null);
    await rig.core.clock.advance(seconds(300));
    expect(await stored()).toHaveLength(1);
    await running.stop();
  });

  it("asks from the start on, before anything was forwarded", async () => {
    const running = collector({ mayAsk: () => rig.open().link.kind !== "down" });
    running.start();
    await rig.core.clock.advance(seconds(1));
    expect(answers).toBe(1);
    await running.stop();
  });

  it("ends at once, also during a request, and says nothing about it", async () => {
    rig.relay.setFault({ kind: "slow", delay: seconds(60) });
    const running = collector();
    running.start();
    await rig.core.clock.advance(seconds(1));
    await running.stop();
    await rig.forwarder.stop();
    expect(rig.core.clock.pending.filter((name) => !name.startsWith("intake"))).toEqual([]);
    expect(rig.core.log.lines.filter((line) => line.includes("receipts_failed"))).toEqual([]);
  });

  it("may be stopped before it was started", async () => {
    await collector().stop();
  });
});
