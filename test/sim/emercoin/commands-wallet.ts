// The wallet: balances, sending, its transactions and coins, reservations.

import { toHex } from "../../../src/base/index.ts";
import { isAddress, type TxOutput } from "../../../src/emercoin/index.ts";
import { descriptorOf } from "./address-info.ts";
import { type Call, type CommandTable, walletCommand } from "./commands.ts";
import { hashArgument } from "./commands-chain.ts";
import { unlocked } from "./commands-node.ts";
import { emc, fromLatin1, type Json } from "./json-values.ts";
import { amountOf, integerOf, objectOf } from "./rpc-args.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import type { SimWallet, WalletCoin, WalletTx } from "./sim-wallet.ts";
import { historyRows, transactionJson } from "./wallet-history.ts";
import { MIN_OUTPUT, sendMoney } from "./wallet-spend.ts";

function walletInfo(call: Call): Json {
  const { wallet } = call;
  const { trusted, pending, immature } = wallet.balances();
  return {
    walletname: wallet.name,
    walletversion: 169_900,
    balance: emc(trusted),
    unconfirmed_balance: emc(pending),
    immature_balance: emc(immature),
    txcount: wallet.txs.size,
    keypoololdest: wallet.born,
    keypoolsize: wallet.pool.external,
    keypoolsize_hd_internal: wallet.pool.internal,
    ...unlocked(call),
    paytxfee: emc(wallet.payFee),
    hdseedid: wallet.keys.seedId,
    private_keys_enabled: true,
    avoid_reuse: false,
    scanning: false,
  };
}

function balance({ wallet, args }: Call): Json {
  const least = args.integer(1, 0);
  if (least === 0) return emc(wallet.balances().trusted);
  const coins = wallet
    .coins({ locked: true })
    .filter((coin) => coin.spendable && coin.safe && coin.confirmations >= least);
  return emc(coins.reduce((sum, { amount }) => sum + amount, 0));
}

function output({ node, wallet }: Call, address: string, micro: number): TxOutput {
  if (!isAddress(node.crypto, address, node.network)) throw new RpcError(RPC.ADDRESS_OR_KEY, "Invalid address");
  return { amount: micro as TxOutput["amount"], script: wallet.script(address) };
}

function send(call: Call): Json {
  const { node, wallet, args } = call;
  const address = args.text(0);
  if (!isAddress(node.crypto, address, node.network)) throw new RpcError(RPC.ADDRESS_OR_KEY, "Invalid address");
  const amount = args.amount(1);
  if (amount < MIN_OUTPUT) throw new RpcError(RPC.TOO_SMALL, "Send amount too small");
  const [comment, to] = [args.text(2, ""), args.text(3, "")];
  const subtractFrom = args.boolean(4, false) ? [0] : [];
  wallet.ensureUnlocked();
  const extra = { ...(comment === "" ? {} : { comment }), ...(to === "" ? {} : { to }) };
  return sendMoney(node, wallet, { outputs: [output(call, address, amount)], subtractFrom }, extra);
}

function sendMany(call: Call): Json {
  const { node, wallet, args } = call;
  if (args.text(0, "") !== "") throw new RpcError(RPC.PARAMETER, 'Dummy value must be set to ""');
  const pairs = Object.entries(args.object(1)).map(([address, value]) => {
    const text = fromLatin1(address);
    if (!isAddress(node.crypto, text, node.network)) {
      throw new RpcError(RPC.ADDRESS_OR_KEY, `Invalid Bitcoin address: ${text}`);
    }
    const amount = amountOf(value);
    if (amount < MIN_OUTPUT) throw new RpcError(RPC.TYPE, "Invalid amount for send");
    return { text, output: output(call, text, amount) };
  });
  const reduced = args.has(4) ? args.list(4).map((one) => (typeof one === "string" ? fromLatin1(one) : "")) : [];
  wallet.ensureUnlocked();
  if (pairs.length === 0) throw new RpcError(RPC.NO_FUNDS, "Transaction must have at least one recipient");
  const subtractFrom = pairs.flatMap(({ text }, at) => (reduced.includes(text) ? [at] : []));
  return sendMoney(node, wallet, { outputs: pairs.map((pair) => pair.output), subtractFrom });
}

function found({ wallet, args }: Call): WalletTx {
  const entry = wallet.txs.get(hashArgument(args.text(0), "txid"));
  if (entry === undefined) throw new RpcError(RPC.ADDRESS_OR_KEY, "Invalid or non-wallet transaction id");
  return entry;
}

const inOrder = (wallet: SimWallet): readonly WalletTx[] => [...wallet.txs.values()].sort((a, b) => a.order - b.order);

function listTransactions({ node, wallet, args }: Call): Json {
  const label = args.text(0, "*");
  const [count, from, watch] = [args.integer(1, 10), args.integer(2, 0), args.boolean(3, false)];
  if (count < 0) throw new RpcError(RPC.PARAMETER, "Negative count");
  if (from < 0) throw new RpcError(RPC.PARAMETER, "Negative from");
  const options = { watch, ...(label === "*" ? {} : { label }) };
  const rows = inOrder(wallet).flatMap((entry) => historyRows(node, wallet, entry, options).toReversed());
  const end = Math.max(0, rows.length - from);
  return rows.slice(Math.max(0, end - count), end);
}

