// Emercoin on one page: node and wallet, identity, listings, payments, proofs.

import { useWords } from "../app-context.ts";
import { Empty } from "../parts/empty.tsx";
import { DaysPart, MoneyPart } from "./chain-money.tsx";
import { IdentityPart, ListingsPart } from "./chain-names.tsx";
import { ChainNode } from "./chain-node.tsx";
import { useChain } from "./use-chain.ts";

export function Chain() {
  const words = useWords();
  const { facts, refresh } = useChain();
  return (
    <div class="chain">
      <header class="view-head">
        <h1>{words.t("chain.title")}</h1>
      </header>
      {facts === null ? (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      ) : (
        <>
          {facts.chain.configured ? (
            <ChainNode chain={facts.chain} onDone={refresh} />
          ) : (
            <Empty icon="chain" title={words.t("chain.none.title")} text={words.t("chain.none.text")} />
          )}
          <div class="chain-parts">
            {facts.identity !== null && <IdentityPart identity={facts.identity} onDone={refresh} />}
            {facts.statement !== null && <MoneyPart statement={facts.statement} />}
            {facts.listings !== null && <ListingsPart listings={facts.listings} onDone={refresh} />}
            {facts.days !== null && <DaysPart days={facts.days} onDone={refresh} />}
          </div>
        </>
      )}
    </div>
  );
}
