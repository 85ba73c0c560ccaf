// Blocks, transactions in them, the mempool, unspent outputs.

import { encodeTransaction, transactionHex } from "../../../src/emercoin/index.ts";
import { type Call, type CommandTable, command } from "./commands.ts";
import { addressScripts } from "./descriptors.ts";
import { emc, type Json } from "./json-values.ts";
import type { MempoolEntry } from "./mempool.ts";
import type { NodeState } from "./node-state.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import { blockHex, blockJson, headerJson, scriptJson, txJson } from "./tx-json.ts";

const POW = 7.320995568174572e-8;
const POS = 0.06249910592947572;

export function hashArgument(text: string, name: string): string {
  if (text.length !== 64) {
    throw new RpcError(RPC.PARAMETER, `${name} must be of length 64 (not ${text.length}, for '${text}')`);
  }
  if (!/^[0-9a-fA-F]{64}$/.test(text))
    throw new RpcError(RPC.PARAMETER, `${name} must be hexadecimal string (not '${text}')`);
  return text.toLowerCase();
}

function blockOf({ node, args }: Call) {
  const block = node.chain.byHash(hashArgument(args.text(0), "blockhash"));
  if (block === undefined) throw new RpcError(RPC.ADDRESS_OR_KEY, "Block not found");
  return block;
}

function verbosity({ args }: Call): number {
  const value = args.at(1);
  if (typeof value === "boolean") return value ? 1 : 0;
  return args.integer(1, 1);
}

function entryJson(node: NodeState, entry: MempoolEntry): Json {
  const { mempool } = node;
  const families = [ancestors(node, entry.txid), descendants(node, entry.txid)].map((ids) =>
    [...ids].flatMap((id) => mempool.entries.get(id) ?? []),
  );
  const [up = [], down = []] = families;
  const sizes = (entries: readonly MempoolEntry[]): number => entries.reduce((sum, one) => sum + sizeOf(one), 0);
  const fees = (entries: readonly MempoolEntry[]): number => entries.reduce((sum, { fee }) => sum + fee, 0);
  const { vsize = 0, weight = 0 } = txJson(node, entry.tx);
  return {
    fees: { base: emc(entry.fee), modified: emc(entry.fee), ancestor: emc(fees(up)), descendant: emc(fees(down)) },
    vsize,
    weight,
    fee: emc(entry.fee),
    modifiedfee: emc(entry.fee),
    time: entry.time,
    height: entry.height,
    descendantcount: down.length,
    descendantsize: sizes(down),
    descendantfees: fees(down),
    ancestorcount: up.length,
    ancestorsize: sizes(up),
    ancestorfees: fees(up),
    wtxid: mempool.wtxid(entry),
    depends: mempool.parents(entry.txid),
    spentby: mempool.children(entry.txid),
  };
}

const sizeOf = ({ tx }: MempoolEntry): number => encodeTransaction(tx).length;

function closure(start: string, next: (txid: string) => readonly string[]): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let txid = open.pop(); txid !== undefined; txid = open.pop()) {
    if (seen.has(txid)) continue;
    seen.add(txid);
    open.push(...next(txid));
  }
  return seen;
}

const ancestors = (node: NodeState, txid: string) => closure(txid, (id) => node.mempool.parents(id));
const descendants = (node: NodeState, txid: string) => closure(txid, (id) => node.mempool.children(id));

function rawTransaction(call: Call): Json {
  const { node, args } = call;
  const txid = hashArgument(args.text(0), "parameter 1");
  const found = node.chain.txs.get(txid);
  const tx = found?.tx ?? node.mempool.entries.get(txid)?.tx;
  if (args.has(2)) {
    const block = node.chain.byHash(hashArgument(args.text(2), "parameter 3"));
    if (block === undefined) throw new RpcError(RPC.ADDRESS_OR_KEY, "Block hash not found");
  }
  if (tx === undefined) {
    const text = "No such mempool or blockchain transaction. Use gettransaction for wallet transactions.";
    throw new RpcError(RPC.ADDRESS_OR_KEY, text);
  }
  const verbose = args.at(1);
  if (verbose === null || verbose === false || verbose === 0) return transactionHex(tx);
  const where =
    found === undefined
      ? {}
      : {
          blockhash: found.block.hash,
          confirmations: node.chain.height - found.block.height + 1,
          time: tx.time,
          blocktime: found.block.time,
        };
  return { ...txJson(node, tx), ...where };
}

