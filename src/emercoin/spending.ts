// How an output is spent: who must sign, over which script, and where signatures, keys and scripts go in the input.

import { AppError, type CoinCrypto, equalBytes, type MicroEmc } from "../base/index.ts";
import { addressOfScript, scriptOfAddress } from "./address.ts";
import { hash160 } from "./hashes.ts";
import { withoutNamePrefix } from "./name-script.ts";
import { multisigOfScript, publicKeyOfScript, pushesOf, script } from "./script.ts";
import type { Transaction, TxInput } from "./transaction.ts";

/** An output that an input spends, with the scripts that hashes in it stand for. */
export interface SpentOutput {
  readonly script: Uint8Array;
  readonly amount: MicroEmc;
  /** Behind p2sh. */
  readonly redeemScript?: Uint8Array;
  /** Behind p2wsh. */
  readonly witnessScript?: Uint8Array;
}

/** Who must sign. */
export type Lock =
  | { readonly kind: "key"; readonly key: Uint8Array }
  | { readonly kind: "key-hash"; readonly hash: Uint8Array }
  | { readonly kind: "multisig"; readonly required: number; readonly keys: readonly Uint8Array[] };

type Unlocking = Pick<TxInput, "script" | "witness">;

export interface Spending {
  readonly segwit: boolean;
  readonly scriptCode: Uint8Array;
  readonly amount: MicroEmc;
  readonly lock: Lock;
  /** What an input holds once signatures and keys are these. */
  readonly wrap: (stack: readonly Uint8Array[]) => Unlocking;
}

const NO_BYTES = new Uint8Array(0);

function unknownScript(what: string): AppError {
  return new AppError("emercoin.bad_script", `an output cannot be spent here: ${what}`, {
    hint: "Give the redeem script or witness script that belongs to the address.",
  });
}

function lockOf(bytes: Uint8Array): Lock {
  const key = publicKeyOfScript(bytes);
  if (key !== null) return { kind: "key", key };
  const address = addressOfScript(bytes);
  if (address?.kind === "p2pkh") return { kind: "key-hash", hash: address.hash };
  const multisig = multisigOfScript(bytes);
  if (multisig !== null) return { kind: "multisig", ...multisig };
  throw unknownScript("its script is none of key, key hash and multisig");
}

function witnessSpending(crypto: CoinCrypto, spent: SpentOutput, program: Uint8Array, inner: Uint8Array): Spending {
  const { amount, witnessScript } = spent;
  const outer = { segwit: true, amount };
  if (program.length === 20) {
    const scriptCode = scriptOfAddress({ kind: "p2pkh", hash: program });
    const lock: Lock = { kind: "key-hash", hash: program };
    return { ...outer, scriptCode, lock, wrap: (stack) => ({ script: inner, witness: stack }) };
  }
  if (witnessScript === undefined || !equalBytes(crypto.sha256(witnessScript), program)) {
    throw unknownScript("the witness script is missing or another one");
  }
  const wrap = (stack: readonly Uint8Array[]): Unlocking => ({ script: inner, witness: [...stack, witnessScript] });
  return { ...outer, scriptCode: witnessScript, lock: lockOf(witnessScript), wrap };
}

/**
 * How to spend an output: bare key, p2pkh, bare multisig, p2wpkh, p2wsh, and any of them behind p2sh; with or without a name before it.
 * Throws `emercoin.bad_script` for anything else, and where the script behind a hash is missing or another one.
 */
export function spendingOf(crypto: CoinCrypto, spent: SpentOutput): Spending {
  const own = withoutNamePrefix(spent.script);
  const address = addressOfScript(own);
  if (address?.kind === "p2wpkh" || address?.kind === "p2wsh") {
    return witnessSpending(crypto, spent, address.hash, NO_BYTES);
  }
  const { amount, redeemScript } = spent;
  const legacy = { segwit: false, amount };
  if (address?.kind !== "p2sh") {
    const wrap = (stack: readonly Uint8Array[]): Unlocking => ({ script: script(...stack), witness: [] });
    // The old way signs the whole script, the name included.
    return { ...legacy, scriptCode: spent.script, lock: lockOf(own), wrap };
  }
  if (redeemScript === undefined || !equalBytes(hash160(crypto, redeemScript), address.hash)) {
    throw unknownScript("the redeem script is missing or another one");
  }
  const inner = addressOfScript(redeemScript);
  if (inner?.kind === "p2wpkh" || inner?.kind === "p2wsh") {
    return witnessSpending(crypto, spent, inner.hash, script(redeemScript));
  }
  const wrap = (stack: readonly Uint8Array[]): Unlocking => ({ script: script(...stack, redeemScript), witness: [] });
  return { ...legacy, scriptCode: redeemScript, lock: lockOf(redeemScript), wrap };
}

/** The spent output with the scripts that a signed input shows, where the caller does not know them. */
export function withScriptsOf(input: Unlocking, spent: SpentOutput): SpentOutput {
  const redeemScript = spent.redeemScript ?? pushesOf(input.script)?.at(-1);
  const witnessScript = spent.witnessScript ?? input.witness.at(-1);
  return {
    script: spent.script,
    amount: spent.amount,
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
  };
}

/** Signatures, keys and blanks of an input, without the scripts behind hashes; null where the input is not of the output's form. */
export function stackOf(input: Unlocking, spending: Spending): readonly Uint8Array[] | null {
  const items = spending.segwit ? input.witness : pushesOf(input.script);
  if (items === null) return null;
  // Whatever `wrap` puts behind an empty stack is not part of it.
  const empty = spending.wrap([]);
  const tail = spending.segwit ? empty.witness.length : (pushesOf(empty.script)?.length ?? 0);
  const stack = items.slice(0, items.length - tail);
  const again = spending.wrap(stack);
  const same =
    equalBytes(again.script, input.script) &&
    again.witness.length === input.witness.length &&
    again.witness.every((item, at) => equalBytes(item, input.witness[at] ?? NO_BYTES));
  return same ? stack : null;
}

/** The transaction with another script and witness in one input. */
export function withUnlocking(tx: Transaction, index: number, unlocking: Unlocking): Transaction {
  return { ...tx, inputs: tx.inputs.map((input, at) => (at === index ? { ...input, ...unlocking } : input)) };
}
