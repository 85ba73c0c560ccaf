// RANDPAY: the payee picks a random key and tells only into which of `risk` equal classes its hash falls. The payer pays to one hash of
// that class. If it is the payee's, the payment is real (one time in `risk`), otherwise nothing happens. One attempt is worth
// amount / risk on average (reference/emercoin.md section 5).

import {
  AppError,
  type CoinCrypto,
  concatBytes,
  emcText,
  fromHex,
  type MicroEmc,
  microEmc,
  parseEmc,
  type Random,
  toHex,
} from "../base/index.ts";
import { doubleSha256 } from "./base58.ts";
import { p2pkhScript } from "./script.ts";
import type { Transaction, TransactionInput, TransactionOutput } from "./transaction.ts";
import { FINAL_SEQUENCE } from "./transaction.ts";

/** A payee's challenge. */
export interface Chap {
  readonly amount: MicroEmc;
  /** One attempt in so many wins; 1 to 2^31-1. */
  readonly risk: number;
  /** floor(X / risk) with X the hash of the payee's key read as a little-endian number, 40 hex digits. */
  readonly window: string;
}

/** The input that stands for the challenge; nobody's output, signed by the payee when it wins. */
export const RANDPAY_TXID = "ec".repeat(32);

const CHAP = /^(\d{1,10}(?:\.\d{1,6})?):([1-9]\d{0,9}):([0-9a-f]{40})$/;
const MAX_RISK = 2 ** 31 - 1;
const HASH_LIMIT = 2n ** 160n;

function badChap(): AppError {
  return new AppError("emercoin.bad_chap", "this is not a RANDPAY challenge", {
    hint: "Pass the whole text as the payee gave it: amount:risk:40 hex digits.",
  });
}

/** Reads `amount:risk:hex`. Throws `emercoin.bad_chap`. */
export function parseChap(text: string): Chap {
  const [, amountText = "", riskText = "", window = ""] = CHAP.exec(text) ?? [];
  const risk = Number(riskText);
  if (window === "" || risk > MAX_RISK) throw badChap();
  const amount = parseEmc(amountText);
  // No hash falls into a window above the last one.
  if (amount <= 0 || BigInt(`0x${window}`) * BigInt(risk) >= HASH_LIMIT) throw badChap();
  return { amount, risk, window };
}

/** The text of a challenge; the amount with two decimals at least, as the node writes it. */
export function chapText({ amount, risk, window }: Chap): string {
  const text = emcText(amount).replace(/0{1,4}$/, "");
  return `${text}:${risk}:${window}`;
}

/** Hash of the key that an attempt with `offset` (0 to risk-1) bets on. */
export function candidateHash({ risk, window }: Chap, offset: number): Uint8Array {
  const value = BigInt(`0x${window}`) * BigInt(risk) + BigInt(offset);
  return fromHex((value % HASH_LIMIT).toString(16).padStart(40, "0")).reverse();
}

/** Whether a payment to the key hash `hash` answers the challenge. */
export function isInWindow({ risk, window }: Chap, hash: Uint8Array): boolean {
  return hash.length === 20 && windowOf(hash, risk) === window;
}

/** The window of a key's hash: what a payee publishes. */
export function windowOf(hash: Uint8Array, risk: number): string {
  const value = BigInt(`0x${toHex(hash.slice().reverse())}`) / BigInt(risk);
  return value.toString(16).padStart(40, "0");
}

/** A uniform choice of 0 to risk-1: the payee's window must not be guessed with a bias. */
export function randomOffset(random: Random, risk: number): number {
  const limit = 2n ** 64n - (2n ** 64n % BigInt(risk));
  for (;;) {
    const value = BigInt(`0x${toHex(random.bytes(8))}`);
    if (value < limit) return Number(value % BigInt(risk));
  }
}

/** Amount and risk such that one attempt is worth exactly `price`, with an amount near `target`; risk 1 pays for certain. */
export function ticketTerms(price: MicroEmc, target: MicroEmc): { readonly amount: MicroEmc; readonly risk: number } {
  const risk = Math.min(MAX_RISK, Math.max(1, Math.round(target / price)));
  return { amount: microEmc(price * risk), risk };
}

export interface TicketParts {
  readonly chap: Chap;
  readonly offset: number;
  readonly inputs: readonly { readonly txid: string; readonly vout: number }[];
  readonly change: TransactionOutput | null;
  /** Unix seconds; not before the time of what is spent. */
  readonly time: number;
}

const input = (txid: string, vout: number): TransactionInput => ({
  txid,
  vout,
  scriptSig: new Uint8Array(0),
  sequence: FINAL_SEQUENCE,
  witness: [],
});

/**
 * The unsigned ticket. Always p2pkh: the node refuses to broadcast a win that pays to a witness program (bad-witness-nonstandard), so
 * such a ticket is worth nothing to the payee.
 */
export function buildTicket({ chap, offset, inputs, change, time }: TicketParts): Transaction {
  const payment = { amount: chap.amount, script: p2pkhScript(candidateHash(chap, offset)) };
  return {
    version: 1,
    time,
    inputs: [input(RANDPAY_TXID, 0), ...inputs.map(({ txid, vout }) => input(txid, vout))],
    outputs: change === null ? [payment] : [payment, change],
    lockTime: 0,
  };
}

/** What a payee must know of a ticket before the node sees it; null for a transaction that is no ticket in standard form. */
export function ticketPayment(tx: Transaction): { readonly hash: Uint8Array; readonly amount: MicroEmc } | null {
  const [first, ...others] = tx.inputs;
  const payment = tx.outputs[0];
  const named = first?.txid === RANDPAY_TXID && first.vout === 0 && others.every(({ txid }) => txid !== RANDPAY_TXID);
  if (!named || others.length === 0 || payment === undefined) return null;
  const { script, amount } = payment;
  const standard = script.length === 25 && script[0] === 0x76 && script[1] === 0xa9 && script[2] === 20;
  return standard && script[23] === 0x88 && script[24] === 0xac ? { hash: script.slice(3, 23), amount } : null;
}

/** Identity of a ticket before it is complete: the same coins, payment and time, whatever signatures are filled in. */
export function ticketKey(crypto: CoinCrypto, tx: Transaction): string {
  const parts = tx.inputs.map(({ txid, vout }) => `${txid}:${vout}`).join();
  const outs = tx.outputs.map(({ amount, script }) => `${amount}:${toHex(script)}`).join();
  const text = new TextEncoder().encode(`${tx.time}|${parts}|${outs}`);
  return toHex(doubleSha256(crypto, concatBytes(text)));
}
