// How the wallet builds a transaction: coin selection, change, the flat fee, signatures (CreateTransaction of wallet.cpp).

import { emcText, type MicroEmc } from "../../../src/base/index.ts";
import {
  FINAL_SEQUENCE,
  flatFee,
  NAME_VERSION,
  PLAIN_VERSION,
  type SpentOutput,
  signTransaction,
  sizeOf,
  type Transaction,
  type TxInput,
  type TxOutput,
  unsignedInput,
} from "../../../src/emercoin/index.ts";
import { isRandpay, outpointOf } from "./chain-state.ts";
import { nameOutput } from "./name-index.ts";
import type { NodeState } from "./node-state.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import { randpayCoin } from "./script-check.ts";
import type { SimWallet, WalletCoin } from "./sim-wallet.ts";

export const MIN_OUTPUT = 100;
export const MAX_FEE = 100_000;
/** What signature and key of an input take at most. */
const INPUT_BYTES = 110;
const MAX_WEIGHT = 400_000;

export interface SpendPlan {
  readonly outputs: readonly TxOutput[];
  /** Inputs that are there already: a name, or the RANDPAY input. Not selected, not counted. */
  readonly inputs?: readonly TxInput[];
  /** Fee that must be burnt; below 0 what the given inputs bring in. */
  readonly fee?: number;
  /** Where the change goes; none: anywhere. */
  readonly changeAt?: number;
  readonly changeScript?: Uint8Array;
  readonly sign?: boolean;
  /** Which outputs pay the fee. */
  readonly subtractFrom?: readonly number[];
  readonly only?: readonly WalletCoin[];
}

/** `reason` in the node's words; `fee` as far as it was known. */
export type SpendResult =
  | { readonly ok: true; readonly tx: Transaction; readonly fee: number; readonly changeAt: number }
  | { readonly ok: false; readonly reason: string; readonly fee: number };

/** Own coins for a sum: one that fits best, else the largest first. Confirmed ones are preferred to waiting change. */
export function selectCoins(coins: readonly WalletCoin[], target: number): readonly WalletCoin[] | null {
  const usable = coins.filter(({ spendable, safe }) => spendable && safe);
  for (const pool of [usable.filter(({ confirmations }) => confirmations > 0), usable]) {
    const rising = pool.toSorted((a, b) => a.amount - b.amount);
    const exact = rising.find(({ amount }) => amount === target);
    const above = exact ?? rising.find(({ amount }) => amount >= target + MIN_OUTPUT);
    if (above !== undefined) return [above];
    const chosen: WalletCoin[] = [];
    let sum = 0;
    for (const coin of rising.toReversed()) {
      if (sum >= target) break;
      chosen.push(coin);
      sum += coin.amount;
    }
    if (sum >= target) return chosen;
  }
  return null;
}

const sumOf = (parts: readonly { readonly amount: number }[]): number =>
  parts.reduce((sum, { amount }) => sum + amount, 0);

interface Draft {
  readonly tx: Transaction;
  readonly fee: number;
  readonly changeAt: number;
}

function withChange(outputs: readonly TxOutput[], change: TxOutput, at: number): TxOutput[] {
  return [...outputs.slice(0, at), change, ...outputs.slice(at)];
}

/** Outputs less their share of the fee. */
function reduced(plan: SpendPlan, fee: number): readonly TxOutput[] {
  const { outputs, subtractFrom = [] } = plan;
  const share = Math.floor(fee / Math.max(1, subtractFrom.length));
  return outputs.map((output, at) => {
    const position = subtractFrom.indexOf(at);
    if (position < 0) return output;
    const rest = position === 0 ? fee % subtractFrom.length : 0;
    return { ...output, amount: (output.amount - share - rest) as MicroEmc };
  });
}

function draft(node: NodeState, wallet: SimWallet, plan: SpendPlan): Draft | SpendResult {
  const { inputs = [], fee: asked = 0, subtractFrom = [] } = plan;
  const isName = plan.outputs.some(({ script }) => nameOutput(script) !== null);
  const credit = Math.max(0, -asked);
  const coins = plan.only ?? wallet.coins();
  const changeScript = plan.changeScript ?? wallet.changeScript();
  const base = { version: isName ? NAME_VERSION : PLAIN_VERSION, time: node.now(), lockTime: 0 };
  let fee = Math.max(asked, MIN_OUTPUT);
  for (;;) {
    const outputs = reduced(plan, subtractFrom.length > 0 ? fee : 0);
    if (outputs.some(({ amount }) => amount < 0))
      return { ok: false, reason: "The transaction amount is too small to pay the fee", fee };
    const target = sumOf(plan.outputs) - credit + (subtractFrom.length === 0 ? fee : 0);
    const chosen =
      target > 0
        ? selectCoins(
            coins.filter(({ safe }) => safe),
            target,
          )
        : [];
    if (chosen === null) return { ok: false, reason: "Insufficient funds", fee };
    let change = sumOf(chosen) - target;
    const single = isName && chosen.length === 0 && inputs.length === 1 && outputs.length === 1;
    const first = outputs[0];
    const paid =
      single && change > 0 && first !== undefined
        ? [{ ...first, amount: (first.amount + change) as MicroEmc }]
        : [...outputs];
    if (single) change = 0;
    if (change > 0 && change < MIN_OUTPUT) {
      fee += change;
      change = 0;
    }
    const changeAt = change > 0 ? Math.min(plan.changeAt ?? node.below(paid.length + 1), paid.length) : -1;
    const all = change > 0 ? withChange(paid, { amount: change as MicroEmc, script: changeScript }, changeAt) : paid;
    const tx = {
      ...base,
      inputs: [...inputs, ...chosen.map((coin) => unsignedInput(coin, FINAL_SEQUENCE))],
      outputs: all,
    };
    const needed = flatFee(sizeOf(tx).bytes + INPUT_BYTES * tx.inputs.length);
    if (needed > MAX_FEE) return { ok: false, reason: "nFeeNeeded is over maxtxfee, transaction cancelled", fee };
    if (fee >= needed) return { tx, fee, changeAt };
    fee = needed;
  }
}

