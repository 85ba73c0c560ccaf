// What parties say in a dispute and how the arbiter rules, each signed by its author and bound to the one policy.

import { fromBase64url, type Secret, toBase64url } from "../../base/index.ts";
import { canonicalBytes } from "../../envelope/index.ts";
import { type EscrowPolicy, escrowCommitment } from "../../registry/index.ts";
import type { Decision, EscrowFile, Evidence } from "./escrow-file.ts";
import { type EscrowRuleDeps, escrowRefusal } from "./escrow-policy-rules.ts";

export type Said = Omit<Evidence, "signature"> | (Omit<Decision, "signature"> & { readonly role: "arbiter" });

function statementBytes({ suite }: EscrowRuleDeps, policy: EscrowPolicy, said: Said): Uint8Array {
  return canonicalBytes({
    purpose: "numberbox-escrow-v1",
    policy: escrowCommitment(suite, policy),
    ...JSON.parse(JSON.stringify(said)),
  });
}

/** Signs evidence or a decision with the party's identity. Throws `escrow.not_a_party`. */
export function signStatement(
  deps: EscrowRuleDeps,
  policy: EscrowPolicy,
  said: Said,
  seed: Secret<Uint8Array>,
): string {
  if (toBase64url(deps.suite.ed25519Public(seed.reveal())) !== policy.roles[said.role].verify) {
    throw escrowRefusal(
      "escrow.not_a_party",
      `this identity is not the ${said.role} of the escrow`,
      "Use the identity that the policy names.",
    );
  }
  return toBase64url(deps.suite.ed25519Sign(seed.reveal(), statementBytes(deps, policy, said)));
}

export function isSignedBy(deps: EscrowRuleDeps, policy: EscrowPolicy, said: Said, signature: string): boolean {
  const key = fromBase64url(policy.roles[said.role].verify);
  return (
    /^[\w-]{86}$/.test(signature) &&
    deps.suite.ed25519Verify(key, statementBytes(deps, policy, said), fromBase64url(signature))
  );
}

/** Evidence whose signature is not that of its author. */
export function forgedEvidence(deps: EscrowRuleDeps, { policy, evidence }: EscrowFile): readonly Evidence[] {
  return evidence.filter(({ signature, ...said }) => !isSignedBy(deps, policy, said, signature));
}

export function isDecisionOf(deps: EscrowRuleDeps, policy: EscrowPolicy, decision: Decision): boolean {
  const { signature, ...said } = decision;
  return isSignedBy(deps, policy, { ...said, role: "arbiter" }, signature);
}

/** Throws `escrow.no_decision` unless the arbiter signed exactly the division that is proposed. */
export function checkDecision(deps: EscrowRuleDeps, { policy, settlement, decision }: EscrowFile): void {
  const same = decision !== null && decision.earned === settlement?.earned;
  if (same && isDecisionOf(deps, policy, decision)) return;
  throw escrowRefusal(
    "escrow.no_decision",
    "the arbiter has not signed this division",
    "Have the arbiter run `numberbox escrow decide`.",
  );
}

/**
 * That the arbiter may rule: somebody complained, and the other side was heard or had its time (`dispute_s` from the first statement).
 * Throws `escrow.forged_evidence`, `escrow.no_dispute` or `escrow.not_heard`.
 */
export function checkHeard(deps: EscrowRuleDeps, file: EscrowFile, now: number): void {
  const { evidence, policy } = file;
  const forged = forgedEvidence(deps, file).length;
  if (forged > 0) {
    throw escrowRefusal(
      "escrow.forged_evidence",
      `${forged} statements were not signed by whom they name`,
      "Ask the parties for the document as they signed it.",
    );
  }
  const speakers = new Set(evidence.map(({ role }) => role));
  speakers.delete("arbiter");
  if (speakers.size === 0) {
    throw escrowRefusal("escrow.no_dispute", "nobody asked for a decision", "Wait for `numberbox escrow dispute`.");
  }
  const until = Math.min(...evidence.map(({ at }) => at)) + policy.disputeS;
  if (speakers.size === 2 || now >= until) return;
  throw escrowRefusal(
    "escrow.not_heard",
    `the other party has until ${new Date(until * 1000).toISOString().slice(0, 16)} UTC to answer`,
    "Wait for its statement, or until then.",
  );
}
