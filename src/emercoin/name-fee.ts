// What a name operation burns (GetNameOpFee of namecoin.cpp). It follows the reward of the last proof-of-work block.

import { type MicroEmc, microEmc } from "../base/index.ts";
import { FLAT_FEE_MICRO } from "./network.ts";

/** Least value of an output, so also what a name locks while it exists; it comes back when the name's output is spent. */
export const NAME_OUTPUT = FLAT_FEE_MICRO as MicroEmc;
/** 0.01 EMC, the step of the formula before it was made a hundred times cheaper. */
const CENT = 10_000;

export interface NameFeeInput {
  readonly operation: "new" | "update" | "delete";
  readonly days: number;
  readonly nameBytes: number;
  readonly valueBytes: number;
  /** What the last proof-of-work block minted. */
  readonly lastPowReward: MicroEmc;
}

/** The fee of one operation, 100 micro-EMC or more. It is all that the transaction burns: the flat fee is not added. */
export function nameFee({ operation, days, nameBytes, valueBytes, lastPowReward }: NameFeeInput): MicroEmc {
  if (operation === "delete") return NAME_OUTPUT;
  const reward = BigInt(lastPowReward);
  // 1 % of the reward for 365 days, and 1 % for a new name; then the square root of the cents.
  const base = (BigInt(days) * reward) / 36_500n + (operation === "new" ? reward / 100n : 0n);
  const root = Math.trunc(Math.sqrt(Number(base / BigInt(CENT))) * CENT);
  const sized = root + Math.floor((nameBytes + valueBytes) / 128) * CENT;
  return microEmc(Math.max(NAME_OUTPUT, (Math.ceil(sized / CENT) * CENT) / 100));
}