function listSinceBlock({ node, wallet, args }: Call): Json {
  const depth = args.integer(1, 1);
  if (depth < 1) throw new RpcError(RPC.PARAMETER, "Invalid parameter");
  const since = args.has(0) ? node.chain.byHash(hashArgument(args.text(0), "blockhash")) : undefined;
  if (args.has(0) && since === undefined) throw new RpcError(RPC.ADDRESS_OR_KEY, "Block not found");
  const newer = inOrder(wallet).filter(({ txid }) => {
    const at = node.chain.txs.get(txid)?.block.height;
    return since === undefined || at === undefined || at > since.height;
  });
  const watch = args.boolean(2, false);
  return {
    transactions: newer.flatMap((entry) => historyRows(node, wallet, entry, { watch })),
    removed: [],
    lastblock: node.chain.at(node.chain.height + 1 - depth)?.hash ?? "0".repeat(64),
  };
}

export function coinJson({ node, wallet }: Pick<Call, "node" | "wallet">, coin: WalletCoin): Json {
  const address = node.chain.addressText(coin.script);
  const label = wallet.label(coin.script);
  const { redeemScript, witnessScript } = wallet.keys.spent(coin.script, coin.amount as TxOutput["amount"]);
  const desc = descriptorOf(node, wallet, coin.script);
  return {
    txid: coin.txid,
    vout: coin.vout,
    ...(address === null ? {} : { address }),
    ...(label === undefined ? {} : { label }),
    ...(redeemScript === undefined ? {} : { redeemScript: toHex(redeemScript) }),
    ...(witnessScript === undefined ? {} : { witnessScript: toHex(witnessScript) }),
    scriptPubKey: toHex(coin.script),
    amount: emc(coin.amount),
    confirmations: coin.confirmations,
    spendable: coin.spendable,
    solvable: desc !== null,
    ...(desc === null ? {} : { desc }),
    safe: coin.safe,
  };
}

function listUnspent(call: Call): Json {
  const { node, wallet, args } = call;
  const [least, most] = [args.integer(0, 1), args.integer(1, 9_999_999)];
  const addresses = args.has(2) ? args.list(2).map((one) => (typeof one === "string" ? fromLatin1(one) : "")) : [];
  for (const address of addresses) {
    if (!isAddress(node.crypto, address, node.network)) {
      throw new RpcError(RPC.ADDRESS_OR_KEY, `Invalid Bitcoin address: ${address}`);
    }
  }
  const unsafe = args.boolean(3, true);
  const query = args.has(4) ? args.object(4) : {};
  const [low, high] = [query.minimumAmount, query.maximumAmount];
  return wallet
    .coins()
    .filter(({ confirmations, safe }) => confirmations >= least && confirmations <= most && (unsafe || safe))
    .filter(({ script }) => addresses.length === 0 || addresses.includes(node.chain.addressText(script) ?? ""))
    .filter(({ amount }) => low === undefined || amount >= amountOf(low))
    .filter(({ amount }) => high === undefined || amount <= amountOf(high))
    .map((coin) => coinJson(call, coin));
}

function lockUnspent(call: Call): Json {
  const { wallet, args } = call;
  args.check("bool", "array");
  const unlock = args.boolean(0);
  if (!args.has(1)) {
    if (unlock) wallet.locked.clear();
    return true;
  }
  const outpoints = args.list(1).map((entry) => {
    const { txid, vout } = objectOf(entry);
    if (typeof txid !== "string") throw new RpcError(RPC.TYPE, "Missing txid");
    const n = integerOf(vout);
    if (n < 0) throw new RpcError(RPC.PARAMETER, "Invalid parameter, vout must be positive");
    const tx = wallet.txs.get(hashArgument(txid, "txid"))?.tx;
    if (tx === undefined) throw new RpcError(RPC.PARAMETER, "Invalid parameter, unknown transaction");
    if (tx.outputs[n] === undefined) throw new RpcError(RPC.PARAMETER, "Invalid parameter, vout index out of bounds");
    const outpoint = `${txid}:${n}`;
    if (call.node.chain.spenders.has(outpoint) || call.node.mempool.spenders.has(outpoint))
      throw new RpcError(RPC.PARAMETER, "Invalid parameter, expected unspent output");
    if (unlock && !wallet.locked.has(outpoint))
      throw new RpcError(RPC.PARAMETER, "Invalid parameter, expected locked output");
    if (!unlock && wallet.locked.has(outpoint))
      throw new RpcError(RPC.PARAMETER, "Invalid parameter, output already locked");
    return outpoint;
  });
  for (const outpoint of outpoints) {
    if (unlock) wallet.locked.delete(outpoint);
    else wallet.locked.add(outpoint);
  }
  return true;
}

interface Received {
  amount: number;
  confirmations: number;
  readonly txids: string[];
}

