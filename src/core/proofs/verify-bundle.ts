// Checks an exported bundle: everything that can be seen without a node, and then the chain's own word.

import { AppError, type CryptoSuite, type ErrorCode, fromHex, isAppError, toHex } from "../../base/index.ts";
import { leafBytes, merkleLeafHash, subjectOf, verifyAnyReceipt, verifyInclusion } from "../../envelope/index.ts";
import type { ProofBundle, ProofTree, ReceiptProof } from "../../protocol/index.ts";
import { type ProofsRecord, parseProofsName, parseProofsValue } from "../../registry/index.ts";
import type { ChainReader, NameReader, NameRecord } from "../chain/ports-chain.ts";
import { wormOf } from "./anchoring.ts";

export interface ReceiptCheck {
  /** The hash that the receipt is about. */
  readonly about: string;
  readonly kind: ReceiptProof["kind"];
  readonly date: string;
  /** Null for a receipt that holds, by its signature and its proof. */
  readonly fault: ErrorCode | null;
}

/** Signature, leaf, and way to the root of each receipt. Says nothing of whether a root is anchored. */
export function checkReceipts(suite: CryptoSuite, bundle: ProofBundle): readonly ReceiptCheck[] {
  const trees = new Map(bundle.trees.map((tree) => [tree.date, tree]));
  return bundle.receipts.map((entry) => {
    const { kind, date, receipt } = entry;
    const fault = faultOf(suite, entry, { tree: trees.get(date), issuer: bundle.issuer.verify });
    return { about: subjectOf(receipt), kind, date, fault };
  });
}

function faultOf(
  suite: CryptoSuite,
  entry: ReceiptProof,
  { tree, issuer }: { readonly tree: ProofTree | undefined; readonly issuer: string },
): ErrorCode | null {
  const verdict = verifyAnyReceipt(suite, entry.receipt);
  if (!verdict.ok) return verdict.code;
  // What the provider says must come from the issuer; what a relay or a renter says comes from their own keys.
  if ((entry.kind === "provider" || entry.kind === "call") && verdict.receipt.from !== issuer)
    return "proofs.wrong_issuer";
  const leaf = merkleLeafHash(suite, leafBytes(verdict.receipt));
  if (toHex(leaf) !== entry.leaf_hash) return "proofs.wrong_leaf";
  if (entry.proof === null) return "proofs.not_proven";
  if (tree === undefined) return "proofs.unknown_tree";
  const proof = entry.proof.path.map((node) => fromHex(node));
  const claim = { leafHash: leaf, index: entry.proof.index, count: tree.count, proof, root: fromHex(tree.root) };
  return verifyInclusion(suite, claim) ? null : "proofs.wrong_path";
}

export interface AnchorCheckDeps {
  readonly node: Pick<NameReader, "name"> & Pick<ChainReader, "transaction">;
  /** Blocks on top that make a name count. */
  readonly confirmations: number;
  /** The Ed25519 key (base64url) in a WORM record; throws for what is none. */
  readonly keyOfWorm: (value: Uint8Array) => string;
}

export interface AnchorCheck {
  readonly date: string;
  readonly name: string | null;
  /** Null if the chain says what the bundle says. */
  readonly fault: ErrorCode | null;
  readonly confirmations: number | null;
}

/** Holds one tree of a bundle against the chain: owner, key, root, count and depth. Rejects with the node's fault. */
export async function checkAnchor(
  deps: AnchorCheckDeps,
  tree: ProofTree,
  issuer: ProofBundle["issuer"],
): Promise<AnchorCheck> {
  const { date, name } = tree;
  const found = (fault: ErrorCode | null, confirmations: number | null = null): AnchorCheck => ({
    ...{ date, name, fault, confirmations },
  });
  const parts = name === null ? null : parseProofsName(name);
  if (name === null) return found("proofs.not_anchored");
  if (parts === null || parts.day !== date) return found("proofs.wrong_name");
  const record = await activeName(deps, name);
  if (record === null) return found("proofs.anchor_gone");
  const said = readRecord(record.value);
  if (said === null || said.day !== date) return found("proofs.bad_record");
  if (toHex(said.merkleRoot) !== tree.root || said.count !== tree.count) return found("proofs.other_root");
  const identity = await identityFault(deps, record, {
    worm: parts.gateway === null ? issuer.worm : wormOf(parts.gateway),
    verify: issuer.verify,
  });
  if (identity !== null) return found(identity);
  const depth = (await deps.node.transaction(record.txid))?.confirmations ?? 0;
  return found(depth < deps.confirmations ? "proofs.not_deep_enough" : null, depth);
}

async function activeName({ node }: AnchorCheckDeps, name: string): Promise<NameRecord | null> {
  const record = await node.name(name);
  return record?.state === "active" ? record : null;
}

/** An anchor counts by its owner: whoever owns the identity with the issuer's key. */
async function identityFault(
  deps: AnchorCheckDeps,
  anchor: NameRecord,
  issuer: { readonly worm: string | null; readonly verify: string },
): Promise<ErrorCode | null> {
  const worm = issuer.worm === null ? null : await activeName(deps, issuer.worm);
  if (worm === null) return "proofs.no_identity";
  if (worm.address !== anchor.address) return "proofs.wrong_owner";
  try {
    return deps.keyOfWorm(worm.value) === issuer.verify ? null : "proofs.wrong_key";
  } catch (error) {
    if (isAppError(error)) return "proofs.bad_identity";
    throw error;
  }
}

function readRecord(value: Uint8Array): ProofsRecord | null {
  try {
    return parseProofsValue(value);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

const MEANING: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["receipt.bad_shape", "is no receipt"],
  ["receipt.bad_time", "has no proper time"],
  ["receipt.bad_key", "names no key"],
  ["receipt.bad_signature", "is not signed by the key that it names"],
  ["proofs.wrong_issuer", "is signed by somebody else than the issuer of the bundle"],
  ["proofs.wrong_leaf", "does not have the leaf hash that stands beside it"],
  ["proofs.not_proven", "has no proof yet: its day was open when the bundle was made"],
  ["proofs.unknown_tree", "names a day whose tree is not in the bundle"],
  ["proofs.wrong_path", "is not in the tree of its day"],
  ["proofs.not_anchored", "is not anchored"],
  ["proofs.wrong_name", "names something else than a proof of its day"],
  ["proofs.anchor_gone", "is not in the chain, has expired or was deleted"],
  ["proofs.bad_record", "stands in the chain with something that is no proof of its day"],
  ["proofs.other_root", "has another root or count in the chain"],
  ["proofs.no_identity", "cannot be traced to an identity: its WORM is not in the chain"],
  ["proofs.wrong_owner", "is owned by another address than the issuer's identity"],
  ["proofs.wrong_key", "belongs to an identity with another key"],
  ["proofs.bad_identity", "belongs to an identity that cannot be read"],
  ["proofs.not_deep_enough", "has too few confirmations"],
]);

/** A fault in words, as the end of a sentence. */
export function faultText(fault: ErrorCode): string {
  return MEANING.get(fault) ?? fault;
}

/** Throws `proofs.not_verified` unless there is something, and all of it holds. */
export function requireVerified(total: number, bad: number): void {
  if (bad === 0 && total > 0) return;
  const what = bad === 0 ? "there is nothing to verify" : `${bad} of ${total} do not hold`;
  throw new AppError("proofs.not_verified", what, {
    hint: "Do not rely on them. Ask the issuer for a fresh export.",
  });
}
