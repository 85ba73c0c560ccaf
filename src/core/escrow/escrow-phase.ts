// Where an escrow stands and what each party can do next. Pure: document and chain go in as facts, so that a reorganisation of the chain,
// a lost document or another party's haste can only change the facts, never an own memory of a state.

import { assertNever } from "../../base/index.ts";
import { ESCROW_PHASES, type EscrowPhase } from "../../protocol/index.ts";
import type { EscrowRole } from "../../registry/index.ts";
import type { SettlementKind } from "./escrow-file.ts";

export { ESCROW_PHASES, type EscrowPhase };

export type EscrowStep = "accept" | "fund" | "release" | "refund" | "sign" | "dispute" | "decide" | "send";

export interface EscrowFacts {
  /** Parties that have not signed the policy. */
  readonly missing: readonly EscrowRole[];
  readonly refundDue: boolean;
  /** Null while nobody paid in; 0 or less while it is not in a block. */
  readonly fundingConfirmations: number | null;
  /** Whether the funding's output is unspent, by blocks and mempool. */
  readonly unspent: boolean;
  readonly disputed: boolean;
  readonly settlement: SettlementKind | null;
  /** Parties that have signed the settlement. */
  readonly signed: readonly EscrowRole[];
  /** Null until two have signed, or while the chain does not know of it. */
  readonly payoutConfirmations: number | null;
}

function signedPhase(settlement: SettlementKind): EscrowPhase {
  switch (settlement) {
    case "release":
      return "releasing";
    case "refund":
      return "refunding";
    case "decision":
      return "decided";
    default:
      return assertNever(settlement, "settlement");
  }
}

export function escrowPhase(facts: EscrowFacts): EscrowPhase {
  const { missing, refundDue, fundingConfirmations, payoutConfirmations, settlement, signed, disputed } = facts;
  if (payoutConfirmations !== null && payoutConfirmations > 0) return "settled";
  if (fundingConfirmations === null) {
    if (refundDue) return "expired";
    return missing.length > 0 ? "proposed" : "agreed";
  }
  const waits = payoutConfirmations !== null;
  if (fundingConfirmations > 0 && !facts.unspent && !waits) return "spent";
  if (signed.length >= 2) return "paying";
  if (fundingConfirmations <= 0) return "funding";
  if (settlement === "decision" && signed.length > 0) return "decided";
  if (disputed) return "disputed";
  return settlement === null || signed.length === 0 ? "funded" : signedPhase(settlement);
}

/** Nothing happens any more. */
export function isEscrowOver(phase: EscrowPhase): boolean {
  return phase === "settled" || phase === "spent" || phase === "expired";
}

/** What `role` can do. What it should do is for people to decide. */
export function escrowSteps(facts: EscrowFacts, role: EscrowRole): readonly EscrowStep[] {
  const phase = escrowPhase(facts);
  const arbiter = role === "arbiter";
  const unsigned = facts.settlement !== null && facts.signed.length > 0 && !facts.signed.includes(role);
  const mayRefund = !arbiter || facts.refundDue;
  switch (phase) {
    case "proposed":
      return facts.missing.includes(role) ? ["accept"] : [];
    case "agreed":
    case "funding":
      return role === "renter" ? ["fund"] : [];
    case "funded":
    case "releasing":
    case "refunding":
    case "disputed": {
      const maySign = unsigned && (facts.settlement === "refund" ? mayRefund : !arbiter);
      const own: EscrowStep[] = arbiter ? [] : ["release"];
      return [
        ...(maySign ? (["sign"] as const) : []),
        ...own,
        ...(mayRefund ? (["refund"] as const) : []),
        ...(arbiter ? [] : (["dispute"] as const)),
        ...(arbiter && phase === "disputed" ? (["decide"] as const) : []),
      ];
    }
    case "decided":
      return unsigned ? ["sign"] : [];
    case "paying":
      return ["send"];
    case "settled":
    case "spent":
    case "expired":
      return [];
    default:
      return assertNever(phase, "phase");
  }
}
