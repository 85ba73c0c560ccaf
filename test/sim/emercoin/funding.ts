// The coins a simulated network begins with: mature coinbases, split so that many payments can be under way at a time.

import { utf8 } from "../../../src/base/index.ts";
import {
  FLAT_FEE_MICRO,
  NAME_VERSION,
  nameScript,
  scriptOfAddress,
  type TxOutput,
  unsignedInput,
} from "../../../src/emercoin/index.ts";
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

export interface PlantedName {
  readonly name: string;
  readonly value: string | Uint8Array;
  readonly days: number;
  /** Whose it is; none: of the first node's default wallet. */
  readonly address?: string;
}

const NAMES_IN_A_BLOCK = 1000;

/** Puts many names into the chain at once, a thousand in a block, without the work of signing: for tests of large indexes. */
export function plantNames(network: SimNetwork, entries: readonly PlantedName[]): void {
  const [node] = network.nodes;
  const wallet = node?.walletFiles.get("");
  if (node === undefined || wallet === undefined) return;
  const own = wallet.changeScript();
  for (let at = 0; at < entries.length; at += NAMES_IN_A_BLOCK) {
    const outputs = entries.slice(at, at + NAMES_IN_A_BLOCK).map(({ name, value, days, address }) => {
      const bytes = typeof value === "string" ? utf8(value) : value;
      const action = { operation: "new", name: utf8(name), value: bytes, days } as const;
      const script = nameScript({ action, script: address === undefined ? own : wallet.script(address) });
      return { amount: FLAT_FEE_MICRO as TxOutput["amount"], script };
    });
    const coin = wallet.coins().toSorted((a, b) => b.amount - a.amount)[0];
    // The whole coin is burnt: more than enough for any thousand names.
    if (coin === undefined) throw new RangeError("the wallet has no coin left");
    const tx = { version: NAME_VERSION, time: node.now(), inputs: [unsignedInput(coin)], outputs, lockTime: 0 };
    network.mine(node, { extra: [tx] });
  }
}
