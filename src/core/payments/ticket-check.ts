// Whether a ticket may be taken, by itself and by its coins. The node would take worse ones: its own answer is no proof (must-do list of
// our Emercoin reference §5), and a payee who sends it whatever comes can lose every win.

import {
  type AppError,
  type CoinCrypto,
  fromHex,
  isAppError,
  type MicroEmc,
  microEmc,
  type UnixMs,
} from "../../base/index.ts";
import {
  addressText,
  type ChainNetwork,
  decodeTransaction,
  FLAT_FEE_MICRO,
  isInWindow,
  parseChap,
  readTicket,
  type Ticket,
  type Transaction,
  txid,
  verifyInput,
} from "../../emercoin/index.ts";
import type { Coin, Outpoint } from "../chain/ports-chain.ts";
import type { IssuedChap, StoredTicket } from "./model.ts";
import { paymentError } from "./payment-errors.ts";

/** Twice the hex of a ticket with fifty coins. */
export const MAX_TICKET_HEX = 32_768;
const MAX_COINS = 50;

export interface ReadTicket extends Ticket {
  readonly id: string;
  readonly address: string;
  readonly tx: Transaction;
}

/** Decodes a ticket and looks at its form. Throws `payment.bad_ticket`. */
export function decodeTicket(crypto: CoinCrypto, network: ChainNetwork, hex: string): ReadTicket {
  if (hex.length > MAX_TICKET_HEX)
    throw paymentError("payment.bad_ticket", "the ticket is larger than any of fifty coins");
  try {
    const tx = decodeTransaction(hex);
    const ticket = readTicket(tx);
    checkForm(tx, ticket);
    const address = addressText(crypto, { kind: "p2pkh", hash: ticket.hash }, network);
    return { ...ticket, id: txid(crypto, tx), address, tx };
  } catch (cause) {
    if (isAppError(cause) && cause.code.startsWith("payment.")) throw cause;
    const what = isAppError(cause) ? cause.message : "the ticket cannot be read";
    throw paymentError("payment.bad_ticket", what, { cause });
  }
}

const FINAL = 0xffffffff;

function checkForm(tx: Transaction, ticket: Ticket): void {
  const bad = (what: string): AppError => paymentError("payment.bad_ticket", what);
  if (ticket.coins.length > MAX_COINS) throw bad("the ticket spends more than fifty coins");
  const outpoints = new Set(ticket.coins.map((coin) => `${coin.txid}:${coin.vout}`));
  if (outpoints.size !== ticket.coins.length) throw bad("the ticket spends a coin twice");
  if (tx.outputs.some((output) => output.amount < FLAT_FEE_MICRO)) throw bad("an output is below 0.0001 EMC");
  // A ticket that only a later block may hold would win nothing now.
  if (tx.lockTime !== 0 && tx.inputs.some((input) => input.sequence !== FINAL))
    throw bad("the ticket is locked in time");
  if (tx.inputs[0]?.script.length !== 0 || tx.inputs[0].witness.length > 0)
    throw bad("its RANDPAY input is signed already");
  for (const input of tx.inputs.slice(1)) {
    if (input.script.length === 0 && input.witness.length === 0) throw bad("a coin is not signed");
  }
}

/** The challenge that a ticket answers; null for none of these. */
export function chapOfTicket(ticket: Ticket, chaps: Iterable<IssuedChap>): IssuedChap | null {
  for (const chap of chaps) if (isInWindow(ticket.hash, parseChap(chap.text))) return chap;
  return null;
}

/** What a ticket is worth, win or lose: amount / risk rounded down, so that no number of tickets adds up to more than was paid for. */
export function ticketValue(amount: MicroEmc, risk: number): MicroEmc {
  return microEmc(Math.floor(amount / risk));
}

/** More than clocks differ. */
const AHEAD_SECONDS = 900;

/** No block takes a transaction before its time: one from the future wins nothing for so long. Throws `payment.bad_ticket`. */
export function checkTime({ tx }: ReadTicket, now: UnixMs): void {
  if (tx.time <= now / 1000 + AHEAD_SECONDS) return;
  throw paymentError("payment.bad_ticket", "the ticket's time lies in the future");
}

/** Throws `payment.chap_foreign`, `payment.chap_used`, `payment.chap_expired` or `payment.underpaid`. */
export function checkChap(ticket: Ticket, chap: IssuedChap, order: string, now: UnixMs): void {
  if (chap.orderId !== order)
    throw paymentError("payment.chap_foreign", "the ticket answers the challenge of another order");
  if (chap.state === "used" || chap.state === "spent")
    throw paymentError("payment.chap_used", "the challenge was used by another ticket");
  if (chap.state !== "offered" || now >= chap.expiresAt) {
    throw paymentError("payment.chap_expired", "the challenge is no longer valid");
  }
  if (ticket.amount < chap.amount) {
    const context = { amount: ticket.amount, expected: chap.amount };
    throw paymentError("payment.underpaid", "the ticket pays less than the challenge asks for", { context });
  }
}

/** What the caps look at: tickets of one payer. */
export interface PayerLoad {
  readonly unsettled: number;
  readonly lastHour: number;
}

export function payerLoad(tickets: Iterable<StoredTicket>, payer: string, now: UnixMs): PayerLoad {
  let unsettled = 0;
  let lastHour = 0;
  for (const ticket of tickets) {
    if (ticket.payer !== payer) continue;
    if (ticket.state === "deciding" || ticket.state === "won") unsettled++;
    if (ticket.state !== "refused" && ticket.receivedAt > now - 3_600_000) lastHour++;
  }
  return { unsettled, lastHour };
}

/** Throws `payment.too_many`. */
export function checkLoad(
  load: PayerLoad,
  most: { readonly maxUnpaidTickets: number; readonly maxTicketsPerHour: number },
): void {
  if (load.unsettled >= most.maxUnpaidTickets) {
    throw paymentError("payment.too_many", "too many tickets of this payer are not settled");
  }
  if (load.lastHour >= most.maxTicketsPerHour) throw paymentError("payment.too_many", "too many tickets in an hour");
}

/**
 * The coins behind a ticket: all there, confirmed, signed for, and enough for what it pays. `coins` are in the ticket's order, null for
 * what is spent or unknown. Throws `payment.coin_spent`, `payment.coin_unconfirmed`, `payment.bad_signature`, `payment.underfunded`.
 */
export function checkCoins(
  crypto: CoinCrypto,
  { tx, coins: wanted }: ReadTicket,
  coins: readonly (Coin | null)[],
): void {
  let sum = 0;
  wanted.forEach((_outpoint: Outpoint, at) => {
    const coin = coins[at] ?? null;
    if (coin === null) throw paymentError("payment.coin_spent", "a coin of the ticket is spent or unknown");
    if (coin.confirmations < 1) throw paymentError("payment.coin_unconfirmed", "a coin of the ticket is not confirmed");
    if (!verifyInput(crypto, tx, at + 1, { script: fromHex(coin.script), amount: coin.amount })) {
      throw paymentError("payment.bad_signature", "a signature of the ticket does not fit its coin");
    }
    sum += coin.amount;
  });
  const paid = tx.outputs.reduce((total, output) => total + output.amount, 0);
  if (sum - paid < FLAT_FEE_MICRO)
    throw paymentError("payment.underfunded", "the ticket's coins do not cover it and its fee");
}
