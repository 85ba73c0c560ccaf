// Raw transactions: made, read, signed, funded, tested, sent.

import { concatBytes, fromHex, isAppError, type MicroEmc, type Secret, toHex } from "../../../src/base/index.ts";
import {
  addressOfScript,
  decodeTransaction,
  FINAL_SEQUENCE,
  hash160,
  isAddress,
  PLAIN_VERSION,
  parseAddress,
  publicKeyOfScript,
  type SpentOutput,
  script,
  scriptOfAddress,
  signTransaction,
  type Transaction,
  type TxInput,
  type TxOutput,
  transactionHex,
  withoutNamePrefix,
} from "../../../src/emercoin/index.ts";
import { isRandpay, outpointOf } from "./chain-state.ts";
import { type Call, type CommandTable, command, walletCommand } from "./commands.ts";
import { scriptAddress, wif } from "./commands-address.ts";
import { hashArgument } from "./commands-chain.ts";
import { emc, fromLatin1, type Json, type Param } from "./json-values.ts";
import type { Verdict } from "./mempool.ts";
import type { NodeState } from "./node-state.ts";
import { amountOf, integerOf, objectOf } from "./rpc-args.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import { mergeSignatures } from "./signature-merge.ts";
import type { SimWallet } from "./sim-wallet.ts";
import { scriptJson, scriptType, txJson } from "./tx-json.ts";
import { createTransaction, MAX_FEE, signWithWallet, spentOutput } from "./wallet-spend.ts";

const NO_BYTES = new Uint8Array(0);

