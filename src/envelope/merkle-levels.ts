// The same tree as `merkle.ts` with all its levels in memory, for many proofs of one tree: level by level, two nodes make one, and a last
// odd one moves up as it is. That is RFC 6962's tree: its split at the largest power of two keeps every full pair together.

import { AppError, type CryptoSuite } from "../base/index.ts";
import { merkleNodeHash, merkleRoot } from "./merkle.ts";

/** From the leaves (level 0) up to the root; of an empty tree the one level is empty. */
export type MerkleLevels = readonly (readonly Uint8Array[])[];

/** All levels over `hashes` in tree order. Takes about twice the memory of the leaves. */
export function merkleLevels(suite: CryptoSuite, hashes: readonly Uint8Array[]): MerkleLevels {
  const levels: (readonly Uint8Array[])[] = [hashes];
  for (let below = hashes; below.length > 1; ) {
    const level: Uint8Array[] = [];
    for (let i = 0; i < below.length; i += 2) {
      const [left, right] = below.slice(i, i + 2);
      if (left !== undefined) level.push(right === undefined ? left : merkleNodeHash(suite, left, right));
    }
    levels.push(level);
    below = level;
  }
  return levels;
}

/** The root; SHA-256 of nothing for an empty tree. */
export function rootOfLevels(suite: CryptoSuite, levels: MerkleLevels): Uint8Array {
  return levels.at(-1)?.[0] ?? merkleRoot(suite, []);
}

/** What `inclusionProof` gives, in time that grows with the tree's height only. Throws `merkle.bad_index`. */
export function proofFromLevels(levels: MerkleLevels, index: number): readonly Uint8Array[] {
  const leaves = levels[0]?.length ?? 0;
  if (!Number.isInteger(index) || index < 0 || index >= leaves) {
    throw new AppError("merkle.bad_index", "the tree has no leaf of that index", { context: { index, leaves } });
  }
  return levels.flatMap((level, height) => {
    const sibling = level[Math.floor(index / 2 ** height) ^ 1];
    return sibling === undefined ? [] : [sibling];
  });
}
