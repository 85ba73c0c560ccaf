// What alerts see of the Emercoin node, its wallet, and what the box wants in the chain.

import type { ChainView } from "../../protocol/index.ts";
import type { NamePublication } from "../chain/name-publication.ts";
import type { AlertDetails, AlertSource, Observation, RuleId } from "./alert-model.ts";

const RULES = [
  "chain_down",
  "chain_lag",
  "wallet_locked",
  "funds_low",
  "publication_failed",
] as const satisfies readonly RuleId[];

export interface ChainSourceDeps {
  readonly chain: { view(): Promise<ChainView> };
  readonly publications: () => readonly NamePublication[];
  /** Something beside publications that cannot go on while the wallet is locked. */
  readonly waitsForWallet: () => boolean;
}

/** States in which a publication still wants something of the wallet. */
const NEEDS_WALLET: readonly string[] = ["waiting"];
const FAILED: readonly string[] = ["failed", "lost"];

/** A publication that failed and that no later one of the same name has made up for. */
function failedNow(publications: readonly NamePublication[]): number {
  const last = new Map<string, NamePublication>();
  for (const each of publications) {
    const known = last.get(each.wish.name);
    if (known === undefined || each.createdAt >= known.createdAt) last.set(each.wish.name, each);
  }
  return [...last.values()].filter(({ state }) => FAILED.includes(state)).length;
}

export function chainSource({ chain, publications, waitsForWallet }: ChainSourceDeps): AlertSource {
  const of = (rule: (typeof RULES)[number], value: Observation["value"], details: AlertDetails = {}): Observation => {
    return { rule, subject: "", value, details };
  };
  return {
    rules: RULES,
    observe: async () => {
      const { node, wallet, ready, problem } = await chain.view();
      const all = publications();
      const needed = waitsForWallet() || all.some(({ state }) => NEEDS_WALLET.includes(state));
      const blocks = node === null ? null : Math.max(0, node.headers - node.height);
      // A node that is still catching up may not know yet how far it has to go.
      const behind = node?.synced === false && blocks === 0 ? true : blocks;
      return [
        of("chain_down", problem !== null, problem === null ? {} : { reason: problem.code }),
        of("chain_lag", behind, behind === true || blocks === null ? {} : { blocks }),
        of("wallet_locked", wallet === null ? null : needed && !ready),
        of(
          "funds_low",
          wallet === null ? null : Number(wallet.confirmed),
          wallet === null ? {} : { emc: wallet.confirmed },
        ),
        of("publication_failed", failedNow(all)),
      ];
    },
  };
}
