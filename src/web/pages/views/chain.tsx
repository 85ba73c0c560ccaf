// Emercoin on one page: node and wallet, identity, listings, payments, proofs.

import type { ComponentChildren } from "preact";
import { Empty } from "../../../page-parts/index.ts";
import type { Told } from "../api-chain.ts";
import { useWords } from "../app-context.ts";
import { Fault, faultOf } from "../parts/fault.tsx";
import { DaysPart } from "./chain-days.tsx";
import { MoneyPart } from "./chain-money.tsx";
import { IdentityPart, ListingsPart } from "./chain-names.tsx";
import { ChainNode } from "./chain-node.tsx";
import { useChain } from "./use-chain.ts";

interface PartProps<T> {
  readonly title: string;
  readonly told: Told<T> | null;
  readonly children: (value: T) => ComponentChildren;
}

/** A part that the box could not tell says why instead of vanishing. */
function Part<T>({ title, told, children }: PartProps<T>) {
  const words = useWords();
  if (told === null) return null;
  if ("value" in told) return <>{children(told.value)}</>;
  return (
    <section class="panel">
      <h2>{title}</h2>
      <Fault fault={faultOf(words, told.fault)} />
    </section>
  );
}

const EXAMPLE = `emercoin:
  url: "http://127.0.0.1:6662"
  user: rpcuser
  password_file: rpc.password`;

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
            <Empty icon="chain" title={words.t("chain.none.title")} text={words.t("chain.none.text")}>
              <pre class="publish-value">{EXAMPLE}</pre>
            </Empty>
          )}
          <div class="chain-parts">
            <Part title={words.t("identity.title")} told={facts.identity}>
              {(identity) => <IdentityPart identity={identity} onDone={refresh} />}
            </Part>
            <Part title={words.t("money.title")} told={facts.statement}>
              {(statement) => <MoneyPart statement={statement} />}
            </Part>
            <Part title={words.t("listings.title")} told={facts.listings}>
              {(listings) => <ListingsPart listings={listings} onDone={refresh} />}
            </Part>
            <Part title={words.t("days.title")} told={facts.days}>
              {(days) => <DaysPart days={days} onDone={refresh} />}
            </Part>
          </div>
        </>
      )}
    </div>
  );
}
