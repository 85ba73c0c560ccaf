// The ledger: double entry in micro-EMC. An entry's postings sum to zero, an entry is written once under its key, and nothing is ever
// changed or deleted: a mistake is put right by a balancing entry.

import { AppError, type MicroEmc, microEmc, type RentalId, type UnixMs } from "../../base/index.ts";

/**
 * Plus is debit: what came in or was spent. Minus is credit: what we owe or earned.
 * `rental:<id>`: what a renter has to his credit (minus) · `provider:earned`: rentals and SMS charged (minus) · `randpay:received`: won
 * coins that wait to be swept · `randpay:variance`: how far luck is behind (plus) or ahead (minus) of the expected value ·
 * `escrow:held`: paid into escrows that are not paid out · `randpay:displaced`: wins that a double spend took away · `emc:received`: plain payments · `emc:refunded`: given back (minus: out of
 * the wallet) · `payout:swept` · `chain:fees`.
 */
export type Account =
  | `rental:${string}`
  | "provider:earned"
  | "randpay:received"
  | "randpay:variance"
  | "randpay:displaced"
  | "emc:received"
  | "emc:refunded"
  | "escrow:held"
  | "payout:swept"
  | "chain:fees";

export interface Posting {
  readonly account: Account;
  readonly amount: MicroEmc;
}

export type EntryKind =
  | "ticket_lost"
  | "ticket_won"
  | "win_displaced"
  | "deposit"
  | "deposit_reversed"
  | "escrow_settled"
  | "rental_charged"
  | "sms_charged"
  | "call_charged"
  | "charge_returned"
  | "refund"
  | "swept";

export interface JournalEntry {
  /** Names what happened, for instance `ticket:<id>`: a second entry under the same key is refused by the store. */
  readonly key: string;
  readonly kind: EntryKind;
  readonly at: UnixMs;
  readonly rental: RentalId | null;
  readonly postings: readonly Posting[];
}

/** The account of a renter's credit. */
export function rentalAccount(rental: RentalId): Account {
  return `rental:${rental}`;
}

/** An entry without its empty postings. Throws `payment.unbalanced` unless the rest sums to zero. */
export function entry(parts: JournalEntry): JournalEntry {
  const postings = parts.postings.filter((posting) => posting.amount !== 0);
  const sum = postings.reduce((total, { amount }) => microEmc(total + amount), microEmc(0));
  if (sum !== 0 || new Set(postings.map(({ account }) => account)).size !== postings.length) {
    throw new AppError("payment.unbalanced", `the ledger entry ${parts.key} does not balance`, {
      hint: "This is a fault of the program; nothing was booked.",
      context: { key: parts.key, sum },
    });
  }
  return { ...parts, postings };
}

/** Balances of all accounts, kept up with the entries that the store has taken. */
export class Balances {
  readonly #accounts = new Map<Account, MicroEmc>();

  constructor(known: ReadonlyMap<Account, MicroEmc> = new Map()) {
    for (const [account, amount] of known) this.#accounts.set(account, amount);
  }

  apply(entries: readonly JournalEntry[]): void {
    for (const { postings } of entries) {
      for (const { account, amount } of postings) this.#accounts.set(account, microEmc(this.of(account) + amount));
    }
  }

  of(account: Account): MicroEmc {
    return this.#accounts.get(account) ?? microEmc(0);
  }

  /** What a rental has to its credit; below zero when a payment was reversed after it was used up. */
  credit(rental: RentalId): MicroEmc {
    return microEmc(-this.of(rentalAccount(rental)));
  }

  /** Zero, always. */
  total(): MicroEmc {
    return [...this.#accounts.values()].reduce((sum, amount) => microEmc(sum + amount), microEmc(0));
  }

  all(): ReadonlyMap<Account, MicroEmc> {
    return this.#accounts;
  }
}
