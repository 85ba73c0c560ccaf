// Two documents of one escrow put together: parties sign at the same time, and whoever gets a file back must lose nothing of his own.

import { equalBytes, isAppError } from "../../base/index.ts";
import { combinePsbts, decodePsbt, encodePsbt, encodeStripped } from "../../emercoin/index.ts";
import { canonicalJson } from "../../envelope/index.ts";
import { ESCROW_ROLES, type EscrowSignatures, escrowBytes, missingEscrowSignatures } from "../../registry/index.ts";
import type { Decision, EscrowFile, Evidence, PaidIn, Settlement } from "./escrow-file.ts";
import { checkSettlement, fundedOutput, payoutOf } from "./escrow-payout.ts";
import { type EscrowRuleDeps, escrowRefusal } from "./escrow-policy-rules.ts";
import { isDecisionOf, isSignedBy } from "./escrow-statements.ts";

const MOST_EVIDENCE = 20;

function mergeSignatures({ suite }: EscrowRuleDeps, own: EscrowFile, other: EscrowFile): EscrowSignatures {
  const merged: Record<string, string> = {};
  for (const role of ESCROW_ROLES) {
    const good = [own, other].find(
      ({ policy, signatures }) => !missingEscrowSignatures(suite, policy, signatures).includes(role),
    );
    const signature = good?.signatures[role];
    if (signature !== undefined) merged[role] = signature;
  }
  return merged;
}

/** The own one, if both are sound: the settlement of the other then does not fit and falls away. */
function mergeFunding(deps: EscrowRuleDeps, own: EscrowFile, other: EscrowFile): PaidIn | null {
  return [own, other].find((file) => isSound(() => fundedOutput(deps, file)))?.funding ?? null;
}

function mergeEvidence(deps: EscrowRuleDeps, own: EscrowFile, other: EscrowFile): readonly Evidence[] {
  const merged = new Map(own.evidence.map((each) => [canonicalJson(JSON.parse(JSON.stringify(each))), each]));
  for (const each of other.evidence) {
    const { signature, ...said } = each;
    if (isSignedBy(deps, own.policy, said, signature))
      merged.set(canonicalJson(JSON.parse(JSON.stringify(each))), each);
  }
  return [...merged.values()].slice(0, MOST_EVIDENCE);
}

/** The later of the good ones: an arbiter may rule again while nobody has signed after him. */
function mergeDecision(deps: EscrowRuleDeps, own: EscrowFile, other: EscrowFile): Decision | null {
  const good = [own.decision, other.decision].filter(
    (each): each is Decision => each !== null && isDecisionOf(deps, own.policy, each),
  );
  return good.reduce<Decision | null>((last, each) => (last === null || each.at > last.at ? each : last), null);
}

function isSound(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    // Whatever is wrong with the other party's part, it is left out.
    if (isAppError(error)) return false;
    throw error;
  }
}

/** One that is complete stays; else the later proposal counts, and two of the same are put together. */
function mergeSettlement(
  deps: EscrowRuleDeps,
  merged: Omit<EscrowFile, "settlement">,
  wishes: { readonly own: Settlement | null; readonly other: Settlement | null; readonly now: number },
): Settlement | null {
  const { now } = wishes;
  const sound = [wishes.own, wishes.other].filter(
    (settlement): settlement is Settlement =>
      settlement !== null && isSound(() => checkSettlement(deps, { ...merged, settlement }, now)),
  );
  const [first, second] = sound;
  if (first === undefined || second === undefined) return first ?? null;
  const [one, two] = [decodePsbt(first.psbt), decodePsbt(second.psbt)];
  if (equalBytes(encodeStripped(one.tx), encodeStripped(two.tx)) && first.kind === second.kind) {
    return { ...first, psbt: encodePsbt(combinePsbts(deps.coin, [one, two])) };
  }
  const complete = sound.find((settlement) => payoutOf(deps, { ...merged, settlement }) !== null);
  return complete ?? (two.tx.time > one.tx.time ? second : first);
}

/**
 * What both documents hold together. Of the other one only that is taken which is signed, or fits the policy: a document that somebody
 * spoiled changes nothing. Throws `escrow.other_policy`.
 */
export function mergeEscrowFiles(deps: EscrowRuleDeps, own: EscrowFile, other: EscrowFile, now: number): EscrowFile {
  if (!equalBytes(escrowBytes(own.policy), escrowBytes(other.policy))) {
    throw escrowRefusal(
      "escrow.other_policy",
      "the two documents are of different escrows",
      "Name two files of one escrow.",
    );
  }
  const merged = {
    policy: own.policy,
    signatures: mergeSignatures(deps, own, other),
    funding: mergeFunding(deps, own, other),
    evidence: mergeEvidence(deps, own, other),
    decision: mergeDecision(deps, own, other),
  };
  const settlement = mergeSettlement(deps, merged as Omit<EscrowFile, "settlement">, {
    own: own.settlement,
    other: other.settlement,
    now,
  });
  return { ...merged, settlement };
}
