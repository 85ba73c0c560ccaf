// RFC 6962 section 2.1 Merkle trees over receipts: leaves are hashed with the prefix 0x00, nodes with 0x01. The leaves of a day are
// sorted by leaf hash, so that everyone who holds the same receipts computes the same root.

import { AppError, type CryptoSuite, concatBytes, equalBytes, toHex } from "../base/index.ts";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** MTH of a one-entry list. */
export function merkleLeafHash(suite: CryptoSuite, leaf: Uint8Array): Uint8Array {
  return suite.sha256(concatBytes(LEAF, leaf));
}

/** The hash of a node over its two children. */
export function merkleNodeHash(suite: CryptoSuite, left: Uint8Array, right: Uint8Array): Uint8Array {
  return suite.sha256(concatBytes(NODE, left, right));
}

/** The leaf hashes of `leaves` in tree order: ascending. */
export function sortedLeafHashes(suite: CryptoSuite, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  return leaves
    .map((leaf) => merkleLeafHash(suite, leaf))
    .map((hash) => ({ hash, key: toHex(hash) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ hash }) => hash);
}

/** The largest power of two below `count` (RFC 6962: k < n <= 2k), for `count` of at least 2. */
function splitAt(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

/** The root over leaf hashes in tree order; SHA-256 of nothing for an empty tree. */
export function merkleRoot(suite: CryptoSuite, hashes: readonly Uint8Array[]): Uint8Array {
  const [first, second] = hashes;
  if (first === undefined) return suite.sha256(new Uint8Array(0));
  if (second === undefined) return first;
  const k = splitAt(hashes.length);
  return merkleNodeHash(suite, merkleRoot(suite, hashes.slice(0, k)), merkleRoot(suite, hashes.slice(k)));
}

/** The audit path of the leaf at `index`, from the leaf up (RFC 6962 section 2.1.1). Throws `merkle.bad_index`. */
export function inclusionProof(
  suite: CryptoSuite,
  hashes: readonly Uint8Array[],
  index: number,
): readonly Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= hashes.length) {
    throw new AppError("merkle.bad_index", "the tree has no leaf of that index", {
      context: { index, leaves: hashes.length },
    });
  }
  if (hashes.length === 1) return [];
  const k = splitAt(hashes.length);
  const left = hashes.slice(0, k);
  const right = hashes.slice(k);
  return index < k
    ? [...inclusionProof(suite, left, index), merkleRoot(suite, right)]
    : [...inclusionProof(suite, right, index - k), merkleRoot(suite, left)];
}

export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  /** Position of the leaf in tree order, from 0. */
  readonly index: number;
  /** Leaves of the whole tree. */
  readonly count: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** The root that a proof leads to, or undefined when its length does not fit the tree. */
function rootOf(suite: CryptoSuite, claim: Omit<InclusionClaim, "root">): Uint8Array | undefined {
  const { leafHash, index, count, proof } = claim;
  const last = proof.at(-1);
  if (count === 1) return last === undefined ? leafHash : undefined;
  if (last === undefined || last.length !== 32) return undefined;
  const k = splitAt(count);
  const below = proof.slice(0, -1);
  if (index < k) {
    const left = rootOf(suite, { leafHash, index, count: k, proof: below });
    return left && merkleNodeHash(suite, left, last);
  }
  const right = rootOf(suite, { leafHash, index: index - k, count: count - k, proof: below });
  return right && merkleNodeHash(suite, last, right);
}

/** Whether the proof shows the leaf at `index` of `count` leaves under `root`. Malformed claims are false, never an exception. */
export function verifyInclusion(suite: CryptoSuite, claim: InclusionClaim): boolean {
  const { index, count, leafHash, root } = claim;
  const inTree = Number.isSafeInteger(count) && Number.isSafeInteger(index) && index >= 0 && index < count;
  if (!inTree || leafHash.length !== 32) return false;
  const computed = rootOf(suite, claim);
  return computed !== undefined && equalBytes(computed, root);
}