export function decodedTx(text: string, message = "TX decode failed"): Transaction {
  for (const witness of [true, false]) {
    try {
      return decodeTransaction(text.toLowerCase(), { witness });
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
  }
  throw new RpcError(RPC.DECODE, message);
}

function inputsOf(values: readonly Param[], sequence: number): readonly TxInput[] {
  return values.map((value) => {
    const { txid, vout, sequence: own } = objectOf(value);
    if (typeof txid !== "string") throw new RpcError(RPC.TYPE, "txid must be string");
    if (typeof vout !== "number") throw new RpcError(RPC.PARAMETER, "Invalid parameter, missing vout key");
    if (vout < 0) throw new RpcError(RPC.PARAMETER, "Invalid parameter, vout must be positive");
    const chosen = own === undefined || own === null ? sequence : integerOf(own, 0, FINAL_SEQUENCE);
    return { txid: hashArgument(txid, "txid"), vout, script: NO_BYTES, sequence: chosen, witness: [] };
  });
}

function outputsOf(node: NodeState, value: Param): readonly TxOutput[] {
  const pairs = Array.isArray(value)
    ? (value as readonly Param[]).flatMap((one) => Object.entries(objectOf(one)))
    : Object.entries(objectOf(value));
  const seen = new Set<string>();
  return pairs.map(([key, amount]) => {
    if (key === "data") {
      if (typeof amount !== "string" || !/^([0-9a-fA-F]{2})*$/.test(amount)) {
        throw new RpcError(RPC.PARAMETER, `Data must be hexadecimal string (not '${amount}')`);
      }
      return { amount: 0 as MicroEmc, script: script(0x6a, fromHex(amount.toLowerCase())) };
    }
    const address = fromLatin1(key);
    if (!isAddress(node.crypto, address, node.network)) {
      throw new RpcError(RPC.ADDRESS_OR_KEY, `Invalid Bitcoin address: ${address}`);
    }
    if (seen.has(address)) throw new RpcError(RPC.PARAMETER, `Invalid parameter, duplicated address: ${address}`);
    seen.add(address);
    return { amount: amountOf(amount), script: scriptOfAddress(parseAddress(node.crypto, address, node.network)) };
  });
}

/** The four arguments of createrawtransaction and its kin. */
export function constructed({ node, args }: Call): Transaction {
  const lockTime = args.has(2) ? integerOf(args.at(2), 0, FINAL_SEQUENCE) : 0;
  const sequence = lockTime > 0 ? FINAL_SEQUENCE - 1 : FINAL_SEQUENCE;
  const inputs = inputsOf(args.list(0), sequence);
  const outputs = outputsOf(node, args.at(1));
  return { version: PLAIN_VERSION, time: node.now(), inputs, outputs, lockTime };
}

/** Reject code, reason and what the node adds, as FormatStateMessage puts them. */
export function stateText(verdict: Verdict): string {
  if (verdict.kind !== "invalid") return " (code 0)";
  const debug = verdict.debug === undefined ? "" : `, ${verdict.debug}`;
  return `${verdict.reason}${debug} (code ${verdict.code})`;
}

function isInChain(node: NodeState, txid: string, tx: Transaction): boolean {
  return [...tx.outputs.keys()].some((vout) => node.chain.utxo.has(`${txid}:${vout}`));
}

/** BroadcastTransaction. Throws -25, -26, -27. */
export function broadcast(node: NodeState, tx: Transaction, maxFee: number): string {
  const txid = node.txid(tx);
  if (isInChain(node, txid, tx)) throw new RpcError(RPC.IN_CHAIN, "Transaction already in block chain");
  if (node.mempool.entries.has(txid)) return txid;
  const verdict = node.accept(tx, { maxFee });
  if (verdict.kind === "missing") throw new RpcError(RPC.TRANSACTION, "Missing inputs");
  if (verdict.kind === "refused") throw new RpcError(RPC.TRANSACTION, stateText(verdict));
  if (verdict.kind === "invalid") throw new RpcError(RPC.REJECTED, stateText(verdict));
  return txid;
}

const isVerdictBad = (verdict: Verdict): string | null => {
  if (verdict.kind === "accepted") return null;
  if (verdict.kind === "missing") return "missing-inputs";
  return verdict.kind === "refused" ? "0: " : `${verdict.code}: ${verdict.reason}`;
};

function testAccept({ node, args }: Call): Json {
  const list = args.list(0);
  if (list.length !== 1) {
    throw new RpcError(RPC.PARAMETER, "Array must contain exactly one raw transaction for now");
  }
  const [text] = list;
  const tx = decodedTx(typeof text === "string" ? text : "");
  const txid = node.txid(tx);
  const why = isVerdictBad(node.mempool.test(txid, tx, { now: node.now(), maxFee: MAX_FEE }));
  return [{ txid, allowed: why === null, ...(why === null ? {} : { "reject-reason": why }) }];
}

interface Given {
  readonly outpoint: string;
  readonly spent: SpentOutput;
}

function previousOutputs({ node, args }: Call, index: number): readonly Given[] {
  if (!args.has(index)) return [];
  return args.list(index).map((value) => {
    const { txid, vout, scriptPubKey, redeemScript, witnessScript, amount } = objectOf(value);
    if (typeof txid !== "string" || typeof scriptPubKey !== "string") throw new RpcError(RPC.TYPE, "Missing txid");
    const spent = {
      script: fromHex(scriptPubKey),
      amount: amount === undefined || amount === null ? (0 as MicroEmc) : amountOf(amount),
      ...scriptsOf(node, scriptPubKey, redeemScript, witnessScript),
    };
    return { outpoint: outpointOf({ txid, vout: integerOf(vout) }), spent };
  });
}

/** The node takes a witness script under either name. */
function scriptsOf(node: NodeState, scriptPubKey: string, redeem: Param | undefined, witness: Param | undefined) {
  const texts = [redeem, witness].filter((one): one is string => typeof one === "string");
  const scripts = texts.map(fromHex);
  const hash = scriptPubKey.slice(4);
  const isWitness = scriptPubKey.startsWith("0020");
  const inner = scripts.find((one) => toHex(node.crypto.sha256(one)) === hash);
  if (isWitness) return inner === undefined ? {} : { witnessScript: inner };
  const nested = scripts.find((one) => toHex(one).startsWith("0020"));
  const witnessScript = scripts.find((one) => one !== nested);
  if (nested !== undefined) return { redeemScript: nested, ...(witnessScript === undefined ? {} : { witnessScript }) };
  const [only] = scripts;
  if (only === undefined) return {};
  const wrapped = concatBytes(Uint8Array.of(0x00, 0x20), node.crypto.sha256(only));
  const isNested = scriptPubKey === toHex(scriptOfAddress(scriptAddress(node, only, "p2sh-segwit")));
  return isNested ? { redeemScript: wrapped, witnessScript: only } : { redeemScript: only };
}

const MORE_SIGNATURES = "CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)";

/** Result of the two signing calls: what is still missing is told per input. */
function signedJson(tx: Transaction, complete: readonly boolean[], known: readonly (SpentOutput | null)[]): Json {
  const errors = tx.inputs.flatMap((input, at) => {
    if (complete[at] === true) return [];
    const error =
      known[at] === null && !isRandpay(input) ? "Input not found or already spent" : errorOf(input, known[at]?.script);
    return [
      {
        txid: input.txid,
        vout: input.vout,
        witness: input.witness.map(toHex),
        scriptSig: toHex(input.script),
        sequence: input.sequence,
        error,
      },
    ];
  });
  return { hex: transactionHex(tx), complete: errors.length === 0, ...(errors.length === 0 ? {} : { errors }) };
}

function errorOf(input: TxInput, script: Uint8Array | undefined): string {
  if (input.script.length > 0 || input.witness.length > 0) return MORE_SIGNATURES;
  const kind = script === undefined ? undefined : addressOfScript(withoutNamePrefix(script))?.kind;
  if (kind === "p2wpkh") return "Witness program hash mismatch";
  if (kind === "p2wsh") return "Witness program was passed an empty witness";
  return "Unable to sign input, invalid stack size (possibly missing key)";
}

function merged(call: Call, wallet: SimWallet | null, tx: Transaction, given: readonly Given[]) {
  return tx.inputs.map((input) => {
    const own = given.find(({ outpoint }) => outpoint === outpointOf(input))?.spent;
    return own ?? spentOutput(call.node, wallet, input);
  });
}

function signWithKeys(call: Call): Json {
  const { node, args } = call;
  const tx = decodedTx(args.text(0), "TX decode failed. Make sure the tx has at least one input.");
  const keys = args.list(1).map((one) => wif(node, typeof one === "string" ? one : "", "Invalid private key"));
  const known = merged(call, null, tx, previousOutputs(call, 2));
  return finish(node, tx, known, keys);
}

function finish(
  node: NodeState,
  tx: Transaction,
  known: readonly (SpentOutput | null)[],
  keys: readonly Secret<Uint8Array>[],
): Json {
  const solvable = known.map((one) => (one === null || !isSpendable(node, one) ? null : one));
  const signed = signTransaction(node.crypto, tx, solvable, keys);
  return signedJson(signed.tx, signed.complete, known);
}

function isSpendable(node: NodeState, spent: SpentOutput): boolean {
  try {
    signTransaction(node.crypto, { version: 2, time: 0, inputs: [], outputs: [], lockTime: 0 }, [spent], []);
    return true;
  } catch {
    return false;
  }
}

function signRaw(call: Call): Json {
  const { node, wallet, args } = call;
  const tx = decodedTx(args.text(0), "TX decode failed. Make sure the tx has at least one input.");
  wallet.ensureUnlocked();
  const given = previousOutputs(call, 1);
  if (given.length === 0) {
    const signed = signWithWallet(node, wallet, tx);
    return signedJson(
      signed.tx,
      signed.complete,
      tx.inputs.map((input) => spentOutput(node, wallet, input)),
    );
  }
  for (const { spent } of given)
    for (const one of [spent.redeemScript, spent.witnessScript]) if (one !== undefined) wallet.keys.addScript(one);
  const known = merged(call, wallet, tx, given);
  const keys = known.flatMap((one) => (one === null ? [] : wallet.keys.secretsFor(one.script)));
  const solvable = known.map((one) => (one !== null && wallet.keys.solvable(one.script) ? one : null));
  const signed = signTransaction(node.crypto, tx, solvable, keys);
  return signedJson(signed.tx, signed.complete, known);
}

function combine(call: Call): Json {
  const { node, args } = call;
  const txs = args
    .list(0)
    .map((one, at) => decodedTx(typeof one === "string" ? one : "", `TX decode failed for tx ${at}`));
  const [first] = txs;
  if (first === undefined) throw new RpcError(RPC.PARAMETER, "Missing transactions");
  const spent = first.inputs.map((input) => spentOutput(node, null, input));
  if (spent.includes(null)) throw new RpcError(RPC.ADDRESS_OR_KEY, "Input not found or already spent");
  return transactionHex(mergeSignatures(node, txs, spent));
}

/** The input options of fundrawtransaction and walletcreatefundedpsbt. */
export function funded(call: Call, tx: Transaction, options: Readonly<Record<string, Param>>) {
  const { node, wallet } = call;
  const { changeAddress, changePosition, lockUnspents, subtractFeeFromOutputs } = options;
  const own = tx.inputs.map((input) => ({ input, output: spentOutput(node, wallet, input) }));
  const credit = own.reduce((sum, { output }) => sum + (output?.amount ?? 0), 0);
  const subtractFrom = Array.isArray(subtractFeeFromOutputs)
    ? (subtractFeeFromOutputs as readonly Param[]).map((one) => integerOf(one))
    : [];
  const made = createTransaction(node, wallet, {
    outputs: tx.outputs,
    inputs: tx.inputs,
    fee: credit > 0 ? 100 - credit : 0,
    sign: false,
    subtractFrom,
    ...(typeof changeAddress === "string" ? { changeScript: wallet.script(fromLatin1(changeAddress)) } : {}),
    ...(typeof changePosition === "number" ? { changeAt: changePosition } : {}),
  });
  if (!made.ok) throw new RpcError(RPC.WALLET, made.reason);
  if (lockUnspents === true) for (const input of made.tx.inputs) wallet.locked.add(outpointOf(input));
  const result: Transaction = { ...made.tx, version: tx.version, time: tx.time, lockTime: tx.lockTime };
  return { tx: result, fee: made.fee, changeAt: made.changeAt };
}

function fund(call: Call): Json {
  const tx = decodedTx(call.args.text(0));
  if (tx.outputs.length === 0) throw new RpcError(RPC.PARAMETER, "TX must have at least one output");
  const options = call.args.has(1) && typeof call.args.at(1) === "object" ? call.args.object(1) : {};
  const { tx: result, fee, changeAt } = funded(call, tx, options);
  return { hex: transactionHex(result), fee: emc(fee), changepos: changeAt };
}

function maxFee({ args }: Call): number {
  const value = args.at(1);
  return value === null || typeof value === "boolean" ? (value === true ? 0 : MAX_FEE) : amountOf(value);
}

function decodeScript({ node, args }: Call): Json {
  const text = args.text(0);
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) {
    throw new RpcError(RPC.PARAMETER, `argument must be hexadecimal string (not '${text}')`);
  }
  const bytes = fromHex(text.toLowerCase());
  const { hex, ...json } = scriptJson(node, bytes);
  const type = scriptType(bytes);
  if (type === "scripthash") return json;
  const p2sh = node.chain.addressText(scriptOfAddress(scriptAddress(node, bytes, "legacy"))) ?? "";
  if (type === "nulldata" || type.startsWith("witness")) return { ...json, p2sh };
  return { ...json, p2sh, segwit: segwitJson(node, bytes) };
}

