// What a provider reads of his income: how many tickets came, what they were worth, what was won, and whether the difference is luck.

import { type MicroEmc, microEmc, shortEmc, type UnixMs } from "../../base/index.ts";
import type { JournalEntry } from "./ledger.ts";
import type { StoredTicket } from "./model.ts";

export interface RentalStatement {
  readonly rental: string;
  readonly attempts: number;
  readonly wins: number;
  readonly expected: MicroEmc;
  readonly received: MicroEmc;
  readonly charged: MicroEmc;
}

export interface Statement {
  readonly from: UnixMs;
  readonly to: UnixMs;
  /** Tickets that were decided. */
  readonly attempts: number;
  readonly wins: number;
  readonly expectedWins: number;
  /** What was credited to renters for tickets: the mean of what comes in. */
  readonly expected: MicroEmc;
  readonly received: MicroEmc;
  readonly displaced: MicroEmc;
  /** Root of the sum of amount² · p · (1 - p): two thirds of all periods differ from `expected` by less. */
  readonly deviation: MicroEmc;
  readonly emc: MicroEmc;
  readonly earned: MicroEmc;
  readonly fees: MicroEmc;
  readonly swept: MicroEmc;
  readonly rentals: readonly RentalStatement[];
  readonly words: readonly string[];
}

function sumOf(entries: readonly JournalEntry[], account: string): MicroEmc {
  let sum = 0;
  for (const { postings } of entries) for (const each of postings) if (each.account === account) sum += each.amount;
  return microEmc(sum);
}

/** Entries that book a decision; each belongs to one ticket. */
const decisions = (entries: readonly JournalEntry[]): readonly JournalEntry[] =>
  entries.filter(({ kind }) => kind === "ticket_won" || kind === "ticket_lost");

const wonOf = (entry: JournalEntry): number => sumOf([entry], "randpay:received");
const worthOf = (entry: JournalEntry): number =>
  sumOf([entry], "randpay:received") + sumOf([entry], "randpay:variance");

function variance(tickets: readonly StoredTicket[]): number {
  return tickets.reduce((sum, { amount, risk }) => sum + (amount * amount * (risk - 1)) / (risk * risk), 0);
}

const DECIDED: ReadonlySet<StoredTicket["state"]> = new Set(["lost", "won", "settled", "displaced"]);

/** Of the journal's entries and the tickets in [from, to). */
export function statementOf(
  span: { readonly from: UnixMs; readonly to: UnixMs },
  entries: readonly JournalEntry[],
  tickets: readonly StoredTicket[],
): Statement {
  const decided = decisions(entries);
  const drawn = tickets.filter((ticket) => DECIDED.has(ticket.state));
  const total = (of: (entry: JournalEntry) => number): MicroEmc =>
    microEmc(decided.reduce((sum, each) => sum + of(each), 0));
  const figures = {
    ...span,
    attempts: decided.length,
    wins: decided.filter((each) => each.kind === "ticket_won").length,
    expectedWins: drawn.reduce((sum, ticket) => sum + 1 / ticket.risk, 0),
    expected: total(worthOf),
    received: total(wonOf),
    displaced: sumOf(entries, "randpay:displaced"),
    deviation: microEmc(Math.round(Math.sqrt(variance(drawn)))),
    emc: sumOf(entries, "emc:received"),
    earned: microEmc(-sumOf(entries, "provider:earned")),
    fees: sumOf(entries, "chain:fees"),
    swept: sumOf(entries, "payout:swept"),
    rentals: byRental(entries),
  };
  return { ...figures, words: inWords(figures) };
}

function byRental(entries: readonly JournalEntry[]): readonly RentalStatement[] {
  const groups = new Map<string, JournalEntry[]>();
  for (const each of entries) {
    if (each.rental !== null) groups.set(each.rental, [...(groups.get(each.rental) ?? []), each]);
  }
  return [...groups].map(([rental, own]) => {
    const decided = decisions(own);
    return {
      rental,
      attempts: decided.length,
      wins: decided.filter((each) => each.kind === "ticket_won").length,
      expected: microEmc(decided.reduce((sum, each) => sum + worthOf(each), 0)),
      received: microEmc(decided.reduce((sum, each) => sum + wonOf(each), 0)),
      charged: microEmc(-sumOf(own, "provider:earned")),
    };
  });
}

function inWords(of: Omit<Statement, "words">): readonly string[] {
  const emc = (amount: number): string => `${shortEmc(microEmc(amount))} EMC`;
  const words: string[] = [];
  if (of.attempts > 0) {
    const gap = of.received - of.expected;
    words.push(
      `${of.attempts} tickets came in; ${of.wins} won, ${of.expectedWins.toFixed(1)} were to be expected.`,
      `They were worth ${emc(of.expected)} to your renters and brought ${emc(of.received)}: ${emc(Math.abs(gap))} ${gap < 0 ? "less" : "more"}.`,
      luck(gap, of.deviation, of.expectedWins),
    );
  } else words.push("No tickets came in.");
  if (of.displaced > 0) words.push(`Wins of ${emc(of.displaced)} were double-spent and are lost.`);
  if (of.emc !== 0) words.push(`Plain payments brought ${emc(of.emc)}.`);
  words.push(`Your renters used ${emc(of.earned)} of their credit. Fees were ${emc(of.fees)}.`);
  return words;
}

/** Below that, a single win is far from the mean without meaning anything. */
const ENOUGH_WINS = 5;

function luck(gap: number, deviation: number, expectedWins: number): string {
  const usual = `Luck alone makes ±${shortEmc(microEmc(deviation))} EMC in two of three such periods`;
  if (expectedWins < ENOUGH_WINS) return `${usual}; so few tickets tell nothing yet.`;
  if (Math.abs(gap) <= 2 * deviation || deviation === 0) return `${usual}; this is luck.`;
  if (Math.abs(gap) <= 4 * deviation)
    return `${usual}; this was ${gap < 0 ? "bad" : "good"} luck, as comes once in a while.`;
  return `${usual}; this is too far off to be luck: look at the tickets.`;
}
