// Amounts of EMC in words: as few decimals as it takes.

import { type MicroEmc, shortEmc } from "../../../base/index.ts";
import { roughly } from "../../../renter/index.ts";
import type { Words } from "../words.ts";

export function emcText(words: Words, amount: MicroEmc): string {
  return amount === 0 ? words.t("free") : words.t("emc", { amount: words.decimal(shortEmc(amount)) });
}

/** An amount that is only an estimate: no more digits than it deserves, and not less than it may be. */
export function roughEmcText(words: Words, amount: MicroEmc): string {
  return emcText(words, roughly(amount));
}