/** The segwit form of a script: of a key hash p2wpkh, else p2wsh. */
function segwitJson(node: NodeState, bytes: Uint8Array): Json {
  const own = addressOfScript(bytes);
  const key = publicKeyOfScript(bytes);
  const hash = key === null ? (own?.hash ?? null) : hash160(node.crypto, key);
  const address = hash === null ? scriptAddress(node, bytes, "bech32") : ({ kind: "p2wpkh", hash } as const);
  const inner = scriptOfAddress(address);
  const nested = node.chain.addressText(scriptOfAddress(scriptAddress(node, inner, "legacy")));
  return { ...scriptJson(node, inner), "p2sh-segwit": nested };
}

const CREATE =
  '[{"txid":"hex","vout":n,"sequence":n},...] [{"address":amount},{"data":"hex"},...] ( locktime replaceable )';

export const rawCommands: CommandTable = {
  createrawtransaction: command(`createrawtransaction ${CREATE}`, (call) => transactionHex(constructed(call)), {
    names: "inputs outputs locktime? replaceable?",
  }),
  decoderawtransaction: command('decoderawtransaction "hexstring" ( iswitness )', ({ node, args }) =>
    txJson(node, decodedTx(args.text(0))),
  ),
  decodescript: command('decodescript "hexstring"', decodeScript),
  sendrawtransaction: command('sendrawtransaction "hexstring" ( maxfeerate )', (call) =>
    broadcast(call.node, decodedTx(call.args.text(0)), maxFee(call)),
  ),
  testmempoolaccept: command('testmempoolaccept ["rawtx",...] ( maxfeerate )', testAccept, {
    names: "rawtxs maxfeerate?",
  }),
  signrawtransactionwithkey: command(
    'signrawtransactionwithkey "hexstring" ["privatekey",...] ( [{"txid":"hex","vout":n,"scriptPubKey":"hex","redeemScript":"hex","witnessScript":"hex","amount":amount},...] "sighashtype" )',
    signWithKeys,
    { names: "hexstring privkeys prevtxs? sighashtype?" },
  ),
  signrawtransactionwithwallet: walletCommand(
    'signrawtransactionwithwallet "hexstring" ( [{"txid":"hex","vout":n,"scriptPubKey":"hex","redeemScript":"hex","witnessScript":"hex","amount":amount},...] "sighashtype" )',
    signRaw,
    "hexstring prevtxs? sighashtype?",
  ),
  combinerawtransaction: command('combinerawtransaction ["hexstring",...]', combine, { names: "txs" }),
  fundrawtransaction: walletCommand('fundrawtransaction "hexstring" ( options iswitness )', fund),
};
