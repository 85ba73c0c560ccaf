// The wallet's transactions as rows: what was sent, what came in (ListTransactions of rpcwallet.cpp).

import { transactionHex } from "../../../src/emercoin/index.ts";
import { isCoinbase, isRandpay, outpointOf } from "./chain-state.ts";
import { emc, type Json } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import type { SimWallet, WalletTx } from "./sim-wallet.ts";

type Row = { [key: string]: Json };

interface Flow {
  readonly debit: number;
  readonly credit: number;
  /** Below 0; null where it is not ours. */
  readonly fee: number | null;
}

function isOwn(wallet: SimWallet, script: Uint8Array, watch: boolean): boolean {
  const mine = wallet.keys.mine(script);
  return mine === "spendable" || (watch && mine === "watched");
}

/** What a transaction took from the wallet and brought to it. */
export function flowOf(wallet: SimWallet, { tx }: WalletTx, watch = false): Flow {
  const spent = tx.inputs.flatMap((input) => wallet.previous(input) ?? []);
  const debit = spent.filter(({ script }) => isOwn(wallet, script, watch)).reduce((sum, { amount }) => sum + amount, 0);
  const own = tx.outputs.filter(({ script }) => isOwn(wallet, script, watch));
  const credit = own.reduce((sum, { amount }) => sum + amount, 0);
  const out = tx.outputs.reduce((sum, { amount }) => sum + amount, 0);
  return { debit, credit, fee: debit > 0 ? out - debit : null };
}

function walletConflicts(node: NodeState, wallet: SimWallet, { txid, tx }: WalletTx): readonly string[] {
  const own = new Set(tx.inputs.filter((input) => !isRandpay(input)).map(outpointOf));
  const rivals = [...own].flatMap((outpoint) => [
    node.chain.spenders.get(outpoint),
    node.mempool.spenders.get(outpoint),
  ]);
  return [...new Set(rivals)].flatMap((one) =>
    one === undefined || one === txid || !wallet.txs.has(one) ? [] : [one],
  );
}

/** What all rows of one transaction have in common. */
export function commonJson(node: NodeState, wallet: SimWallet, entry: WalletTx): Row {
  const { txid, tx } = entry;
  const confirmations = wallet.confirmations(txid);
  const found = node.chain.txs.get(txid);
  return {
    confirmations,
    ...(isCoinbase(tx) ? { generated: true } : {}),
    ...(found === undefined
      ? { trusted: wallet.isTrusted(txid) }
      : { blockhash: found.block.hash, blockindex: found.index, blocktime: found.block.time }),
    txid,
    walletconflicts: walletConflicts(node, wallet, entry),
    time: Math.min(entry.received, tx.time) || entry.received,
    timereceived: entry.received,
    ...(entry.comment === undefined ? {} : { comment: entry.comment }),
    ...(entry.to === undefined ? {} : { to: entry.to }),
  };
}

function receivedCategory(node: NodeState, wallet: SimWallet, { txid, tx }: WalletTx): string {
  if (!isCoinbase(tx)) return "receive";
  if (!node.chain.txs.has(txid)) return "orphan";
  return wallet.isImmature(txid) ? "immature" : "generate";
}

/** One row for each output that left and each that came, without what `commonJson` tells. */
export function rowsOf(
  node: NodeState,
  wallet: SimWallet,
  entry: WalletTx,
  options: { readonly label?: string; readonly watch?: boolean } = {},
): readonly Row[] {
  const { tx } = entry;
  const { debit, fee } = flowOf(wallet, entry, options.watch);
  const rows = (sent: boolean): Row[] =>
    [...tx.outputs.entries()].flatMap(([vout, { amount, script }]) => {
      const own = isOwn(wallet, script, options.watch ?? false);
      if (
        sent
          ? debit === 0 || wallet.isChange(script)
          : !own || (debit > 0 && wallet.isChange(script) && !isHandedOut(node, wallet, script))
      )
        return [];
      const label = wallet.label(script);
      if (options.label !== undefined && options.label !== label) return [];
      const address = node.chain.addressText(script);
      return [
        {
          ...(wallet.keys.mine(script) === "watched" ? { involvesWatchonly: true } : {}),
          ...(address === null ? {} : { address }),
          category: sent ? "send" : receivedCategory(node, wallet, entry),
          amount: emc(sent ? -amount : amount),
          ...(label === undefined ? {} : { label }),
          vout,
          ...(sent ? { fee: emc(fee ?? 0), abandoned: entry.abandoned } : {}),
        },
      ];
    });
  return [...rows(true), ...rows(false)];
}

function isHandedOut(node: NodeState, wallet: SimWallet, script: Uint8Array): boolean {
  const text = node.chain.addressText(script);
  return text !== null && wallet.labels.has(text);
}

/** Rows of `listtransactions`, with what they have in common behind them. */
export function historyRows(
  node: NodeState,
  wallet: SimWallet,
  entry: WalletTx,
  options: { readonly label?: string; readonly watch?: boolean } = {},
): readonly Row[] {
  return rowsOf(node, wallet, entry, options).map(({ abandoned, ...row }) => ({
    ...row,
    ...commonJson(node, wallet, entry),
    ...(abandoned === undefined ? {} : { abandoned }),
  }));
}

export function transactionJson(node: NodeState, wallet: SimWallet, entry: WalletTx, watch: boolean): Json {
  const { debit, credit, fee } = flowOf(wallet, entry, watch);
  return {
    amount: emc(credit - debit - (fee ?? 0)),
    ...(fee === null ? {} : { fee: emc(fee) }),
    ...commonJson(node, wallet, entry),
    details: rowsOf(node, wallet, entry, { watch }),
    hex: transactionHex(entry.tx),
  };
}
