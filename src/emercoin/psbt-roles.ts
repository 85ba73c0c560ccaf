// What the parties of an escrow do with a partially signed transaction (BIP 174's roles): fill in, sign, look who signed, combine,
// finish. Each signature is checked here: neither the node nor the other parties are trusted for it.

import { AppError, type CoinCrypto, equalBytes, type Secret, toHex } from "../base/index.ts";
import { hash160 } from "./hashes.ts";
import { badPsbt, EMPTY_INPUT, KEY_PATH, type Psbt, type PsbtEntry, type PsbtInput } from "./psbt.ts";
import { SIGHASH } from "./sighash.ts";
import { type InputSignature, signaturesOf, signInput, unlock, verifySignature } from "./signing.ts";
import { type SpentOutput, spendingOf, withScriptsOf, withUnlocking } from "./spending.ts";
import { encodeStripped, outputBytes, type Transaction, type TxOutput, txid } from "./transaction.ts";

const NO_BYTES = new Uint8Array(0);

function inputOf(psbt: Psbt, index: number): PsbtInput {
  const input = psbt.inputs[index];
  if (input === undefined) throw badPsbt("it has no input of that number");
  return input;
}

/** The psbt with some fields of one input set. Throws `emercoin.bad_psbt` for an input that does not exist. */
export function withPsbtInput(psbt: Psbt, index: number, fields: Partial<PsbtInput>): Psbt {
  const changed = { ...inputOf(psbt, index), ...fields };
  return { ...psbt, inputs: psbt.inputs.map((input, at) => (at === index ? changed : input)) };
}

function outputOfPrevious(crypto: CoinCrypto, psbt: Psbt, index: number, previous: Transaction): TxOutput {
  const outpoint = psbt.tx.inputs[index];
  const output = previous.outputs[outpoint?.vout ?? -1];
  if (outpoint === undefined || output === undefined || txid(crypto, previous) !== outpoint.txid) {
    throw badPsbt("the transaction that an input spends is another one");
  }
  return output;
}

/**
 * What an input spends, as the psbt claims it; null where it says nothing. An amount of a segwit output is worth as much as who filled it
 * in: compare it with the chain before signing. Throws `emercoin.bad_psbt` where the psbt contradicts itself.
 */
export function psbtSpent(crypto: CoinCrypto, psbt: Psbt, index: number): SpentOutput | null {
  const { previous, output, redeemScript, witnessScript } = inputOf(psbt, index);
  const whole = previous === null ? null : outputOfPrevious(crypto, psbt, index, previous);
  if (whole !== null && output !== null && !equalBytes(outputBytes(whole), outputBytes(output))) {
    throw badPsbt("it tells two different outputs for one input");
  }
  const spent = whole ?? output;
  if (spent === null) return null;
  return {
    ...spent,
    ...(redeemScript === null ? {} : { redeemScript }),
    ...(witnessScript === null ? {} : { witnessScript }),
  };
}

/** What would be burnt: inputs less outputs, in micro-EMC, below 0 where outputs exceed. Null while an input's amount is not told. */
export function psbtFee(crypto: CoinCrypto, psbt: Psbt): number | null {
  const spent = psbt.inputs.map((_, index) => psbtSpent(crypto, psbt, index));
  const paid = psbt.tx.outputs.reduce((sum, { amount }) => sum + amount, 0);
  return spent.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one.amount), -paid);
}

/** In the order in which the node writes them (by key hash), so that equal contents are equal texts. */
function inOrder(crypto: CoinCrypto, signatures: readonly InputSignature[]): readonly InputSignature[] {
  return signatures
    .map((one) => ({ one, order: toHex(hash160(crypto, one.key)) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ one }) => one);
}

/**
 * Signs one input, all of the transaction covered. Null if the key is none of those that the output asks for. Throws `emercoin.bad_psbt`
 * where the psbt does not tell what is spent (for outputs before segwit: the whole transaction, or an amount could be lied about) or asks
 * for a signature that covers less, and `emercoin.bad_script` where scripts are missing.
 */
export function signPsbtInput(crypto: CoinCrypto, psbt: Psbt, index: number, secret: Secret<Uint8Array>): Psbt | null {
  const input = inputOf(psbt, index);
  const spent = psbtSpent(crypto, psbt, index);
  if (spent === null) throw badPsbt("it does not tell what an input spends");
  if (input.sighashType !== null && input.sighashType !== SIGHASH.ALL) {
    throw badPsbt("it asks for a signature that leaves parts of the transaction open");
  }
  if (input.previous === null && !spendingOf(crypto, spent).segwit) {
    throw badPsbt("it lacks the whole transaction that an input spends");
  }
  const made = signInput(crypto, psbt.tx, index, spent, secret);
  if (made === null) return null;
  const others = input.signatures.filter((one) => !equalBytes(one.key, made.key));
  return withPsbtInput(psbt, index, { signatures: inOrder(crypto, [...others, made]) });
}

/**
 * The keys whose signatures of an input are there and good, those of a finished input included. Bad signatures do not count. Throws
 * `emercoin.bad_psbt` where the psbt contradicts itself and `emercoin.bad_script` where scripts are missing.
 */
