// What the doctor says of escrows: coins that lie somewhere without a way forward, and records without an escrow.

import { AppError, type ErrorCode, shortEmc, type UnixMs } from "../../base/index.ts";
import { escrowIdOfName } from "../../registry/index.ts";
import type { NamePublisher } from "../chain/name-publication.ts";
import { isOpen } from "../chain/publication-model.ts";
import { bad, type DoctorCheck, type DoctorFinding, good } from "../doctor.ts";
import type { EscrowPhase } from "./escrow-phase.ts";
import type { Escrows, EscrowView } from "./escrows.ts";

export interface EscrowCheckDeps {
  readonly escrows: Pick<Escrows, "list" | "view" | "strayAmount">;
  readonly publisher: Pick<NamePublisher, "list">;
  readonly now: () => UnixMs;
}

const HALF_SIGNED: ReadonlySet<EscrowPhase> = new Set<EscrowPhase>(["releasing", "refunding", "decided"]);

const warn = (code: ErrorCode, message: string, hint: string): DoctorFinding =>
  bad("warn", new AppError(code, message, { hint }).toJSON());

function findingsOf({ file, status }: EscrowView): readonly DoctorFinding[] {
  const { escrowId: id, amount } = file.policy;
  const coins = `escrow ${id} (${shortEmc(amount)} EMC)`;
  const found: DoctorFinding[] = [];
  const { phase, refundDue } = status;
  if (phase === "spent") {
    const hint = "Ask the other parties for the document of the payout that they sent.";
    found.push(
      warn("escrow.spent_elsewhere", `the coins of ${coins} went by a payout that this box does not have`, hint),
    );
  }
  if (phase === "funding" && (status.fundingConfirmations ?? 0) <= 0 && !status.unspent) {
    const hint = "Ask the renter to run `numberbox escrow fund` again.";
    found.push(warn("escrow.funding_missing", `the funding of ${coins} is not in the chain`, hint));
  }
  if (HALF_SIGNED.has(phase)) {
    const hint = "Have a second party sign it, or propose another payout.";
    found.push(warn("escrow.half_signed", `a payout of ${coins} has one signature`, hint));
  }
  if (phase === "paying" && status.payoutConfirmations === null) {
    found.push(warn("escrow.unsent", `the payout of ${coins} is signed and not in the chain`, "Send it again."));
  }
  if (refundDue && (phase === "funded" || phase === "disputed")) {
    const hint = "Agree on a release or a refund, or have the arbiter decide.";
    found.push(warn("escrow.overdue", `${coins} holds coins although its time is over`, hint));
  }
  return found;
}

async function strayFinding(escrows: EscrowCheckDeps["escrows"], id: string): Promise<readonly DoctorFinding[]> {
  const amount = await escrows.strayAmount(id);
  if (amount === 0) return [];
  const message = `${shortEmc(amount)} EMC more than agreed lie at the address of escrow ${id}`;
  return [warn("escrow.stray_coins", message, "They go back to the renter with the next payout that is proposed.")];
}

/** Records that were published for escrows which the box does not have (any more). */
function loneRecords({ escrows, publisher }: EscrowCheckDeps): readonly DoctorFinding[] {
  const known = new Set(escrows.list().map(({ file }) => file.policy.escrowId));
  const names = publisher
    .list()
    .filter((each) => each.wish.purpose === "escrow" && (isOpen(each) || each.state === "done"))
    .map(({ wish }) => wish.name)
    .filter((name) => !known.has(escrowIdOfName(name) ?? ""));
  return [...new Set(names)].map((name) =>
    warn(
      "escrow.record_alone",
      `${name} is in the chain, but the box has no such escrow`,
      "Let it expire, or take the document in again.",
    ),
  );
}

export function escrowCheck(deps: EscrowCheckDeps): DoctorCheck {
  const { escrows } = deps;
  return {
    name: "escrows",
    area: "chain",
    run: async () => {
      const found: DoctorFinding[] = [...loneRecords(deps)];
      for (const { file, phase } of escrows.list()) {
        if (phase === "settled" || phase === "expired") continue;
        const { escrowId: id } = file.policy;
        const view = await escrows.view(id);
        found.push(...findingsOf(view));
        if (view.status.fundingConfirmations !== null) found.push(...(await strayFinding(escrows, id)));
      }
      return found.length > 0 ? found : [good("escrow.whole", "no escrow stands half done")];
    },
  };
}
