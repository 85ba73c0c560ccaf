// Signing inputs, one key at a time, and checking what others signed. Several parties' signatures are put together by `unlock`.

import { type CoinCrypto, concatBytes, equalBytes, type Secret } from "../base/index.ts";
import { hash160 } from "./hashes.ts";
import { isSighashType, legacySighash, SIGHASH, witnessSighash } from "./sighash.ts";
import {
  type Lock,
  type Spending,
  type SpentOutput,
  spendingOf,
  stackOf,
  withScriptsOf,
  withUnlocking,
} from "./spending.ts";
import type { Transaction } from "./transaction.ts";

/** A signature over one input, with the key that it verifies with. */
export interface InputSignature {
  readonly key: Uint8Array;
  /** DER and the sighash type. */
  readonly signature: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

function sighash(crypto: CoinCrypto, tx: Transaction, index: number, spending: Spending, type: number): Uint8Array {
  return spending.segwit
    ? witnessSighash(crypto, tx, index, spending, type)
    : legacySighash(crypto, tx, index, spending.scriptCode, type);
}

function opens(crypto: CoinCrypto, lock: Lock, key: Uint8Array): boolean {
  switch (lock.kind) {
    case "key":
      return equalBytes(lock.key, key);
    case "key-hash":
      return equalBytes(lock.hash, hash160(crypto, key));
    case "multisig":
      return lock.keys.some((one) => equalBytes(one, key));
  }
}

/**
 * Signs one input, all of the transaction covered. Null if the key is none of those that the output asks for. Throws
 * `emercoin.bad_script` for an output that cannot be spent here.
 */
export function signInput(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  spent: SpentOutput,
  secret: Secret<Uint8Array>,
): InputSignature | null {
  const spending = spendingOf(crypto, spent);
  const key = crypto.publicKey(secret.reveal());
  if (!opens(crypto, spending.lock, key)) return null;
  const der = crypto.signDer(secret.reveal(), sighash(crypto, tx, index, spending, SIGHASH.ALL));
  return { key, signature: concatBytes(der, Uint8Array.of(SIGHASH.ALL)) };
}

/** Whether a signature with its sighash type holds for one of the output's keys. Witnesses take compressed keys only (policy). */
function holds(crypto: CoinCrypto, tx: Transaction, index: number, spending: Spending, one: InputSignature): boolean {
  const type = one.signature.at(-1) ?? 0;
  if (!isSighashType(type) || !opens(crypto, spending.lock, one.key)) return false;
  if (spending.segwit && one.key.length !== 33) return false;
  return crypto.verifyDer(one.key, sighash(crypto, tx, index, spending, type), one.signature.subarray(0, -1));
}

/** Whether a signature of one party holds. False too where the output cannot be spent with that key. */
export function verifySignature(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  spent: SpentOutput,
  signature: InputSignature,
): boolean {
  return holds(crypto, tx, index, spendingOf(crypto, spent), signature);
}

/**
 * The good signatures that an input holds already, those of a half signed multisig included. Throws `emercoin.bad_script` for an output
 * that cannot be spent here.
 */
export function signaturesOf(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  spent: SpentOutput,
): readonly InputSignature[] {
  return signaturesIn(crypto, tx, index, spendingOf(crypto, spent));
}

function signaturesIn(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  spending: Spending,
): readonly InputSignature[] {
  const input = tx.inputs[index];
  const stack = input === undefined ? null : stackOf(input, spending);
  const [first = NO_BYTES, second = NO_BYTES] = stack ?? [];
  const good = (one: InputSignature): boolean => holds(crypto, tx, index, spending, one);
  const { lock } = spending;
  if (lock.kind === "key") return [{ key: lock.key, signature: first }].filter(good);
  if (lock.kind === "key-hash") return [{ key: second, signature: first }].filter(good);
  return (stack ?? [])
    .filter((item) => item.length > 0)
    .flatMap((signature) => lock.keys.map((key) => ({ key, signature })).filter(good));
}

function stackFor(lock: Lock, signatures: readonly InputSignature[]): readonly Uint8Array[] | null {
  const [first] = signatures;
  if (lock.kind !== "multisig") {
    if (first === undefined) return null;
    return lock.kind === "key" ? [first.signature] : [first.signature, first.key];
  }
  const inOrder = lock.keys
    .flatMap((key) => signatures.find((one) => equalBytes(one.key, key))?.signature ?? [])
    .slice(0, lock.required);
  if (inOrder.length === 0) return null;
  // A multisig pops one item more than it reads; blanks stand for signatures that are still to come, as the node writes them.
  return [NO_BYTES, ...inOrder, ...Array.from({ length: lock.required - inOrder.length }, () => NO_BYTES)];
}

/**
 * Puts good signatures, given ones and those that the input holds already, into an input. `complete` tells whether they suffice. Bad ones
 * are left out. Throws `emercoin.bad_script` for an output that cannot be spent here.
 */
export function unlock(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  spent: SpentOutput,
  signatures: readonly InputSignature[] = [],
): { readonly tx: Transaction; readonly complete: boolean } {
  const spending = spendingOf(crypto, spent);
  const good = [
    ...signaturesIn(crypto, tx, index, spending),
    ...signatures.filter((one) => holds(crypto, tx, index, spending, one)),
  ];
  const stack = stackFor(spending.lock, good);
  if (stack === null) return { tx, complete: false };
  const complete = spending.lock.kind !== "multisig" || stack.at(-1) !== NO_BYTES;
  return { tx: withUnlocking(tx, index, spending.wrap(stack)), complete };
}

/**
 * Signs every input whose spent output is given with every key that fits. `complete[i]` tells of each input whether it is fully signed;
 * false for those without a spent output (the RANDPAY input of a ticket).
 */
export function signTransaction(
  crypto: CoinCrypto,
  tx: Transaction,
  spent: readonly (SpentOutput | null)[],
  secrets: readonly Secret<Uint8Array>[],
): { readonly tx: Transaction; readonly complete: readonly boolean[] } {
  let signed = tx;
  const complete = tx.inputs.map((_, index) => {
    const output = spent[index] ?? null;
    if (output === null) return false;
    const signatures = secrets.flatMap((secret) => signInput(crypto, tx, index, output, secret) ?? []);
    const done = unlock(crypto, signed, index, output, signatures);
    signed = done.tx;
    return done.complete;
  });
  return { tx: signed, complete };
}

/**
 * Whether an input may spend an output: signatures, keys and scripts exactly as they must be, in their one standard form. Scripts behind
 * hashes are taken from the input. Never throws.
 */
export function verifyInput(crypto: CoinCrypto, tx: Transaction, index: number, spent: SpentOutput): boolean {
  const input = tx.inputs[index];
  if (input === undefined) return false;
  let spending: Spending;
  try {
    spending = spendingOf(crypto, withScriptsOf(input, { script: spent.script, amount: spent.amount }));
  } catch {
    // A script behind a hash is missing or another one, or the output is of no form that is known here.
    return false;
  }
  const stack = stackOf(input, spending);
  const again = stackFor(spending.lock, signaturesIn(crypto, tx, index, spending));
  if (stack === null || again === null || stack.length !== again.length) return false;
  if (again.at(-1) === NO_BYTES) return false;
  return again.every((item, at) => equalBytes(item, stack[at] ?? NO_BYTES));
}
