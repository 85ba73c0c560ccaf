// Reading names: name_show, name_filter and their kin, with the orders, cuts and oddities of namecoin.cpp.

import type { CoinCrypto } from "../../../src/base/index.ts";
import { type Call, type CommandTable, command, walletCommand } from "./commands.ts";
import { ByteText, type Json, latin1Bytes } from "./json-values.ts";
import { isDeleted, lastOp, type NameOp, type NameState, nameOutput } from "./name-index.ts";
import type { NodeState } from "./node-state.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import type { SimWallet } from "./sim-wallet.ts";

const CUT = "\n...(value too large - use name_show to see full value)";

/** A value as the caller wants it; any other word than these two means text. */
function encoded(value: string, type: string): string {
  const bytes = Buffer.from(value, "latin1");
  return type === "hex" ? bytes.toString("hex") : type === "base64" ? bytes.toString("base64") : value;
}

function shown(value: string, type: string, limit = 0): ByteText {
  const text = encoded(value, type);
  return new ByteText(limit > 0 && text.length > limit ? text.slice(0, limit) + CUT : text);
}

export function refuseWhileDownloading(node: NodeState): void {
  if (node.downloading || node.chain.height === 0) {
    throw new RpcError(RPC.DOWNLOADING, "Emercoin is downloading blocks...");
  }
}

function expiry(node: NodeState, state: NameState): { [key: string]: Json } {
  const expires_in = state.expiresAt - node.chain.height;
  return { expires_in, ...(expires_in <= 0 ? { expired: true } : {}) };
}

function show({ node, args }: Call): Json {
  refuseWhileDownloading(node);
  const name = args.latin1(0);
  const type = args.given(1);
  const state = node.chain.names.get(name);
  if (state === undefined) throw new RpcError(RPC.WALLET, "failed to read from name DB");
  const op = lastOp(state);
  if (op === undefined) throw new RpcError(RPC.WALLET, "no result returned");
  // The third argument names a file that the node would write the value to: it does not happen here.
  return {
    name: new ByteText(name),
    value: shown(op.value, type),
    txid: op.txid,
    address: node.chain.addressText(op.script) ?? "",
    vout: op.vout,
    expires_in: state.expiresAt - node.chain.height,
    expires_at: state.expiresAt,
    time: op.time,
    ...(isDeleted(state) ? { deleted: true } : state.expiresAt <= node.chain.height ? { expired: true } : {}),
  };
}

/** The words of xpressive for what JavaScript finds wrong. */
function patternFault(message: string): string {
  if (/nothing to repeat/i.test(message)) return "quantifier not expected";
  if (/character class/i.test(message)) return "unexpected end of pattern found";
  return /group|unmatched/i.test(message) ? "mismatched parenthesis" : "invalid pattern";
}

/** Boost's xpressive is close to JavaScript's; an inline `(?i)` becomes a flag. Bytes are letters on both sides. */
function pattern(text: string): RegExp | null {
  if (text === "") return null;
  if (/(^|[^\\])\{(?!\d+(,\d*)?\})/.test(text)) throw new RpcError(RPC.MISC, "invalid quantifier");
  const inline = /^\(\?([ims]+)\)/.exec(text);
  try {
    return new RegExp(inline === null ? text : text.slice(inline[0].length), inline?.[1] ?? "");
  } catch (error) {
    throw new RpcError(RPC.MISC, patternFault(error instanceof Error ? error.message : ""));
  }
}

function filter({ node, args }: Call): Json {
  refuseWhileDownloading(node);
  const [text, maxAge, from, count] = [args.given(0), args.givenInteger(1), args.givenInteger(2), args.givenInteger(3)];
  const stat = args.given(4) === "stat";
  const [type, limit] = [args.given(5), args.givenInteger(6)];
  const regexp = pattern(text);
  const rows: { readonly registered: number; readonly json: Json }[] = [];
  let passed = 0;
  for (const [name, state] of node.chain.names.scan()) {
    if (regexp !== null && !regexp.test(name)) continue;
    const registered = state.ops[state.born]?.height ?? 0;
    if (maxAge !== 0 && node.chain.height - registered >= maxAge) continue;
    if (++passed <= from) continue;
    const value = shown(lastOp(state)?.value ?? "", type, limit);
    rows.push({
      registered,
      json: { name: new ByteText(name), value, registered_at: registered, ...expiry(node, state) },
    });
    if (count > 0 && rows.length >= count) break;
  }
  // The count comes from a list that stays empty in this case: a fault of the node that clients see.
  if (stat) return { blocks: node.chain.height, count: 0 };
  return rows.sort((a, b) => a.registered - b.registered).map(({ json }) => json);
}

function scanNames({ node, args }: Call): Json {
  refuseWhileDownloading(node);
  const start = args.given(0);
  // How many is read and then ignored, as in the node.
  args.givenInteger(1, 500);
  const [limit, type] = [args.givenInteger(2), args.given(3)];
  return [...node.chain.names.scan(start)].map(([name, state]) => ({
    name: new ByteText(name),
    value: shown(lastOp(state)?.value ?? "", type, limit),
    ...expiry(node, state),
  }));
}

function scanAddress({ node, args }: Call): Json {
  refuseWhileDownloading(node);
  const [address, limit, type] = [args.text(0), args.givenInteger(1), args.given(2)];
  const names = node.chain.names.ofAddress(address);
  if (names === null) throw new RpcError(RPC.WALLET, "found nothing");
  return names.flatMap((name) => {
    const state = node.chain.names.get(name);
    const op = state === undefined ? undefined : lastOp(state);
    if (state === undefined || op === undefined) return [];
    const { expires_in = 0, ...flags } = expiry(node, state);
    return [
      {
        name: new ByteText(name),
        value: shown(op.value, type, limit),
        txid: op.txid,
        nOut: op.vout,
        expires_in,
        expires_at: state.expiresAt,
        time: op.time,
        ...flags,
      },
    ];
  });
}

