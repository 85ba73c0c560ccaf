// RANDPAY: the payee tells a window of `risk` key hashes of which one is his; the payer pays to one of them, not knowing which. Worth
// amount / risk on average, and free of fees unless it wins (rawtransaction.cpp; doc of emercoin 0.8.6).

import { AppError, type CoinCrypto, EMC, type MicroEmc, microEmc, parseEmc, shortEmc } from "../base/index.ts";
import { addressOfScript, addressText, scriptOfAddress } from "./address.ts";
import { type ChainNetwork, FLAT_FEE_MICRO } from "./network.ts";
import { flatFee, PLAIN_VERSION, sizeOf, type Transaction, type TxInput, unsignedInput } from "./transaction.ts";

export interface Chap {
  /** What a winning ticket pays, above 0. */
  readonly amount: MicroEmc;
  /** One ticket of so many wins: 1 to 2^31 - 1. */
  readonly risk: number;
  /** The payee's key hash as a number, divided by `risk`. */
  readonly window: bigint;
}

/** The input that stands for the luck; the payee signs it with the key of the first output. One at most, and first. */
export const RANDPAY_TXID = "ec".repeat(32);
export const MAX_RISK = 0x7fffffff;
const SPACE = 1n << 160n;
const CHAP = /^(\d{1,10}(?:\.\d{1,6})?):([1-9]\d{0,9}):([0-9a-f]{40})$/;
/** More than the signature, key and lengths of any one-key input take. */
const SIGNATURE_BYTES = 110;

function badChap(what: string): AppError {
  return new AppError("emercoin.bad_chap", `a RANDPAY challenge is malformed: ${what}`, {
    hint: "Ask the payee for a new challenge.",
  });
}

function badTicket(what: string): AppError {
  return new AppError("emercoin.bad_ticket", `a RANDPAY ticket cannot be accepted: ${what}`, {
    hint: "Build the ticket with this program, or have the payer's node build it with flags 2.",
  });
}

function checkChap(chap: Chap): Chap {
  const { amount, risk, window } = chap;
  if (amount <= 0) throw badChap("its amount is not above 0");
  if (!Number.isInteger(risk) || risk < 1 || risk > MAX_RISK) throw badChap("its risk is not in 1 to 2147483647");
  if (window < 0n || (window + 1n) * BigInt(risk) > SPACE) throw badChap("its window lies beyond all key hashes");
  return chap;
}

/** Reads `amount:risk:window`, the whole string, as `randpay_mkchap` prints it. Throws `emercoin.bad_chap`. */
export function parseChap(text: string): Chap {
  const match = CHAP.exec(text);
  if (match === null) throw badChap("it is not amount:risk:40 hex digits");
  const [, amount = "", risk = "", window = ""] = match;
  if (Number(amount) >= 9_000_000_000) throw badChap("its amount is too large");
  return checkChap({ amount: parseEmc(amount), risk: Number(risk), window: BigInt(`0x${window}`) });
}

/** The text of a challenge with the amount as the node writes it: two to six digits behind the point. Throws `emercoin.bad_chap`. */
export function chapText(chap: Chap): string {
  const { amount, risk, window } = checkChap(chap);
  const [whole, fraction = ""] = shortEmc(amount).split(".");
  return `${whole}.${fraction.padEnd(2, "0")}:${risk}:${window.toString(16).padStart(40, "0")}`;
}

