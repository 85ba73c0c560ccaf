// What is to be done next for a day whose root stands, pure. A day is anchored once and with one root: whatever happened before a crash
// is found again by the bytes that the name would have.

import { equalBytes, type MicroEmc } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { NamePublication } from "../chain/name-publication.ts";
import type { NameRecord } from "../chain/ports-chain.ts";

/** `auto`: the plain name while nobody else has it, the suffix form otherwise. */
export type SuffixRule = "auto" | "always" | "never";

/** What is known of one name that a day could have. */
export interface AnchorFacts {
  readonly name: string;
  /** What the chain holds; null for a name that never was. */
  readonly record: NameRecord | null;
  /** Whether the record's owner is an address of our wallet. */
  readonly mine: boolean;
  /** The newest publication of that name here. */
  readonly publication: NamePublication | null;
}

export type AnchorStep =
  | { readonly type: "submit"; readonly name: string }
  | { readonly type: "follow"; readonly name: string; readonly publication: NamePublication }
  | { readonly type: "anchored"; readonly name: string; readonly txid: string }
  | { readonly type: "fail"; readonly name: string; readonly problem: ProblemBody };

/** What an anchoring would do and cost; nothing is written for it. */
export interface AnchorPlan {
  readonly name: string;
  /** The value as text. */
  readonly value: string;
  /** Null where nothing would be sent. */
  readonly cost: MicroEmc | null;
  readonly problem: ProblemBody | null;
}

export const anchorProblems = {
  otherRoot: (name: string): ProblemBody => ({
    code: "proofs.other_root",
    message: `${name} has another root than the receipts here`,
    hint: "It is never overwritten. The box was restored from a backup, or two boxes share a wallet: give each its own `proofs.username`.",
  }),
  taken: (name: string): ProblemBody => ({
    code: "proofs.name_taken",
    message: `somebody else owns ${name}`,
    hint: "Set `proofs.suffix` to `auto` or `always`, then anchor the day again.",
  }),
  lost: (name: string, cause: ProblemBody | null): ProblemBody => ({
    code: "proofs.not_published",
    message: `${name} did not get into the chain${cause === null ? "" : `: ${cause.message} (${cause.code})`}`,
    hint: cause?.hint ?? "Anchor the day again.",
  }),
  noIdentity: (worm: string): ProblemBody => ({
    code: "proofs.no_identity",
    message: `${worm} is not in the chain, or another wallet owns it`,
    hint: "Publish your identity first: an anchor counts only if it has the same owner. The day is kept and anchored then.",
  }),
} as const;

type Judged = AnchorStep | { readonly type: "taken"; readonly name: string };

function judgeRecord(facts: AnchorFacts, value: Uint8Array): Judged | null {
  const { name, record, mine } = facts;
  if (record === null || record.state !== "active") return null;
  if (!mine) return { type: "taken", name };
  if (equalBytes(record.value, value)) return { type: "anchored", name, txid: record.txid };
  return { type: "fail", name, problem: anchorProblems.otherRoot(name) };
}

function judge(facts: AnchorFacts, value: Uint8Array): Judged {
  const { name, publication } = facts;
  const ended = publication === null || ["lost", "failed", "cancelled"].includes(publication.state);
  if (!ended && publication.state !== "done") {
    if (equalBytes(publication.wish.value, value)) return { type: "follow", name, publication };
    return { type: "fail", name, problem: anchorProblems.otherRoot(name) };
  }
  return judgeRecord(facts, value) ?? { type: "submit", name };
}

/**
 * Of `candidates` (in the order of preference) the first that nobody else has. What one of them says of ours goes before: a day that is
 * under way or anchored under one name never gets a second.
 */
export function chooseAnchorStep(candidates: readonly AnchorFacts[], value: Uint8Array): AnchorStep {
  const judged = candidates.map((facts) => judge(facts, value));
  const ours = judged.find(({ type }) => type === "follow" || type === "anchored" || type === "fail");
  const free = judged.find(({ type }) => type === "submit");
  const step = ours ?? free;
  if (step !== undefined && step.type !== "taken") return step;
  const name = candidates.at(-1)?.name ?? "";
  return { type: "fail", name, problem: anchorProblems.taken(name) };
}