function txOut({ node, args }: Call): Json {
  const outpoint = `${hashArgument(args.text(0), "txid")}:${args.integer(1)}`;
  const waiting = args.boolean(2, true);
  const coin = waiting ? node.mempool.coin(outpoint) : node.chain.utxo.get(outpoint);
  if (coin === undefined) return null;
  return {
    bestblock: node.chain.tip.hash,
    confirmations: Math.max(0, node.chain.height - coin.height + 1),
    value: emc(coin.amount),
    scriptPubKey: scriptJson(node, coin.script),
    coinbase: coin.coinbase,
    coinstake: false,
  };
}

function scan({ node, args }: Call): Json {
  const action = args.text(0);
  if (action === "status") return null;
  if (action === "abort") return false;
  if (action !== "start") throw new RpcError(RPC.PARAMETER, "Invalid command");
  if (!args.has(1)) throw new RpcError(RPC.MISC, "scanobjects argument is required for the start action");
  const wanted = args.list(1).flatMap((object) => addressScripts(node, object));
  const descriptors = new Map(
    wanted.map(({ script, descriptor }) => [Buffer.from(script).toString("hex"), descriptor]),
  );
  const unspents = [...node.chain.utxo].flatMap(([outpoint, coin]) => {
    const hex = Buffer.from(coin.script).toString("hex");
    const desc = descriptors.get(hex);
    const [txid = "", vout] = outpoint.split(":");
    if (desc === undefined) return [];
    return [{ txid, vout: Number(vout), scriptPubKey: hex, desc, micro: coin.amount, height: coin.height }];
  });
  return {
    success: true,
    txouts: node.chain.utxo.size,
    height: node.chain.height,
    bestblock: node.chain.tip.hash,
    unspents: unspents.map(({ micro, height, ...one }) => ({ ...one, amount: emc(micro), height })),
    total_amount: emc(unspents.reduce((sum, { micro }) => sum + micro, 0)),
  };
}

function chainInfo({ node }: Call): Json {
  const { chain } = node;
  const buried = (active: boolean, height: number): Json => ({ type: "buried", active, height });
  return {
    chain: node.network,
    blocks: chain.height,
    headers: chain.height,
    bestblockhash: chain.tip.hash,
    difficulty: POW,
    mediantime: chain.medianTime(),
    verificationprogress: 1,
    initialblockdownload: node.downloading || chain.height === 0,
    chainwork: (chain.height + 1).toString(16).padStart(64, "0"),
    size_on_disk: 228 + 310 * chain.height,
    pruned: false,
    softforks: {
      bip34: buried(false, 100_000_000),
      bip66: buried(true, 0),
      bip65: buried(true, 0),
      csv: buried(true, 0),
      segwit: buried(true, 0),
    },
    warnings: "",
  };
}

async function waitFor(call: Call, milliseconds: number, done: () => boolean): Promise<Json> {
  const { node } = call;
  const end = node.clock.monotonic() + milliseconds;
  while (!done()) {
    const left = milliseconds === 0 ? 0 : end - node.clock.monotonic();
    if (milliseconds > 0 && left <= 0) break;
    await node.nextTip(left);
    if (milliseconds === 0 && node.warmUp !== null) break;
  }
  return { hash: node.chain.tip.hash, height: node.chain.height };
}

function totals(node: NodeState): number {
  return [...node.chain.utxo.values()].reduce((sum, { amount }) => sum + amount, 0);
}

