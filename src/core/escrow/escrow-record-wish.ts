// An escrow's record in the chain: by default only the digest of its policy, so that nobody learns who deals with whom.

import { type EscrowRecord, escrowCommitment, escrowName, escrowValue } from "../../registry/index.ts";
import type { NameWish } from "../chain/name-publication.ts";
import type { EscrowFile } from "./escrow-file.ts";
import { checkAgreed, type EscrowRuleDeps } from "./escrow-policy-rules.ts";

const DAY = 86_400;
/** For a dispute about what happened in the last days. */
const DAYS_AFTER = 30;

/** `now` in Unix seconds. Throws `escrow.not_agreed`. */
export function escrowWish(
  deps: EscrowRuleDeps,
  file: EscrowFile,
  { form, now }: { readonly form: EscrowRecord["form"]; readonly now: number },
): NameWish {
  checkAgreed(deps, file);
  const { policy } = file;
  const record: EscrowRecord =
    form === "commitment"
      ? { form, commitment: escrowCommitment(deps.suite, policy) }
      : { form, descriptor: policy.descriptor, feesBps: policy.feesBps };
  return {
    purpose: "escrow",
    operation: "new",
    name: escrowName(policy.escrowId),
    value: escrowValue(deps.coin, record),
    days: Math.max(0, Math.ceil((policy.refundAfter - now) / DAY)) + DAYS_AFTER,
    address: null,
  };
}
