// Signed receipts and days for tests, and a source that holds them in memory.

import { createHash } from "node:crypto";
import { days, type RentalId, toBase64url, type UnixMs, unixMs } from "../../../src/base/index.ts";
import { systemCrypto } from "../../../src/base/system-crypto.ts";
import {
  type IssuedReceipt,
  type ProofDate,
  proofDate,
  type ReceiptQuery,
  type ReceiptSlice,
  type ReceiptSource,
  startOf,
} from "../../../src/core/index.ts";
import { identityFromSeed, signReceipt, subjectOf } from "../../../src/envelope/index.ts";

export const suite = systemCrypto;
export const DATE: ProofDate = proofDate("20260115");
export const NOON: UnixMs = unixMs(startOf(DATE) + days(1) / 2);
export const LISTING = "a1b2c3d4e5f64a7b";
export const RENTAL = "0123456789abcdef0123456789abcdef" as RentalId;

const digest = (text: string): Uint8Array => new Uint8Array(createHash("sha256").update(text).digest());

export const provider = identityFromSeed(suite, {
  name: "provider",
  seed: digest("provider"),
  nonce: digest("nonce").slice(0, 16),
});
export const PROVIDER = toBase64url(provider.verify);

export const hashOf = (n: number): string => toBase64url(digest(`message ${n}`));

export function receiptOf(n: number, at: UnixMs = NOON): IssuedReceipt {
  const receipt = signReceipt({
    suite,
    seed: provider.seed,
    from: PROVIDER,
    to: { listing: LISTING },
    msgHash: hashOf(n),
    ts: at,
  });
  return { kind: "provider", receipt, at };
}

export const receiptsOf = (count: number, at: UnixMs = NOON): readonly IssuedReceipt[] =>
  Array.from({ length: count }, (_, n) => receiptOf(n, at));

export class MemoryReceipts implements ReceiptSource {
  readonly issuer = PROVIDER;
  receipts: readonly IssuedReceipt[];
  /** How many slices were read. */
  slices = 0;
  readonly #size: number;

  constructor(receipts: readonly IssuedReceipt[] = [], size = 7) {
    this.receipts = receipts;
    this.#size = size;
  }

  async slice({ after, from, to }: ReceiptQuery): Promise<ReceiptSlice> {
    this.slices++;
    const start = Number(after ?? 0);
    const end = start + this.#size;
    const found = this.receipts.slice(start, end).filter(({ at }) => at >= from && at < to);
    return { receipts: found, next: end >= this.receipts.length ? null : String(end) };
  }

  async about(hash: string): Promise<readonly IssuedReceipt[]> {
    return this.receipts.filter(({ receipt }) => subjectOf(receipt) === hash);
  }
}
