// The box's escrows as REST and command line see them.

import { emcText, parseEmc, type UnixMs, utf8 } from "../../base/index.ts";
import type { EscrowStepReply, EscrowSummaryBody, EscrowViewBody } from "../../protocol/index.ts";
import { publicationBody } from "../listings/publishing-console.ts";
import type { EscrowAction, EscrowPlan } from "./escrow-actions.ts";
import { type EscrowFile, parseEscrowFile } from "./escrow-file.ts";
import type { Escrows, EscrowView } from "./escrows.ts";
import type { StoredEscrow } from "./ports-escrow.ts";

export interface EscrowConsole {
  readonly escrows: Escrows;
  /** Of the configuration, for proposals that do not say. */
  readonly terms: { readonly feesBps: number; readonly disputeDays: number; readonly refundDays: number };
  readonly now: () => UnixMs;
}

export function escrowSummaryBody({ file, role, phase, createdAt, changedAt }: StoredEscrow): EscrowSummaryBody {
  const { policy } = file;
  return {
    ...{ id: policy.escrowId, role, phase, address: policy.address },
    amount: emcText(policy.amount),
    fees_bps: policy.feesBps,
    dispute_s: policy.disputeS,
    refund_after: policy.refundAfter,
    created_at: createdAt,
    changed_at: changedAt,
  };
}

export function escrowBody(view: EscrowView): EscrowViewBody {
  const { file, status, steps, record } = view;
  const { funding, settlement, evidence } = file;
  const { missing, signed, payout, fundingConfirmations, payoutConfirmations } = status;
  return {
    ...escrowSummaryBody(view),
    ...{ steps: [...steps], missing: [...missing], signed: [...signed] },
    settlement: settlement === null ? null : { kind: settlement.kind, earned: emcText(settlement.earned) },
    funding: funding === null ? null : { txid: funding.txid, confirmations: fundingConfirmations },
    payout: payout === null ? null : { txid: payout, confirmations: payoutConfirmations },
    statements: evidence.map(({ role, statement, at }) => ({ role, statement, at })),
    record: record === null ? null : publicationBody(record),
  };
}

function stepReply({ pays, fee }: EscrowPlan, view: EscrowView | null): EscrowStepReply {
  return {
    dry_run: view === null,
    pays: pays.map(({ amount, ...rest }) => ({ ...rest, amount: emcText(amount) })),
    fee: emcText(fee),
    escrow: view === null ? null : escrowBody(view),
  };
}

/** Plans, and does it unless it is a dry run. */
export async function actOnEscrow(
  escrows: Escrows,
  { id, action, dryRun }: { readonly id: string; readonly action: EscrowAction; readonly dryRun: boolean },
): Promise<EscrowStepReply> {
  const plan = await escrows.plan(id, action);
  if (dryRun) return stepReply(plan, null);
  await escrows.act(id, action);
  return stepReply(plan, await escrows.view(id));
}

/** The action that a request's body stands for. Throws `emercoin.bad_amount`. */
export function escrowAction(
  step: EscrowAction["step"],
  body: {
    readonly earned?: string;
    readonly reason?: string;
    readonly statement?: string;
    readonly files?: readonly EscrowAttachment[];
  },
): EscrowAction {
  const { earned = "0", reason = "", statement = "", files = [] } = body;
  switch (step) {
    case "release":
      return { step, earned: parseEmc(earned) };
    case "decide":
      return { step, earned: parseEmc(earned), reason };
    case "dispute":
      return { step, statement, files };
    default:
      return { step };
  }
}

export interface EscrowAttachment {
  readonly name: string;
  readonly sha256: string;
}

/** A document that came as JSON. Throws `escrow.bad_file`, `escrow.bad_policy`. */
export function escrowFileOf(document: unknown): EscrowFile {
  return parseEscrowFile(utf8(JSON.stringify(document)));
}
