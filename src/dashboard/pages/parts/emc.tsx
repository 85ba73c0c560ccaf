// Amounts of EMC in words: as few decimals as it takes.

import { type MicroEmc, parseEmc, shortEmc } from "../../../base/index.ts";
import type { Words } from "../words.ts";

export function emcText(words: Words, amount: MicroEmc): string {
  return amount === 0 ? words.t("free") : words.t("emc", { amount: words.decimal(shortEmc(amount)) });
}

/** Of a decimal text, as the relay's answers have it. */
export function emcTextOf(words: Words, text: string): string {
  return emcText(words, parseEmc(text));
}
