import { describe, expect, it } from "vitest";
import { fromHex, hasCode, minutes, toHex, unixMs } from "../../../src/base/index.ts";
import {
  buildTree,
  DayTree,
  endedDays,
  endOf,
  type IssuedReceipt,
  type ProofDay,
  periodOf,
  proofDate,
  startOf,
} from "../../../src/core/index.ts";
import {
  inclusionProof,
  leafBytes,
  merkleLeafHash,
  merkleRoot,
  sortedLeafHashes,
  verifyInclusion,
} from "../../../src/envelope/index.ts";
import { MemoryTrees } from "./memory-trees.ts";
import { DATE, MemoryReceipts, NOON, receiptOf, receiptsOf, suite } from "./receipt-samples.ts";

const leavesOf = (receipts: readonly IssuedReceipt[]) => receipts.map(({ receipt }) => leafBytes(receipt));
const signal = new AbortController().signal;

function dayOf(built: { readonly count: number; readonly root: string }): ProofDay {
  const none = { issuer: null, name: null, publication: null, txid: null, height: null, problem: null };
  return { date: DATE, state: "built", ...built, ...none, changedAt: NOON };
}

async function built(receipts: readonly IssuedReceipt[], runLeaves?: number) {
  const store = new MemoryTrees();
  const source = new MemoryReceipts(receipts);
  const deps = { suite, store, source, signal, ...(runLeaves === undefined ? {} : { runLeaves }) };
  const result = await buildTree(deps, DATE);
  await store.finishTree(dayOf(result));
  return { store, source, deps, result };
}

describe("a day's tree", () => {
  it.each([0, 1, 2, 255, 256, 257, 700])(
    "of %i receipts has the root of RFC 6962 over the sorted leaves",
    async (count) => {
      const receipts = receiptsOf(count);
      const { result } = await built(receipts);
      const hashes = sortedLeafHashes(suite, leavesOf(receipts));
      expect(result).toEqual({ count, root: toHex(merkleRoot(suite, hashes)) });
    },
  );

  it("is the same whether it fits into memory or is merged from stored runs, and keeps no run", async () => {
    const receipts = receiptsOf(1_100);
    const whole = await built(receipts);
    const merged = await built(receipts.toReversed(), 128);
    expect(merged.result).toEqual(whole.result);
    expect(merged.store.runs.size).toBe(9);
    expect(await merged.store.block(DATE, 1, 0)).toBeNull();
    expect(await merged.store.heads(DATE)).toEqual(await whole.store.heads(DATE));
  });

  it("has each receipt once, however often the source names it", async () => {
    const receipts = receiptsOf(300);
    const { result } = await built([...receipts, ...receipts], 128);
    expect(result).toEqual((await built(receipts)).result);
  });

  it("has the receipts of its day, from the first to the last millisecond in UTC", async () => {
    const inside = [receiptOf(1, startOf(DATE)), receiptOf(2, unixMs(endOf(DATE) - 1))];
    const outside = [receiptOf(3, unixMs(startOf(DATE) - 1)), receiptOf(4, endOf(DATE))];
    expect((await built([...inside, ...outside])).result).toEqual((await built(inside)).result);
  });

  it("proves every leaf with the path of RFC 6962, and none that it does not have", async () => {
    const receipts = receiptsOf(600);
    const { store, result } = await built(receipts, 128);
    const tree = await DayTree.open({ suite, store }, dayOf(result));
    const hashes = sortedLeafHashes(suite, leavesOf(receipts));
    for (const [index, leafHash] of hashes.entries()) {
      const proof = await tree.find(leafHash);
      expect(proof?.index).toBe(index);
      expect(proof?.path).toEqual(inclusionProof(suite, hashes, index));
      const claim = { leafHash, index, count: 600, proof: proof?.path ?? [], root: fromHex(result.root) };
      expect(verifyInclusion(suite, claim)).toBe(true);
    }
    expect(await tree.find(merkleLeafHash(suite, leafBytes(receiptOf(601).receipt)))).toBeNull();
  });

  it("built again after an attempt that was cut off is the same", async () => {
    const { store, source, result } = await built(receiptsOf(300), 128);
    await store.saveBlocks(DATE, 5, [
      { index: 0, first: new Uint8Array(32), root: new Uint8Array(32), hashes: new Uint8Array(32) },
    ]);
    expect(await buildTree({ suite, store, source, signal, runLeaves: 128 }, DATE)).toEqual(result);
  });

  it("whose stored leaves do not lead to its root is refused", async () => {
    const { store, result } = await built(receiptsOf(3));
    store.damage(DATE);
    const error = await DayTree.open({ suite, store }, dayOf(result)).catch((thrown: unknown) => thrown);
    expect(hasCode(error, "proofs.damaged")).toBe(true);
  });

  it("ends with the box", async () => {
    const ended = AbortSignal.abort();
    const deps = { suite, store: new MemoryTrees(), source: new MemoryReceipts(receiptsOf(3)), signal: ended };
    const error = await buildTree(deps, DATE).catch((thrown: unknown) => thrown);
    expect(hasCode(error, "base.stopped")).toBe(true);
  });
});

describe("days", () => {
  it("are read in two forms, and only if they exist", () => {
    expect(proofDate("2026-01-31")).toBe("20260131");
    for (const bad of ["20260230", "2026", "20261301", "x0260101", ""]) {
      expect(() => proofDate(bad)).toThrow(expect.objectContaining({ code: "proofs.bad_date" }));
    }
  });

  it("have the period of the seed", () => {
    expect(periodOf(proofDate("20251113"))).toBe("2025-11-13T00:00:00Z/24h");
  });

  it("have ended a margin after midnight, across a month's end", () => {
    const first = proofDate("20260130");
    const margin = minutes(10);
    const midnight = startOf(proofDate("20260201"));
    expect(endedDays(first, unixMs(midnight + 599_999), margin)).toEqual(["20260130"]);
    expect(endedDays(first, unixMs(midnight + 600_000), margin)).toEqual(["20260130", "20260131"]);
  });
});
