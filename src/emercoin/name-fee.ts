// What an operation on a name costs (namecoin.cpp of 0.8.6), burnt with the transaction. The name's output locks 0.0001 EMC more.

import { type MicroEmc, microEmc } from "../base/index.ts";
import { FLAT_FEE_MICRO } from "./network.ts";

/** The node's unit for rounding, 0.01 EMC; the result is divided by 100. */
const CENT = 10_000;

export interface NameFeeQuestion {
  readonly operation: "new" | "update" | "delete";
  readonly days: number;
  /** Of name and value together. */
  readonly bytes: number;
  /** New coins of the last block found by proof of work. */
  readonly powReward: MicroEmc;
}

export function nameFee({ operation, days, bytes, powReward }: NameFeeQuestion): MicroEmc {
  if (operation === "delete") return microEmc(FLAT_FEE_MICRO);
  // BigInt: the product outgrows 2^53, and the node divides integers.
  const rent = Number((BigInt(days) * BigInt(powReward)) / 36_500n);
  const entrance = operation === "new" ? Math.floor(powReward / 100) : 0;
  // The node divides integers before it takes the root of whole cents.
  const root = Math.floor(Math.sqrt(Math.floor((rent + entrance) / CENT)) * CENT);
  const total = root + Math.floor(bytes / 128) * CENT;
  const rounded = Math.ceil(total / CENT) * CENT;
  return microEmc(Math.max(Math.floor(rounded / 100), FLAT_FEE_MICRO));
}