export function psbtSigners(crypto: CoinCrypto, psbt: Psbt, index: number): readonly Uint8Array[] {
  const { signatures, finalScript, finalWitness } = inputOf(psbt, index);
  const spent = psbtSpent(crypto, psbt, index);
  if (spent === null) return [];
  if (finalScript === null && finalWitness === null) {
    return signatures.filter((one) => verifySignature(crypto, psbt.tx, index, spent, one)).map(({ key }) => key);
  }
  const unlocking = { script: finalScript ?? NO_BYTES, witness: finalWitness ?? [] };
  const tx = withUnlocking(psbt.tx, index, unlocking);
  return signaturesOf(crypto, tx, index, withScriptsOf(unlocking, spent)).map(({ key }) => key);
}

function mergeEntries(lists: readonly (readonly PsbtEntry[])[]): readonly PsbtEntry[] {
  const merged = new Map<string, PsbtEntry>();
  for (const one of lists.flat()) if (!merged.has(toHex(one.key))) merged.set(toHex(one.key), one);
  return [...merged.values()];
}

function mergeInputs(crypto: CoinCrypto, inputs: readonly PsbtInput[]): PsbtInput {
  const first = <K extends keyof PsbtInput>(field: K): PsbtInput[K] =>
    inputs.find((input) => input[field] !== null)?.[field] ?? EMPTY_INPUT[field];
  const signatures = new Map<string, InputSignature>();
  for (const one of inputs.flatMap((input) => input.signatures)) {
    if (!signatures.has(toHex(one.key))) signatures.set(toHex(one.key), one);
  }
  return {
    previous: first("previous"),
    output: first("output"),
    signatures: inOrder(crypto, [...signatures.values()]),
    sighashType: first("sighashType"),
    redeemScript: first("redeemScript"),
    witnessScript: first("witnessScript"),
    finalScript: first("finalScript"),
    finalWitness: first("finalWitness"),
    others: mergeEntries(inputs.map((input) => input.others)),
  };
}

/**
 * One psbt with what all of them hold; what stands in several is taken from the first. Throws `emercoin.bad_psbt` unless all are of the
 * same transaction.
 */
export function combinePsbts(crypto: CoinCrypto, psbts: readonly Psbt[]): Psbt {
  const [head] = psbts;
  if (head === undefined) throw badPsbt("there is none to combine");
  const tx = encodeStripped(head.tx);
  if (!psbts.every((psbt) => equalBytes(encodeStripped(psbt.tx), tx))) {
    throw badPsbt("it is of another transaction than the first");
  }
  return {
    tx: head.tx,
    others: mergeEntries(psbts.map((psbt) => psbt.others)),
    inputs: head.inputs.map((_, at) =>
      mergeInputs(
        crypto,
        psbts.map((psbt) => inputOf(psbt, at)),
      ),
    ),
    outputs: head.outputs.map((_, at) => mergeEntries(psbts.map((psbt) => psbt.outputs[at] ?? []))),
  };
}

function isFinal(input: PsbtInput): boolean {
  return input.finalScript !== null || input.finalWitness !== null;
}

function finaliseInput(crypto: CoinCrypto, psbt: Psbt, index: number): PsbtInput {
  const input = inputOf(psbt, index);
  const spent = psbtSpent(crypto, psbt, index);
  if (isFinal(input) || spent === null) return input;
  const { tx, complete } = unlock(crypto, psbt.tx, index, spent, input.signatures);
  const signed = tx.inputs[index];
  if (!complete || signed === undefined) return input;
  return {
    ...EMPTY_INPUT,
    previous: input.previous,
    output: input.output,
    finalScript: signed.script.length > 0 ? signed.script : null,
    finalWitness: signed.witness.length > 0 ? signed.witness : null,
    others: input.others.filter(({ key }) => key[0] !== KEY_PATH),
  };
}

/**
 * Finishes every input that has good signatures enough; `tx` is the transaction to send once all are finished, else null. Throws
 * `emercoin.bad_psbt` and `emercoin.bad_script` as `psbtSigners` does.
 */
export function finalisePsbt(crypto: CoinCrypto, psbt: Psbt): { readonly psbt: Psbt; readonly tx: Transaction | null } {
  const done = { ...psbt, inputs: psbt.inputs.map((_, index) => finaliseInput(crypto, psbt, index)) };
  return { psbt: done, tx: done.inputs.every(isFinal) ? signedTransaction(done) : null };
}

function signedTransaction(psbt: Psbt): Transaction {
  const inputs = psbt.tx.inputs.map((input, at) => ({
    ...input,
    script: psbt.inputs[at]?.finalScript ?? NO_BYTES,
    witness: psbt.inputs[at]?.finalWitness ?? [],
  }));
  return { ...psbt.tx, inputs };
}

/**
 * Refuses a psbt that is of another transaction than the one that was agreed on: called before signing what came from outside. Throws
 * `emercoin.psbt_mismatch`.
 */
export function checkPsbtOf(psbt: Psbt, agreed: Transaction): void {
  if (equalBytes(encodeStripped(psbt.tx), encodeStripped(agreed))) return;
  throw new AppError("emercoin.psbt_mismatch", "a partially signed transaction is not the one that was agreed on", {
    hint: "Do not sign it. Ask for the agreed one, or agree on this one first.",
  });
}
