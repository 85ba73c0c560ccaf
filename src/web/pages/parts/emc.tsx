// An amount of EMC: as few decimals as it takes, the whole part grouped as the locale does it.

import { parseEmc, shortEmc } from "../../../base/index.ts";
import { useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";

/** `amount` as the box writes it, such as `39300.487000`. */
export function emcText(words: Translator, amount: string): string {
  return words.t("chain.emc", { amount: words.decimal(shortEmc(parseEmc(amount))) });
}

export function Emc({ amount }: { readonly amount: string }) {
  return <span class="emc">{emcText(useWords(), amount)}</span>;
}
