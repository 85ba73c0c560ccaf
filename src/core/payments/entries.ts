// The ledger's entries, one function for each thing that can happen to money.

import { type MicroEmc, microEmc, type RentalId, type UnixMs } from "../../base/index.ts";
import { type EntryKind, entry, type JournalEntry, type Posting, rentalAccount } from "./ledger.ts";

interface About {
  /** What makes it happen only once. */
  readonly id: string;
  readonly at: UnixMs;
  readonly rental: RentalId;
}

const negative = (amount: MicroEmc): MicroEmc => microEmc(-amount);

function make(
  kind: EntryKind,
  key: string,
  about: { readonly at: UnixMs; readonly rental: RentalId | null },
  postings: readonly Posting[],
): JournalEntry {
  return entry({ key, kind, at: about.at, rental: about.rental, postings });
}

/** A decided ticket is worth `value` to its renter, win or lose; what was won beyond it, or lost, is luck. */
export function ticketDecided(
  about: About,
  ticket: { readonly value: MicroEmc; readonly won: MicroEmc },
): JournalEntry {
  return make(ticket.won > 0 ? "ticket_won" : "ticket_lost", `ticket:${about.id}`, about, [
    { account: "randpay:received", amount: ticket.won },
    { account: "randpay:variance", amount: microEmc(ticket.value - ticket.won) },
    { account: rentalAccount(about.rental), amount: negative(ticket.value) },
  ]);
}

/** A win that another transaction displaced is the provider's loss: the renter of a ticket that was valid keeps its value. */
export function winDisplaced(about: About, won: MicroEmc): JournalEntry {
  return make("win_displaced", `displaced:${about.id}`, about, [
    { account: "randpay:displaced", amount: won },
    { account: "randpay:received", amount: negative(won) },
  ]);
}

/** Where what is paid to an order's address lies. */
export type DepositAccount = "emc:received" | "escrow:held";

/** `id` is the outpoint and how often it was credited before. */
export function depositCredited(
  about: About,
  amount: MicroEmc,
  account: DepositAccount = "emc:received",
): JournalEntry {
  return make("deposit", `deposit:${about.id}`, about, [
    { account, amount },
    { account: rentalAccount(about.rental), amount: negative(amount) },
  ]);
}

/** The chain was reorganised and the payment is gone. */
export function depositReversed(
  about: About,
  amount: MicroEmc,
  account: DepositAccount = "emc:received",
): JournalEntry {
  return make("deposit_reversed", `reversed:${about.id}`, about, [
    { account: rentalAccount(about.rental), amount },
    { account, amount: negative(amount) },
  ]);
}

/**
 * An escrow is paid out; `id` is its outpoint. What neither came to us nor was the network's fee is off the renter's credit; beyond that
 * we earned less than was charged.
 */
export function escrowSettled(
  about: About,
  coins: {
    readonly amount: MicroEmc;
    readonly received: MicroEmc;
    readonly fee: MicroEmc;
    /** What the rental had to its credit before. */
    readonly credit: MicroEmc;
  },
): JournalEntry {
  const { amount, received, fee, credit } = coins;
  const back = amount - received - fee;
  const unused = Math.min(back, Math.max(0, credit));
  return make("escrow_settled", `escrow:${about.id}`, about, [
    { account: "emc:received", amount: received },
    { account: "chain:fees", amount: fee },
    { account: rentalAccount(about.rental), amount: microEmc(unused) },
    { account: "provider:earned", amount: microEmc(back - unused) },
    { account: "escrow:held", amount: negative(amount) },
  ]);
}

/** The price of a rental; `id` is the order. */
export function rentalCharged(about: About, price: MicroEmc): JournalEntry {
  return make("rental_charged", `rental:${about.id}`, about, [
    { account: rentalAccount(about.rental), amount: price },
    { account: "provider:earned", amount: negative(price) },
  ]);
}

/** All SMS up to the `upTo`-th: charged in spans, since an entry for each would wear the disk. */
export function smsCharged(about: Omit<About, "id"> & { readonly upTo: number }, price: MicroEmc): JournalEntry {
  return make("sms_charged", `sms:${about.rental}:${about.upTo}`, about, [
    { account: rentalAccount(about.rental), amount: price },
    { account: "provider:earned", amount: negative(price) },
  ]);
}

/** Minutes of a call; `id` is the call, `upTo` its last minute that this pays. */
export function callCharged(about: About & { readonly upTo: number }, price: MicroEmc): JournalEntry {
  return make("call_charged", `call:${about.id}:${about.upTo}`, about, [
    { account: rentalAccount(about.rental), amount: price },
    { account: "provider:earned", amount: negative(price) },
  ]);
}

/** A charge that is given back to the renter's credit; `id` says what for. */
export function chargeReturned(about: About, amount: MicroEmc): JournalEntry {
  return make("charge_returned", `returned:${about.id}`, about, [
    { account: "provider:earned", amount },
    { account: rentalAccount(about.rental), amount: negative(amount) },
  ]);
}

/** Coins that the owner sent back by himself; `id` is the transaction. */
export function refunded(about: About, amount: MicroEmc): JournalEntry {
  return make("refund", `refund:${about.id}`, about, [
    { account: rentalAccount(about.rental), amount },
    { account: "emc:refunded", amount: negative(amount) },
  ]);
}

/** A confirmed sweep of won coins; `id` is the transaction. */
export function swept(
  about: Omit<About, "rental">,
  coins: { readonly amount: MicroEmc; readonly fee: MicroEmc },
): JournalEntry {
  return make("swept", `sweep:${about.id}`, { ...about, rental: null }, [
    { account: "payout:swept", amount: microEmc(coins.amount - coins.fee) },
    { account: "chain:fees", amount: coins.fee },
    { account: "randpay:received", amount: negative(coins.amount) },
  ]);
}