/** Builds and signs. Nothing is kept or sent. */
export function createTransaction(node: NodeState, wallet: SimWallet, plan: SpendPlan): SpendResult {
  const made = draft(node, wallet, plan);
  if ("ok" in made) return made;
  const { fee, changeAt } = made;
  if (sizeOf(made.tx).weight > MAX_WEIGHT) return { ok: false, reason: "Transaction too large", fee };
  if (fee > MAX_FEE) return { ok: false, reason: "Fee exceeds maximum configured by -maxtxfee", fee };
  if (plan.sign === false) return { ok: true, ...made };
  const signed = signWithWallet(node, wallet, made.tx);
  const complete = signed.tx.inputs.every((input, at) => isRandpay(input) || signed.complete[at] === true);
  if (wallet.isLocked || !complete) return { ok: false, reason: "Unable to sign transaction", fee };
  return { ok: true, tx: signed.tx, fee, changeAt };
}

/** What an input spends, as chain, mempool and wallet know it. */
export function spentOutput(node: NodeState, wallet: SimWallet | null, input: TxInput): SpentOutput | null {
  if (isRandpay(input)) return null;
  const coin =
    node.chain.utxo.get(outpointOf(input)) ??
    node.mempool.entries.get(input.txid)?.tx.outputs[input.vout] ??
    wallet?.previous(input);
  if (coin === undefined) return null;
  return wallet === null ? { script: coin.script, amount: coin.amount } : wallet.keys.spent(coin.script, coin.amount);
}

/** Signs what the wallet can; a locked wallet signs nothing. */
export function signWithWallet(
  node: NodeState,
  wallet: SimWallet,
  tx: Transaction,
): { readonly tx: Transaction; readonly complete: readonly boolean[] } {
  // The RANDPAY input is spent by the key of the first output: a wallet that has won can sign it.
  const spent = tx.inputs.map((input) => (isRandpay(input) ? randpayCoin(tx) : spentOutput(node, wallet, input)));
  const keys = wallet.isLocked ? [] : spent.flatMap((one) => (one === null ? [] : wallet.keys.secretsFor(one.script)));
  const solvable = spent.map((one) => (one !== null && wallet.keys.solvable(one.script) ? one : null));
  return signTransaction(node.crypto, tx, solvable, [...new Set(keys)]);
}

/** SendMoneyCheck. */
export function checkFunds(node: NodeState, wallet: SimWallet, amount: number): number {
  if (amount <= 0) throw new RpcError(RPC.PARAMETER, "Invalid amount");
  const balance = wallet.balances().trusted;
  if (amount > balance) throw new RpcError(RPC.NO_FUNDS, "Insufficient funds");
  if (node.mintOnly) {
    throw new RpcError(RPC.WALLET, "Error: Wallet unlocked for block minting only, unable to create transaction.");
  }
  return balance;
}

export const feeText = (fee: number): string =>
  `Error: This transaction requires a transaction fee of at least ${shortMoney(fee)}`;

/** FormatMoney: two decimals at least. */
export function shortMoney(micro: number): string {
  const [whole = "0", fraction = ""] = emcText(micro as MicroEmc).split(".");
  return `${whole}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
}

/** Builds, signs, keeps and sends, or throws as sendtoaddress does. Returns the id. */
export function sendMoney(
  node: NodeState,
  wallet: SimWallet,
  plan: SpendPlan,
  extra: { readonly comment?: string; readonly to?: string } = {},
): string {
  const amount = sumOf(plan.outputs);
  const balance = checkFunds(node, wallet, amount);
  const made = createTransaction(node, wallet, plan);
  if (!made.ok) {
    const short = (plan.subtractFrom ?? []).length === 0 && amount + made.fee > balance;
    throw new RpcError(RPC.WALLET, short ? feeText(made.fee) : made.reason);
  }
  return commit(node, wallet, made.tx, extra);
}

/** Keeps a transaction of this wallet and sends it. It stays with the wallet even if the mempool refuses it. */
export function commit(
  node: NodeState,
  wallet: SimWallet,
  tx: Transaction,
  extra: { readonly comment?: string; readonly to?: string } = {},
): string {
  const txid = node.txid(tx);
  wallet.see(txid, tx, extra);
  node.accept(tx);
  return txid;
}