/** What came to each address of the wallet. */
function receivedBy({ node, wallet }: Call, least: number, watch: boolean): ReadonlyMap<string, Received> {
  const sums = new Map<string, Received>();
  for (const { txid, tx } of inOrder(wallet)) {
    const confirmations = wallet.confirmations(txid);
    if (confirmations < least || wallet.isImmature(txid)) continue;
    for (const { amount, script } of tx.outputs) {
      const mine = wallet.keys.mine(script);
      const address = node.chain.addressText(script);
      if (address === null || mine === null || (mine === "watched" && !watch)) continue;
      const sum = sums.get(address) ?? { amount: 0, confirmations, txids: [] };
      sums.set(address, sum);
      sum.amount += amount;
      sum.confirmations = Math.min(sum.confirmations, confirmations);
      if (!sum.txids.includes(txid)) sum.txids.push(txid);
    }
  }
  return sums;
}

function listReceived(call: Call): Json {
  const { wallet, args } = call;
  const [least, empty, watch] = [args.integer(0, 1), args.boolean(1, false), args.boolean(2, false)];
  const only = args.has(3) ? args.text(3) : null;
  const sums = receivedBy(call, least, watch);
  return [...wallet.labels].flatMap(([address, { label }]) => {
    const sum = sums.get(address);
    if ((sum === undefined && !empty) || (only !== null && only !== address)) return [];
    const watched = wallet.keys.mine(wallet.script(address)) === "watched" ? { involvesWatchonly: true } : {};
    const { amount = 0, confirmations = 0, txids = [] } = sum ?? {};
    return [{ ...watched, address, amount: emc(amount), confirmations, label, txids }];
  });
}

function receivedByAddress(call: Call): Json {
  const { node, wallet, args } = call;
  const address = args.text(0);
  if (!isAddress(node.crypto, address, node.network)) throw new RpcError(RPC.ADDRESS_OR_KEY, "Invalid Bitcoin address");
  if (wallet.keys.mine(wallet.script(address)) === null) throw new RpcError(RPC.WALLET, "Address not found in wallet");
  return emc(receivedBy(call, args.integer(1, 1), true).get(address)?.amount ?? 0);
}

function abandon(call: Call): Json {
  const entry = found(call);
  const eligible = call.wallet.confirmations(entry.txid) === 0 && !call.node.mempool.entries.has(entry.txid);
  if (!eligible || entry.abandoned) throw new RpcError(RPC.ADDRESS_OR_KEY, "Transaction not eligible for abandonment");
  entry.abandoned = true;
  return null;
}

export const walletCommands: CommandTable = {
  getwalletinfo: walletCommand("getwalletinfo", walletInfo),
  getbalance: walletCommand('getbalance ( "dummy" minconf include_watchonly avoid_reuse )', balance),
  getunconfirmedbalance: walletCommand("getunconfirmedbalance", ({ wallet }) => emc(wallet.balances().pending)),
  getbalances: walletCommand("getbalances", ({ wallet }) => {
    const { trusted, pending, immature } = wallet.balances();
    return { mine: { trusted: emc(trusted), untrusted_pending: emc(pending), immature: emc(immature) } };
  }),
  sendtoaddress: walletCommand(
    'sendtoaddress "address" amount ( "comment" "comment_to" subtractfeefromamount replaceable conf_target "estimate_mode" avoid_reuse )',
    send,
  ),
  sendmany: walletCommand(
    'sendmany "" {"address":amount} ( minconf "comment" ["address",...] replaceable conf_target "estimate_mode" )',
    sendMany,
    "dummy amounts minconf? comment? subtractfeefrom? replaceable? conf_target? estimate_mode?",
  ),
  gettransaction: walletCommand('gettransaction "txid" ( include_watchonly verbose )', (call) =>
    transactionJson(call.node, call.wallet, found(call), call.args.boolean(1, false)),
  ),
  listtransactions: walletCommand('listtransactions ( "label" count skip include_watchonly )', listTransactions),
  listsinceblock: walletCommand(
    'listsinceblock ( "blockhash" target_confirmations include_watchonly include_removed )',
    listSinceBlock,
  ),
  listunspent: walletCommand(
    'listunspent ( minconf maxconf ["address",...] include_unsafe query_options )',
    listUnspent,
    "minconf? maxconf? addresses? include_unsafe? query_options?",
  ),
  lockunspent: walletCommand(
    'lockunspent unlock ( [{"txid":"hex","vout":n},...] )',
    lockUnspent,
    "unlock transactions?",
  ),
  listlockunspent: walletCommand("listlockunspent", ({ wallet }) =>
    [...wallet.locked].map((outpoint) => {
      const [txid = "", vout] = outpoint.split(":");
      return { txid, vout: Number(vout) };
    }),
  ),
  listreceivedbyaddress: walletCommand(
    'listreceivedbyaddress ( minconf include_empty include_watchonly "address_filter" )',
    listReceived,
  ),
  getreceivedbyaddress: walletCommand('getreceivedbyaddress "address" ( minconf )', receivedByAddress),
  abandontransaction: walletCommand('abandontransaction "txid"', abandon),
  settxfee: walletCommand("settxfee amount", ({ args, wallet }) => {
    wallet.payFee = Math.max(100, args.amount(0));
    return true;
  }),
};