export const chainCommands: CommandTable = {
  getblockcount: command("getblockcount", ({ node }) => node.chain.height),
  getbestblockhash: command("getbestblockhash", ({ node }) => node.chain.tip.hash),
  getblockhash: command("getblockhash height", ({ node, args }) => {
    const block = node.chain.at(args.integer(0));
    if (block === undefined) throw new RpcError(RPC.PARAMETER, "Block height out of range");
    return block.hash;
  }),
  getblock: command('getblock "blockhash" ( verbosity )', (call) => {
    const block = blockOf(call);
    const level = verbosity(call);
    return level <= 0 ? blockHex(block) : blockJson(call.node, block, level);
  }),
  getblockheader: command('getblockheader "blockhash" ( verbose )', (call) => headerJson(call.node, blockOf(call))),
  getblockchaininfo: command("getblockchaininfo", chainInfo),
  getdifficulty: command("getdifficulty", () => ({
    "proof-of-work": POW,
    "proof-of-stake": POS,
    "search-interval": 0,
  })),
  getmininginfo: command("getmininginfo", ({ node }) => ({
    blocks: node.chain.height,
    difficulty: POW,
    networkhashps: 1.100825567803993e-7,
    pooledtx: node.mempool.entries.size,
    chain: node.network,
    warnings: "",
  })),
  getchaintips: command("getchaintips", ({ node }) => [
    { height: node.chain.height, hash: node.chain.tip.hash, branchlen: 0, status: "active" },
  ]),
  getcheckpoint: command("getcheckpoint", ({ node }) => ({
    synccheckpoint: node.chain.at(0)?.hash ?? "",
    height: 0,
    timestamp: "2013-12-09T22:27:13Z",
  })),
  getrawmempool: command("getrawmempool ( verbose )", ({ node, args }) => {
    const entries = [...node.mempool.entries.values()];
    if (!args.boolean(0, false)) return entries.map(({ txid }) => txid);
    return Object.fromEntries(entries.map((entry) => [entry.txid, entryJson(node, entry)]));
  }),
  getmempoolentry: command('getmempoolentry "txid"', ({ node, args }) => {
    const entry = node.mempool.entries.get(hashArgument(args.text(0), "parameter 1"));
    if (entry === undefined) throw new RpcError(RPC.ADDRESS_OR_KEY, "Transaction not in mempool");
    return entryJson(node, entry);
  }),
  getmempoolinfo: command("getmempoolinfo", ({ node }) => {
    const bytes = [...node.mempool.entries.values()].reduce((sum, entry) => sum + sizeOf(entry), 0);
    return {
      loaded: true,
      size: node.mempool.entries.size,
      bytes,
      usage: bytes,
      maxmempool: 300_000_000,
      mempoolminfee: emc(100),
      minrelaytxfee: emc(100),
    };
  }),
  getrawtransaction: command('getrawtransaction "txid" ( verbose "blockhash" )', rawTransaction),
  gettxout: command('gettxout "txid" n ( include_mempool )', txOut),
  gettxoutsetinfo: command("gettxoutsetinfo", ({ node }) => ({
    height: node.chain.height,
    bestblock: node.chain.tip.hash,
    transactions: node.chain.txs.size,
    txouts: node.chain.utxo.size,
    bogosize: 80 * node.chain.utxo.size,
    hash_serialized_2: node.chain.tip.merkleRoot,
    disk_size: 0,
    total_amount: emc(totals(node)),
  })),
  scantxoutset: command('scantxoutset "action" ( [scanobjects,...] )', scan, { names: "action scanobjects?" }),
  waitfornewblock: command("waitfornewblock ( timeout )", (call) => {
    const before = call.node.chain.tip.hash;
    return waitFor(call, call.args.integer(0, 0), () => call.node.chain.tip.hash !== before);
  }),
  waitforblockheight: command("waitforblockheight height ( timeout )", (call) => {
    const height = call.args.integer(0);
    return waitFor(call, call.args.integer(1, 0), () => call.node.chain.height >= height);
  }),
  invalidateblock: command('invalidateblock "blockhash"', (call) => {
    const block = blockOf(call);
    call.node.invalidate(block.hash);
    return null;
  }),
  reconsiderblock: command('reconsiderblock "blockhash"', ({ node, args }) => {
    node.reconsider(hashArgument(args.text(0), "blockhash"));
    return null;
  }),
};

export { totals };
