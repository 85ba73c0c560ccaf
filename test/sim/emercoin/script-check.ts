// Checks the inputs of a transaction with real signatures, and says what is wrong in the words of the script interpreter.

import type { CoinCrypto } from "../../../src/base/index.ts";
import {
  addressOfScript,
  hash160,
  multisigOfScript,
  pushesOf,
  scriptOfAddress,
  type Transaction,
  verifyInput,
  withoutNamePrefix,
} from "../../../src/emercoin/index.ts";

import { type Coin, isRandpay, outpointOf } from "./chain-state.ts";

export interface Rejection {
  /** Bitcoin's reject code. */
  readonly code: number;
  readonly reason: string;
  readonly debug?: string;
}

const STACK = "Operation not valid with the current stack size";
const NULLFAIL = "Signature must be zero for failed CHECK(MULTI)SIG operation";
const MISMATCH = "Witness program hash mismatch";
const EMPTY_WITNESS = "Witness program was passed an empty witness";

interface Failure {
  readonly text: string;
  readonly mandatory: boolean;
}

function witnessFailure(kind: "p2wpkh" | "p2wsh", witness: readonly Uint8Array[]): Failure {
  if (kind === "p2wpkh") return { text: witness.length === 2 ? NULLFAIL : MISMATCH, mandatory: false };
  if (witness.length === 0) return { text: EMPTY_WITNESS, mandatory: false };
  return {
    text: multisigOfScript(witness.at(-1) ?? new Uint8Array(0)) === null ? MISMATCH : NULLFAIL,
    mandatory: false,
  };
}

/** Why an input that does not verify fails. */
function failureOf(crypto: CoinCrypto, tx: Transaction, index: number, script: Uint8Array): Failure {
  const input = tx.inputs[index];
  const address = addressOfScript(withoutNamePrefix(script));
  const witness = input?.witness ?? [];
  if (address?.kind === "p2wpkh" || address?.kind === "p2wsh") return witnessFailure(address.kind, witness);
  const pushes = input === undefined ? null : pushesOf(input.script);
  if (pushes === null || pushes.length === 0) return { text: STACK, mandatory: true };
  if (address?.kind === "p2pkh") {
    const own = hash160(crypto, pushes.at(-1) ?? new Uint8Array(0));
    const same = Buffer.from(own).equals(address.hash);
    return { text: same ? NULLFAIL : "Script failed an OP_EQUALVERIFY operation", mandatory: true };
  }
  const inner = address?.kind === "p2sh" ? addressOfScript(pushes.at(-1) ?? new Uint8Array(0)) : null;
  if (inner?.kind === "p2wpkh" || inner?.kind === "p2wsh") return witnessFailure(inner.kind, witness);
  return { text: NULLFAIL, mandatory: true };
}

/** Null if every input may spend its output. The input of a ticket comes last, under a code of its own. */
export function checkScripts(
  crypto: CoinCrypto,
  tx: Transaction,
  coin: (outpoint: string) => Coin | undefined,
): Rejection | null {
  for (const [index, input] of tx.inputs.entries()) {
    if (isRandpay(input)) continue;
    const spent = coin(outpointOf(input));
    if (spent === undefined || verifyInput(crypto, tx, index, spent)) continue;
    const { text, mandatory } = failureOf(crypto, tx, index, spent.script);
    const [code, flag] = mandatory
      ? [16, "mandatory-script-verify-flag-failed"]
      : [64, "non-mandatory-script-verify-flag"];
    return { code, reason: `${flag} (${text})` };
  }
  return checkRandpay(crypto, tx);
}

/** What the RANDPAY input of a ticket spends: nothing, locked by the address of the first output. */
export function randpayCoin(tx: Transaction) {
  const address = addressOfScript(withoutNamePrefix(tx.outputs[0]?.script ?? new Uint8Array(0)));
  const script = address === null ? Uint8Array.of(0x6a) : scriptOfAddress(address);
  return { script, amount: 0 as Coin["amount"] };
}

function checkRandpay(crypto: CoinCrypto, tx: Transaction): Rejection | null {
  const index = tx.inputs.findIndex(isRandpay);
  if (index < 0) return null;
  const spent = randpayCoin(tx);
  if (verifyInput(crypto, tx, index, spent)) return null;
  const { text, mandatory } = failureOf(crypto, tx, index, spent.script);
  const flag = mandatory ? "mandatory-script-verify-flag-failed" : "non-mandatory-script-verify-flag";
  return { code: 236, reason: `randpay: ${flag} (${text})` };
}
