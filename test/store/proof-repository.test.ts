import { describe, expect, it } from "vitest";
import { days, silentLogger, unixMs } from "../../src/base/index.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import { buildTree, DayTree, type IssuedReceipt, type ReceiptQuery, startOf } from "../../src/core/index.ts";
import { leafBytes, merkleLeafHash, subjectOf, verifyAnyReceipt } from "../../src/envelope/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { acceptanceFor, DATE, hashOf, NOON, ProofBox, provider, relay, renter, verifyOf } from "../sim/proof-box.ts";
import { rentalIdOf, sampleLine, sampleRental } from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const ALL = { from: unixMs(0), to: unixMs(Number.MAX_SAFE_INTEGER), rentalId: null };

async function all(box: ProofBox, query: Partial<ReceiptQuery> = {}): Promise<readonly IssuedReceipt[]> {
  const found: IssuedReceipt[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const slice = await box.receipts.slice({ ...ALL, ...query, after });
    found.push(...slice.receipts);
    after = slice.next;
    more = after !== null;
  }
  return found;
}

const kinds = (receipts: readonly IssuedReceipt[]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(receipts, ({ kind }) => kind)).map(([kind, some]) => [kind, some?.length ?? 0]),
  );

describe("the box's receipts", () => {
  it("are one of the provider for each forwarded message, and what relay and renter signed; all verify", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 600);
    for (const seq of [1, 2, 3]) await box.acknowledge(seq);
    const receipts = await all(box);
    expect(kinds(receipts)).toEqual({ provider: 600, relay: 300, renter: 3 });
    const signers = { provider: verifyOf(provider), relay: verifyOf(relay), renter: verifyOf(renter), call: "" };
    for (const { kind, receipt } of receipts) {
      expect(verifyAnyReceipt(suite, receipt).ok).toBe(true);
      expect(receipt.from).toBe(signers[kind]);
      if (kind !== "renter") expect(receipt.to).toEqual({ listing: sampleLine(1).listingId });
    }
    expect(new Set(receipts.map(({ receipt }) => subjectOf(receipt))).size).toBe(600);
    expect(await all(box)).toEqual(receipts);
  });

  it("name the renter's key in the renter's own copy alone", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 1);
    const copy = await box.receipts.forRenter(hashOf(1));
    expect(copy).toMatchObject({ msg_hash: hashOf(1), from: verifyOf(provider), to: verifyOf(renter) });
    expect(verifyAnyReceipt(suite, copy).ok).toBe(true);
    await expect(box.receipts.forRenter(hashOf(2))).rejects.toMatchObject({ code: "proofs.unknown_message" });
  });

  it("are those of a span of time and of a rental", async () => {
    const box = await ProofBox.open();
    const later = unixMs(NOON + days(1));
    await box.forward(1, 3);
    await box.forward(4, 5, { at: later });
    await box.forward(1, 4, { rental: 2 });
    await box.acknowledge(1, later);
    await box.acknowledge(4, later);
    const day = { from: startOf(DATE), to: unixMs(startOf(DATE) + days(1)) };
    expect(kinds(await all(box, day))).toEqual({ provider: 7, relay: 1 });
    expect(kinds(await all(box, { ...day, rentalId: rentalIdOf(2) }))).toEqual({ provider: 4 });
    expect(kinds(await all(box, { rentalId: rentalIdOf(1) }))).toEqual({ provider: 5, relay: 2, renter: 2 });
    expect(kinds(await all(box, { from: later, to: unixMs(later + 1) }))).toEqual({ provider: 2, relay: 1, renter: 2 });
  });

  it("about one message are all that speak of it", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 4);
    await box.acknowledge(2);
    expect(kinds(await box.receipts.about(hashOf(2)))).toEqual({ provider: 1, relay: 1, renter: 1 });
    expect(kinds(await box.receipts.about(hashOf(3)))).toEqual({ provider: 1 });
    expect(await box.receipts.about(hashOf(9))).toEqual([]);
  });

  it("write a relay's key once, whatever number of messages it accepted", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 4);
    const row = await box.store.proofs.receiptRows.forwardedAs(hashOf(4));
    expect(row?.accepted).toEqual(acceptanceFor(4));
    expect(row).toMatchObject({ listingId: sampleRental(1).listingId, renter: verifyOf(renter), at: NOON });
  });
});

describe("the stored tree of a day", () => {
  it("is built in runs, survives a restart, and proves every receipt", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 500);
    const { trees } = box.store.proofs;
    const signal = new AbortController().signal;
    const built = await buildTree({ suite, store: trees, source: box.receipts, signal, runLeaves: 256 }, DATE);
    expect(built.count).toBe(750);
    const none = { issuer: null, name: null, publication: null, txid: null, height: null, problem: null };
    const day = { date: DATE, state: "built", ...built, ...none, changedAt: NOON } as const;
    await trees.finishTree(day);
    expect(await trees.block(DATE, 1, 0)).toBeNull();
    const receipts = await all(box);
    await box.store.close();
    const again = await openBoxStore({ clock: new VirtualClock(), log: silentLogger, file: box.file });
    expect(await again.proofs.trees.days()).toEqual([day]);
    const tree = await DayTree.open({ suite, store: again.proofs.trees }, day);
    for (const { receipt } of receipts)
      expect(await tree.find(merkleLeafHash(suite, leafBytes(receipt)))).not.toBeNull();
    await again.close();
  });

  it("goes as a whole when it is built anew", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 300);
    const { trees } = box.store.proofs;
    const deps = { suite, store: trees, source: box.receipts, signal: new AbortController().signal };
    const first = await buildTree({ ...deps, runLeaves: 256 }, DATE);
    expect(await buildTree(deps, DATE)).toEqual(first);
  });
});
