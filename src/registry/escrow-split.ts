// How the coins of an escrow are divided, exact to the micro-EMC.

import { AppError, type MicroEmc, microEmc } from "../base/index.ts";

export interface EscrowSplit {
  readonly provider: MicroEmc;
  readonly renter: MicroEmc;
  readonly arbiter: MicroEmc;
}

export interface SplitEscrowOptions {
  /** What the parties can share: the funding less the fee of the network. */
  readonly amount: MicroEmc;
  /** What the provider earned, at most `amount`. */
  readonly earned: MicroEmc;
  /** Hundredths of a percent, 0-10000. */
  readonly feesBps: number;
  /** Nobody pays an arbiter who was not needed (E15). */
  readonly byArbiter: boolean;
}

/**
 * The arbiter's fee is the share of the whole amount, rounded down, and each side bears it in proportion to what it gets (the provider's
 * part rounded down, the renter bears the rest). The three parts always add up to `amount`. Throws `escrow.bad_split`.
 */
export function splitEscrow({ amount, earned, feesBps, byArbiter }: SplitEscrowOptions): EscrowSplit {
  const sound = Number.isInteger(feesBps) && feesBps >= 0 && feesBps <= 10_000;
  if (!sound || amount < 0 || earned < 0 || earned > amount) {
    throw new AppError("escrow.bad_split", "an escrow cannot be divided so", {
      hint: "The provider's part is at most the amount, and the fee 0-10000 hundredths of a percent.",
    });
  }
  // As BigInt: the product may pass 2^53.
  const share = (part: number): number => Number((BigInt(part) * BigInt(feesBps)) / 10_000n);
  const fee = byArbiter ? share(amount) : 0;
  const ofProvider = byArbiter ? share(earned) : 0;
  return {
    provider: microEmc(earned - ofProvider),
    renter: microEmc(amount - earned - (fee - ofProvider)),
    arbiter: microEmc(fee),
  };
}
