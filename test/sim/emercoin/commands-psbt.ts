// Partially signed transactions as RPC, with the node's rules for who can sign what: a wallet needs to know what an input spends.

import { isAppError, toHex } from "../../../src/base/index.ts";
import {
  addressOfScript,
  combinePsbts,
  createPsbt,
  decodePsbt,
  encodePsbt,
  finalisePsbt,
  hash160,
  multisigOfScript,
  type Psbt,
  type PsbtInput,
  psbtFee,
  psbtSigners,
  psbtSpent,
  signPsbtInput,
  sizeOf,
  type Transaction,
  transactionHex,
  withoutNamePrefix,
  withPsbtInput,
  withUnlocking,
} from "../../../src/emercoin/index.ts";
import { outpointOf } from "./chain-state.ts";
import { type Call, type CommandTable, command, walletCommand } from "./commands.ts";
import { constructed, decodedTx, funded } from "./commands-raw.ts";
import { emc, type Json, type Param } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import type { SimWallet } from "./sim-wallet.ts";
import { asm, scriptJson, scriptType, txJson } from "./tx-json.ts";

/** A signature of the size that estimates are made with. */
const DUMMY_SIGNATURE = new Uint8Array(71);

function read(text: string): Psbt {
  try {
    return decodePsbt(text);
  } catch (error) {
    if (!isAppError(error)) throw error;
    const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
    const why = isBase64 ? "CDataStream::read(): end of data: iostream error" : "invalid base64";
    throw new RpcError(RPC.DECODE, `TX decode failed ${why}`);
  }
}

const isFinal = (input: PsbtInput): boolean => input.finalScript !== null || input.finalWitness !== null;
const isComplete = (psbt: Psbt): boolean => psbt.inputs.every(isFinal);

function isSegwit(script: Uint8Array, redeem: Uint8Array | undefined): boolean {
  const inner = addressOfScript(withoutNamePrefix(script));
  const kind = inner?.kind === "p2sh" && redeem !== undefined ? addressOfScript(redeem)?.kind : inner?.kind;
  return kind === "p2wpkh" || kind === "p2wsh";
}

/** What the wallet knows of an input goes into it, and its signatures if it may. */
function processed(node: NodeState, wallet: SimWallet, psbt: Psbt, index: number, sign: boolean): Psbt {
  const outpoint = psbt.tx.inputs[index];
  const input = psbt.inputs[index];
  if (outpoint === undefined || input === undefined || isFinal(input)) return psbt;
  const previous = input.previous ?? (input.output === null ? (wallet.txs.get(outpoint.txid)?.tx ?? null) : null);
  const output = input.output ?? previous?.outputs[outpoint.vout];
  if (output === undefined) return psbt;
  const { redeemScript, witnessScript } = wallet.keys.spent(output.script, output.amount);
  const segwit = isSegwit(output.script, redeemScript ?? input.redeemScript ?? undefined);
  const scripts = {
    redeemScript: input.redeemScript ?? redeemScript ?? null,
    witnessScript: input.witnessScript ?? witnessScript ?? null,
  };
  // A signer turns the whole transaction into the one output where that is enough.
  const utxo = segwit ? { previous: null, output } : { previous, output: null };
  const known = withPsbtInput(psbt, index, { ...utxo, ...scripts });
  if (!sign || wallet.isLocked) return known;
  return withSignatures(node, wallet, known, index, output.script);
}