function ownerJson(
  node: NodeState,
  wallet: SimWallet,
  script: Uint8Array,
): { readonly address: string; readonly mine: { [key: string]: Json } } {
  const mine = wallet.keys.mine(script) === "spendable";
  return { address: node.chain.addressText(script) ?? "", mine: mine ? { address_is_mine: "true" } : {} };
}

function changeJson(
  operation: NameOp["operation"],
  days: number,
  value: string,
  type: string,
): { [key: string]: Json } {
  const done = { operation: `name_${operation}` };
  return operation === "delete" ? done : { ...done, days_added: days, value: shown(value, type) };
}

function history({ node, args, wallet }: Call): Json {
  refuseWhileDownloading(node);
  const [name, full, type] = [args.latin1(0), args.boolean(1, false), args.given(2)];
  const state = node.chain.names.get(name);
  if (state === undefined) throw new RpcError(RPC.NAME_DB, "failed to read from name DB");
  if (state.ops.length === 0) {
    throw new RpcError(RPC.NAME_DB, "record for this name exists, but transaction list is empty");
  }
  if (!full && !node.chain.names.isActive(name, node.chain.height)) {
    throw new RpcError(RPC.MISC, "record for this name exists, but this name is not active");
  }
  return state.ops.slice(full ? 0 : state.born).map((op) => {
    const { address, mine } = ownerJson(node, wallet, op.script);
    const where = { txid: op.txid, time: op.time, height: op.height, address, vout: op.vout };
    return { ...where, ...mine, ...changeJson(op.operation, op.days, op.value, type) };
  });
}

/** By the bytes of the name. */
const byName = <T>([a]: readonly [string, T], [b]: readonly [string, T]): number => (a < b ? -1 : 1);

function pending({ node, args, wallet }: Call): Json {
  const type = args.given(0);
  return [...node.mempool.pendingNames].sort(byName).flatMap(([name, marks]) =>
    [...marks.values()].flatMap(({ txid, vout }) => {
      const tx = node.mempool.entries.get(txid)?.tx;
      const output = tx === undefined ? null : nameOutput(tx.outputs[vout]?.script ?? new Uint8Array(0));
      if (tx === undefined || output === null) return [];
      const { address, mine } = ownerJson(node, wallet, output.script);
      const change = changeJson(output.operation, output.days, output.value, type);
      return [{ name: new ByteText(name), txid, time: tx.time, address, ...mine, ...change }];
    }),
  );
}

function list({ node, args, wallet }: Call): Json {
  refuseWhileDownloading(node);
  const [only, type] = [args.given(0), args.given(1)];
  const names = new Set(
    [...wallet.txs.values()].flatMap(({ tx }) => tx.outputs.flatMap(({ script }) => nameOutput(script)?.name ?? [])),
  );
  return [...names].sort().flatMap((name) => {
    const state = node.chain.names.get(name);
    const op = state === undefined ? undefined : lastOp(state);
    if (state === undefined || op === undefined || isDeleted(state) || (only !== "" && only !== name)) return [];
    const { address, mine } = ownerJson(node, wallet, op.script);
    const transferred = mine.address_is_mine === undefined ? { transferred: true } : {};
    return [
      { name: new ByteText(name), value: shown(op.value, type), ...transferred, address, ...expiry(node, state) },
    ];
  });
}

function digest(crypto: CoinCrypto, parts: readonly string[]): string {
  return Buffer.from(crypto.sha256(latin1Bytes(parts.join("\0")))).toString("hex");
}

function indexInfo({ node, args }: Call): Json {
  const kind = args.givenInteger(0);
  if (kind < 0 || kind > 2) throw new RpcError(RPC.PARAMETER, "indextype out of range");
  const { chain } = node;
  const rows = [...chain.names.scan()];
  const texts = rows.map(([name, state]) => `${name}=${state.ops.map((op) => op.value).join(",")}`);
  const bytes = texts.reduce((sum, text) => sum + text.length, 0);
  const hash = digest(node.crypto, texts);
  const own = { records_name: chain.names.size, bytes_name: bytes, hash_name: hash };
  const owners = rows.map(([, state]) => chain.addressText(lastOp(state)?.script ?? new Uint8Array(0)) ?? "").sort();
  const byAddress = {
    records_address: chain.names.addresses,
    bytes_address: owners.reduce((sum, text) => sum + text.length, 0),
    hash_address: digest(node.crypto, owners),
  };
  return {
    height: chain.height,
    bestblock: chain.tip.hash,
    ...(kind === 2 ? {} : own),
    ...(kind === 1 ? {} : byAddress),
  };
}

export const nameCommands: CommandTable = {
  name_show: command("name_show <name> [valuetype] [filepath]", show),
  name_filter: command("name_filter [regexp] [maxage=0] [from=0] [nb=0] [stat] [valuetype]", filter, {
    names: "regexp? maxage? from? nb? stat? valuetype? max-value-length?",
  }),
  name_scan: command("name_scan [start-name] [max-returned] [max-value-length=0] [valuetype]", scanNames),
  name_scan_address: command("name_scan_address <address> [max-value-length=0] [valuetype]", scanAddress),
  name_history: walletCommand("name_history <name> [fullhistory] [valuetype]", history),
  name_mempool: walletCommand("name_mempool [valuetype]", pending),
  name_list: walletCommand("name_list [name] [valuetype]", list),
  name_indexinfo: command("name_indexinfo", indexInfo, { names: "indextype?" }),
};