/** A key hash as the little-endian number that the node makes of it. */
function numberOf(hash: Uint8Array): bigint {
  let value = 0n;
  for (const byte of hash.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The window of a key hash (20 bytes) at a risk: what a payee publishes of it. */
export function windowOf(hash: Uint8Array, risk: number): bigint {
  return numberOf(hash) / BigInt(risk);
}

/** Whether a key hash is one of the `risk` candidates of a challenge. */
export function isInWindow(hash: Uint8Array, chap: Chap): boolean {
  return hash.length === 20 && windowOf(hash, chap.risk) === chap.window;
}

/** The candidate with the number `offset`, 0 to risk - 1. The payer draws it at random. Throws `emercoin.bad_chap`. */
export function candidateHash(chap: Chap, offset: number): Uint8Array {
  checkChap(chap);
  if (!Number.isInteger(offset) || offset < 0 || offset >= chap.risk) throw badChap("an offset is outside its window");
  let value = chap.window * BigInt(chap.risk) + BigInt(offset);
  return Uint8Array.from({ length: 20 }, () => {
    const byte = Number(value & 0xffn);
    value >>= 8n;
    return byte;
  });
}

/**
 * The candidate's p2pkh address. Never its p2wpkh one: the node's policy refuses the winner (IsWitnessStandard does not know the
 * RANDPAY input), so that the payee would lose every win.
 */
export function candidateAddress(crypto: CoinCrypto, chap: Chap, offset: number, network: ChainNetwork): string {
  return addressText(crypto, { kind: "p2pkh", hash: candidateHash(chap, offset) }, network);
}

/**
 * Amount and risk whose expected value is exactly `price`, with an amount near `target` (decision E3): 0.01 EMC → 1 EMC at 1/100; a price
 * above the target is paid with certainty. Throws `emercoin.bad_amount` for a price that no ticket can carry.
 */
export function ticketAmount(price: MicroEmc, target: MicroEmc = EMC): Pick<Chap, "amount" | "risk"> {
  if (price <= 0 || target <= 0) {
    throw new AppError("emercoin.bad_amount", "the price of a ticket must be above 0", {
      hint: "Give a price in EMC.",
    });
  }
  const risk = Math.min(MAX_RISK, Math.max(1, Math.round(target / price)));
  const amount = microEmc(price * risk);
  if (amount < FLAT_FEE_MICRO) {
    throw new AppError("emercoin.bad_amount", "a ticket's amount is below the least output of 0.0001 EMC", {
      hint: "Choose a higher price or a higher target.",
    });
  }
  return { amount, risk };
}

/** The input that makes a transaction a ticket. */
export function randpayInput(): TxInput {
  return unsignedInput({ txid: RANDPAY_TXID, vout: 0 });
}

export interface TicketPlan {
  readonly chap: Chap;
  /** 0 to risk - 1, drawn at random. */
  readonly offset: number;
  /** The payer's coins, at least one. */
  readonly coins: readonly (Pick<TxInput, "txid" | "vout"> & { readonly amount: MicroEmc })[];
  /** Where the rest goes. */
  readonly changeScript: Uint8Array;
  /** Unix seconds, not before those of the coins' transactions. */
  readonly time: number;
}

/**
 * The unsigned ticket: RANDPAY input, the coins; payment to the candidate, then the change (left to the fee where it is below the least
 * output). The fee, which only a win pays, counts in the signatures to come. Throws `emercoin.no_funds` when the coins do not suffice.
 */
export function buildTicket({ chap, offset, coins, changeScript, time }: TicketPlan): Transaction {
  const payment = {
    amount: chap.amount,
    script: scriptOfAddress({ kind: "p2pkh", hash: candidateHash(chap, offset) }),
  };
  const inputs = [randpayInput(), ...coins.map((coin) => unsignedInput(coin))];
  const draft = { version: PLAIN_VERSION, time, inputs, outputs: [payment], lockTime: 0 };
  const change = { amount: 0 as MicroEmc, script: changeScript };
  const fee = flatFee(sizeOf({ ...draft, outputs: [payment, change] }).bytes + SIGNATURE_BYTES * inputs.length);
  const rest = coins.reduce((sum, coin) => sum + coin.amount, 0) - chap.amount - fee;
  if (rest < 0) {
    throw new AppError("emercoin.no_funds", "the coins do not cover the ticket and its fee", {
      hint: "Add coins to the wallet, or choose a ticket with a smaller amount.",
      context: { missing_micro_emc: -rest },
    });
  }
  if (rest < FLAT_FEE_MICRO) return draft;
  return { ...draft, outputs: [payment, { amount: microEmc(rest), script: changeScript }] };
}

export interface Ticket {
  /** The key hash it pays to. */
  readonly hash: Uint8Array;
  readonly amount: MicroEmc;
  /** The payer's own coins. */
  readonly coins: readonly Pick<TxInput, "txid" | "vout">[];
}

/**
 * What a ticket pays, once its form can win: the RANDPAY input first and only once, own coins behind it, the first output p2pkh. Whether
 * the coins exist and the signatures hold is not looked at. Throws `emercoin.bad_ticket`.
 */
export function readTicket(tx: Transaction): Ticket {
  const [luck, ...own] = tx.inputs;
  if (luck?.txid !== RANDPAY_TXID || luck.vout !== 0) throw badTicket("its first input is not the RANDPAY input");
  if (own.some((input) => input.txid === RANDPAY_TXID)) throw badTicket("it has the RANDPAY input twice");
  if (own.length === 0) throw badTicket("it spends no coin");
  const payment = tx.outputs[0];
  const address = payment === undefined ? null : addressOfScript(payment.script);
  if (payment === undefined || address?.kind !== "p2pkh") throw badTicket("its first output is not p2pkh");
  return { hash: address.hash, amount: payment.amount, coins: own.map(({ txid, vout }) => ({ txid, vout })) };
}