function withSignatures(node: NodeState, wallet: SimWallet, psbt: Psbt, index: number, script: Uint8Array): Psbt {
  const own = wallet.keys.secretsFor(script);
  const inner = psbt.inputs[index]?.witnessScript ?? psbt.inputs[index]?.redeemScript ?? null;
  const more = inner === null ? [] : wallet.keys.secretsFor(inner);
  let signed = psbt;
  for (const secret of new Set([...own, ...more])) {
    try {
      signed = signPsbtInput(node.crypto, signed, index, secret) ?? signed;
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
  }
  return finished(node, signed, index);
}

/** Finishes one input if its signatures suffice, as signing does in the node. */
function finished(node: NodeState, psbt: Psbt, index: number): Psbt {
  try {
    const done = finalisePsbt(node.crypto, psbt).psbt.inputs[index];
    return done !== undefined && isFinal(done) ? withPsbtInput(psbt, index, done) : psbt;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return psbt;
  }
}

function fill(node: NodeState, wallet: SimWallet, psbt: Psbt, sign: boolean): Psbt {
  return psbt.inputs.reduce((all, _, index) => processed(node, wallet, all, index, sign), psbt);
}

/** utxoupdatepsbt: segwit outputs of chain and mempool, nothing else. */
function update({ node, args }: Call): Json {
  const psbt = read(args.text(0));
  const updated = psbt.inputs.reduce((all, input, index) => {
    const outpoint = psbt.tx.inputs[index];
    if (outpoint === undefined || input.previous !== null || input.output !== null) return all;
    const coin = node.mempool.coin(outpointOf(outpoint));
    if (coin === undefined || !isSegwit(coin.script, undefined)) return all;
    return withPsbtInput(all, index, { output: { amount: coin.amount, script: coin.script } });
  }, psbt);
  return encodePsbt(updated);
}

function inputJson(node: NodeState, input: PsbtInput): Json {
  const { previous, output, signatures, redeemScript, witnessScript, finalScript, finalWitness } = input;
  const scriptOf = (bytes: Uint8Array): Json => ({ asm: asm(bytes), hex: toHex(bytes), type: scriptType(bytes) });
  return {
    ...(output === null
      ? {}
      : { witness_utxo: { amount: emc(output.amount), scriptPubKey: outputScript(node, output.script) } }),
    ...(previous === null ? {} : { non_witness_utxo: txJson(node, previous) }),
    ...(signatures.length === 0
      ? {}
      : { partial_signatures: Object.fromEntries(signatures.map((one) => [toHex(one.key), toHex(one.signature)])) }),
    ...(redeemScript === null ? {} : { redeem_script: scriptOf(redeemScript) }),
    ...(witnessScript === null ? {} : { witness_script: scriptOf(witnessScript) }),
    ...(finalScript === null ? {} : { final_scriptSig: { asm: asm(finalScript), hex: toHex(finalScript) } }),
    ...(finalWitness === null ? {} : { final_scriptwitness: finalWitness.map(toHex) }),
  };
}

function outputScript(node: NodeState, script: Uint8Array): Json {
  const { addresses, reqSigs, ...json } = scriptJson(node, script);
  return { ...json, ...(Array.isArray(addresses) ? { address: addresses[0] as Json } : {}) };
}

function decode({ node, args }: Call): Json {
  const psbt = read(args.text(0));
  const fee = psbtFee(node.crypto, psbt);
  return {
    tx: txJson(node, psbt.tx),
    unknown: Object.fromEntries(psbt.others.map(({ key, value }) => [toHex(key), toHex(value)])),
    inputs: psbt.inputs.map((input) => inputJson(node, input)),
    outputs: psbt.outputs.map(() => ({})),
    ...(fee === null ? {} : { fee: emc(fee) }),
  };
}

/** Who is still to sign; null where scripts are missing. */
function missingKeys(node: NodeState, psbt: Psbt, index: number): readonly string[] | null {
  const spent = psbtSpent(node.crypto, psbt, index);
  const inner = psbt.inputs[index]?.witnessScript ?? psbt.inputs[index]?.redeemScript ?? spent?.script ?? null;
  const multisig = inner === null ? null : multisigOfScript(inner);
  if (multisig === null) return null;
  const signers = psbtSigners(node.crypto, psbt, index).map(toHex);
  if (signers.length >= multisig.required) return [];
  return multisig.keys.filter((key) => !signers.includes(toHex(key))).map((key) => toHex(hash160(node.crypto, key)));
}

/** The hash of the one key that could sign, while nobody told the key. */
function unknownKey(node: NodeState, psbt: Psbt, index: number): string | null {
  const script = psbtSpent(node.crypto, psbt, index)?.script;
  const outer = script === undefined ? null : addressOfScript(withoutNamePrefix(script));
  const redeem = psbt.inputs[index]?.redeemScript ?? null;
  const own = outer?.kind === "p2sh" && redeem !== null ? addressOfScript(redeem) : outer;
  return own?.kind === "p2pkh" || own?.kind === "p2wpkh" ? toHex(own.hash) : null;
}

function analysed(node: NodeState, psbt: Psbt, index: number): { readonly next: string; readonly json: Json } {
  const input = psbt.inputs[index];
  const has_utxo = input !== undefined && (input.previous !== null || input.output !== null);
  if (input !== undefined && isFinal(input)) {
    // The node says "creator" of an input that needs nothing more.
    return { next: "extractor", json: { has_utxo, is_final: true, next: "creator" } };
  }
  const missing = has_utxo ? missingKeys(node, psbt, index) : null;
  const next = missing === null ? "updater" : missing.length === 0 ? "finalizer" : "signer";
  const unknown = missing === null && has_utxo ? unknownKey(node, psbt, index) : null;
  const lacking = unknown === null ? {} : { missing: { pubkeys: [unknown] } };
  const more = missing !== null && missing.length > 0 ? { missing: { signatures: missing } } : lacking;
  return { next, json: { has_utxo, is_final: false, next, ...more } };
}

const STEPS = ["updater", "signer", "finalizer", "extractor"];

/** The transaction with signatures of an ordinary length, for its size. */
function dummySigned(psbt: Psbt): Transaction | null {
  return psbt.inputs.reduce<Transaction | null>((tx, input, index) => {
    if (tx === null) return null;
    if (isFinal(input)) {
      return withUnlocking(tx, index, {
        script: input.finalScript ?? new Uint8Array(0),
        witness: input.finalWitness ?? [],
      });
    }
    const inner = input.witnessScript ?? input.redeemScript;
    const multisig = inner === null ? null : multisigOfScript(inner);
    if (inner === null || multisig === null) return null;
    const stack = [new Uint8Array(0), ...Array.from({ length: multisig.required }, () => DUMMY_SIGNATURE), inner];
    if (input.witnessScript !== null) {
      const script =
        input.redeemScript === null
          ? new Uint8Array(0)
          : Uint8Array.of(input.redeemScript.length, ...input.redeemScript);
      return withUnlocking(tx, index, { script, witness: stack });
    }
    const length = 1 + multisig.required * (1 + DUMMY_SIGNATURE.length) + 2 + inner.length;
    return withUnlocking(tx, index, { script: new Uint8Array(length), witness: [] });
  }, psbt.tx);
}

function analyze({ node, args }: Call): Json {
  const psbt = read(args.text(0));
  const rows = psbt.inputs.map((_, index) => analysed(node, psbt, index));
  const next = STEPS.find((step) => rows.some((row) => row.next === step)) ?? "extractor";
  const fee = psbtFee(node.crypto, psbt);
  const dummy = fee === null ? null : dummySigned(psbt);
  return {
    inputs: rows.map(({ json }) => json),
    ...(dummy === null ? {} : { estimated_vsize: sizeOf(dummy).virtual, estimated_feerate: emc(100) }),
    ...(fee === null ? {} : { fee: emc(fee) }),
    next,
  };
}

function finalize({ node, args }: Call): Json {
  const extract = args.boolean(1, true);
  const { psbt, tx } = finalisePsbt(node.crypto, read(args.text(0)));
  if (tx !== null && extract) return { hex: transactionHex(tx), complete: true };
  return { psbt: encodePsbt(psbt), complete: tx !== null };
}

function combine({ node, args }: Call): Json {
  const psbts = args.list(0).map((one) => read(typeof one === "string" ? one : ""));
  if (psbts.length === 0) throw new RpcError(RPC.PARAMETER, "Parameter 'txs' cannot be empty");
  try {
    return encodePsbt(combinePsbts(node.crypto, psbts));
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new RpcError(RPC.PARAMETER, "PSBTs not compatible (different transactions)");
  }
}

function join({ args }: Call): Json {
  const psbts = args.list(0).map((one) => read(typeof one === "string" ? one : ""));
  const [first] = psbts;
  if (first === undefined || psbts.length < 2) {
    throw new RpcError(RPC.PARAMETER, "At least two PSBTs are required to join PSBTs.");
  }
  const tx = {
    ...first.tx,
    inputs: psbts.flatMap((psbt) => psbt.tx.inputs),
    outputs: psbts.flatMap((psbt) => psbt.tx.outputs),
  };
  const inputs = psbts.flatMap((psbt) => psbt.inputs);
  return encodePsbt({ ...first, tx, inputs, outputs: psbts.flatMap((psbt) => psbt.outputs) });
}

function convert({ args }: Call): Json {
  const tx = decodedTx(args.text(0));
  const signed = tx.inputs.some(({ script, witness }) => script.length > 0 || witness.length > 0);
  if (signed && !args.boolean(1, false)) {
    throw new RpcError(RPC.DECODE, "Inputs must not have scriptSigs and scriptWitnesses");
  }
  const inputs = tx.inputs.map((input) => ({ ...input, script: new Uint8Array(0), witness: [] }));
  return encodePsbt(createPsbt({ ...tx, inputs }));
}

function createFunded(call: Call): Json {
  const { node, wallet, args } = call;
  const options: Readonly<Record<string, Param>> = args.has(3) ? args.object(3) : {};
  const { tx, fee, changeAt } = funded(call, constructed(call), options);
  return { psbt: encodePsbt(fill(node, wallet, createPsbt(tx), false)), fee: emc(fee), changepos: changeAt };
}

function process({ node, wallet, args }: Call): Json {
  const psbt = fill(node, wallet, read(args.text(0)), args.boolean(1, true));
  return { psbt: encodePsbt(psbt), complete: isComplete(psbt) };
}

const CREATE =
  '[{"txid":"hex","vout":n,"sequence":n},...] [{"address":amount},{"data":"hex"},...] ( locktime replaceable )';

export const psbtCommands: CommandTable = {
  createpsbt: command(`createpsbt ${CREATE}`, (call) => encodePsbt(createPsbt(constructed(call))), {
    names: "inputs outputs locktime? replaceable?",
  }),
  decodepsbt: command('decodepsbt "psbt"', decode),
  analyzepsbt: command('analyzepsbt "psbt"', analyze),
  utxoupdatepsbt: command('utxoupdatepsbt "psbt" ( ["",{"desc":"str","range":n or [n,n]},...] )', update, {
    names: "psbt descriptors?",
  }),
  combinepsbt: command('combinepsbt ["psbt",...]', combine, { names: "txs" }),
  joinpsbts: command('joinpsbts ["psbt",...]', join, { names: "txs" }),
  finalizepsbt: command('finalizepsbt "psbt" ( extract )', finalize),
  converttopsbt: command('converttopsbt "hexstring" ( permitsigdata iswitness )', convert),
  walletprocesspsbt: walletCommand('walletprocesspsbt "psbt" ( sign "sighashtype" bip32derivs )', process),
  walletcreatefundedpsbt: walletCommand(
    'walletcreatefundedpsbt [{"txid":"hex","vout":n,"sequence":n},...] [{"address":amount},{"data":"hex"},...] ( locktime options bip32derivs )',
    createFunded,
    "inputs outputs locktime? options? bip32derivs?",
  ),
};
