// Node and wallet at a glance, and the wallet's lock.

import { useState } from "preact/hooks";
import { type Chain, lockWallet } from "../api-chain.ts";
import { useApp, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { Emc, emcText } from "../parts/emc.tsx";
import { Fact, FactGroup } from "../parts/fact.tsx";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";
import { UnlockDialog } from "./unlock-dialog.tsx";

function Wallet({ chain }: { readonly chain: Chain }) {
  const words = useWords();
  const { wallet, ready } = chain;
  if (wallet === null) return <Fact name={words.t("chain.lock")}>{words.t("chain.wallet.none")}</Fact>;
  const isComing = Number(wallet.unconfirmed) > 0;
  return (
    <>
      <Fact name={words.t("chain.balance")}>
        <strong class="money">
          <Emc amount={wallet.confirmed} />
        </strong>
        {isComing && (
          <span class="money-coming">
            {words.t("chain.on_its_way", { amount: emcText(words, wallet.unconfirmed) })}
          </span>
        )}
      </Fact>
      <Fact name={words.t("chain.lock")}>
        {words.t(`chain.lock.${wallet.lock === "locked" && ready ? "ready" : wallet.lock}`)}
      </Fact>
    </>
  );
}

function LockButtons({ chain, onDone }: { readonly chain: Chain; readonly onDone: () => void }) {
  const { words } = useApp();
  const [asking, setAsking] = useState(false);
  const { busy, problem, run } = useTask();
  const isLocked = chain.wallet?.lock === "locked" || chain.wallet?.lock === "minting";
  const forget = async (): Promise<void> => {
    if (await run(async () => void (await lockWallet()))) onDone();
  };
  return (
    <>
      {isLocked && !chain.ready && (
        <button type="button" class="primary" onClick={() => setAsking(true)}>
          {words.t("chain.unlock")}
        </button>
      )}
      {isLocked && chain.ready && (
        <button type="button" disabled={busy} onClick={() => void forget()}>
          {words.t("chain.forget")}
        </button>
      )}
      {problem !== null && <Fault fault={problem} />}
      {asking && <UnlockDialog onDone={onDone} onClose={() => setAsking(false)} />}
    </>
  );
}

export function ChainNode({ chain, onDone }: { readonly chain: Chain; readonly onDone: () => void }) {
  const words = useWords();
  const { node, problem } = chain;
  if (node === null) {
    const fault = problem === null ? { what: words.t("chain.away"), hint: null } : describeProblem(words, problem);
    return <Fault fault={fault} />;
  }
  const { network, version, height, headers, synced, peers } = node;
  return (
    <section class="chain-node" aria-labelledby="chain-node-title">
      <h2 class="hidden" id="chain-node-title">
        {words.t("chain.node_and_wallet")}
      </h2>
      <div class="facts chain-facts">
        <FactGroup title={words.t("chain.node")}>
          <dl>
            <Fact name={words.t("chain.network")}>{words.t(`chain.network.${network}`)}</Fact>
            <Fact name={words.t("chain.height")}>
              {synced ? String(height) : words.t("chain.syncing", { height, headers })}
            </Fact>
            <Fact name={words.t("chain.peers")}>{String(peers)}</Fact>
            <Fact name={words.t("chain.version")}>{version}</Fact>
          </dl>
        </FactGroup>
        <FactGroup title={words.t("chain.lock")}>
          <dl>
            <Wallet chain={chain} />
          </dl>
          <LockButtons chain={chain} onDone={onDone} />
        </FactGroup>
      </div>
    </section>
  );
}
