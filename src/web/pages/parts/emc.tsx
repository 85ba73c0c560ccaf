// An amount of EMC: as few decimals as it takes, the whole part grouped as the locale does it.

import { parseEmc, shortEmc } from "../../../base/index.ts";
import { useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";

/** `amount` as the box writes it, such as `39300.487000`. */
export function emcText(words: Translator, amount: string): string {
  const [whole = "0", fraction] = shortEmc(parseEmc(amount)).split(".");
  const grouped = words.number(Number(whole));
  return words.t("chain.emc", { amount: fraction === undefined ? grouped : `${grouped}.${fraction}` });
}

export function Emc({ amount }: { readonly amount: string }) {
  return <span class="emc">{emcText(useWords(), amount)}</span>;
}
