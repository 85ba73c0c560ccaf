// The coins a simulated network begins with: mature coinbases, split so that many payments can be under way at a time.

import type { TxOutput } from "../../../src/emercoin/index.ts";
import { scriptOfAddress } from "../../../src/emercoin/index.ts";
import { MATURITY } from "./chain-state.ts";
import type { NodeState } from "./node-state.ts";
import type { SimNetwork } from "./sim-network.ts";
import type { SimWallet } from "./sim-wallet.ts";
import { sendMoney } from "./wallet-spend.ts";

/** Coins of the first node's default wallet, and of every other one. */
const OWN_COINS = 100;
const OTHER_COINS = 20;
const COIN = 20_000_000;

function coins(node: NodeState, wallet: SimWallet, count: number): TxOutput[] {
  return Array.from({ length: count }, () => ({
    amount: COIN as TxOutput["amount"],
    script: scriptOfAddress(wallet.keys.addressOf(wallet.keys.next("internal", node.now()), "bech32")),
  }));
}

/** Mines until coins are mature, splits some, and gives each of the named wallets and each other node its share. */
export function fundWallets(network: SimNetwork, names: readonly string[]): void {
  const [node, ...others] = network.nodes;
  const wallet = node?.walletFiles.get("");
  if (node === undefined || wallet === undefined) return;
  for (let i = 0; i < MATURITY + 12; i++) network.mine(node);
  for (const name of names) {
    node.createWallet(name);
    node.loaded.push(name);
  }
  const receivers = [
    ...names.map((name) => ({ node, wallet: node.walletFiles.get(name) })),
    ...others.map((other) => ({ node: other, wallet: other.walletFiles.get("") })),
  ];
  const shares = receivers.flatMap((one) => (one.wallet === undefined ? [] : coins(one.node, one.wallet, OTHER_COINS)));
  sendMoney(node, wallet, { outputs: [...coins(node, wallet, OWN_COINS), ...shares] });
  network.mine(node);
}
