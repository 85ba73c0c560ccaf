// What relays say of messages that they delivered: their receipts, with the way to the root of the day on which they took them. Asked
// for when the renter exports, a batch for each closed day.

import {
  type AppError,
  type Clock,
  type CryptoSuite,
  hasCode,
  hours,
  isAppError,
  type Millis,
  minutes,
  seconds,
  unixMs,
} from "../base/index.ts";
import { checkReceipts, dateOf, endOf, type ProofDate } from "../core/index.ts";
import { subjectOf } from "../envelope/index.ts";
import { MOST_PROVEN, type ProofBundle } from "../protocol/index.ts";
import type { InboxEntry } from "./inbox.ts";
import type { MarketReader } from "./market-client.ts";

export interface RelayProofsDeps {
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly reader: Pick<MarketReader, "proofs">;
}

export interface FoundProofs {
  /** Null where the relay has none about these messages. */
  readonly bundle: ProofBundle | null;
  /** Why there may be fewer than the relay has; null for all of them. */
  readonly problem: AppError | null;
}

/** Days from sealing to reading that are looked through: a mailbox is kept until its rental is over. */
const MOST_DAYS = 40;
/** Clocks of box, relay and renter differ. */
const SLACK = hours(1);
const BUSY_WAIT: Millis = seconds(15);
const WITHIN: Millis = minutes(5);

/** The UTC days on which the relay can have taken a message. */
function daysOf({ message, at }: InboxEntry): readonly ProofDate[] {
  const days: ProofDate[] = [];
  let next = unixMs(Math.max(0, message.ts * 1000 - SLACK));
  while (next <= at + SLACK && days.length < MOST_DAYS) {
    const date = dateOf(next);
    days.push(date);
    next = endOf(date);
  }
  return days;
}

/** Each day with the hashes that may be in its tree. */
function questions(entries: readonly InboxEntry[]): readonly (readonly [ProofDate, readonly string[]])[] {
  const byDay = new Map<ProofDate, string[]>();
  for (const entry of entries)
    for (const date of daysOf(entry)) {
      const hashes = byDay.get(date) ?? [];
      hashes.push(entry.receipt.msg_hash);
      byDay.set(date, hashes);
    }
  return [...byDay].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** Bundles of one relay as one. What does not hold is left out: it proves nothing. */
class Collected {
  readonly #suite: CryptoSuite;
  readonly #bundles: ProofBundle[] = [];
  readonly found = new Set<string>();

  constructor(suite: CryptoSuite) {
    this.#suite = suite;
  }

  add(given: ProofBundle, asked: ReadonlySet<string>): void {
    const checks = checkReceipts(this.#suite, given);
    const receipts = given.receipts.filter(
      ({ kind, receipt }, at) =>
        kind === "relay" &&
        receipt.from === given.issuer.verify &&
        asked.has(subjectOf(receipt)) &&
        checks[at]?.fault === null,
    );
    const first = this.#bundles[0];
    if (receipts.length === 0 || (first !== undefined && first.issuer.verify !== given.issuer.verify)) return;
    for (const { receipt } of receipts) this.found.add(subjectOf(receipt));
    this.#bundles.push({ ...given, receipts });
  }

  get bundle(): ProofBundle | null {
    const [first] = this.#bundles;
    if (first === undefined) return null;
    const trees = new Map(this.#bundles.flatMap((each) => each.trees).map((tree) => [tree.date, tree]));
    const { v, type, issuer } = first;
    return { v, type, issuer, trees: [...trees.values()], receipts: this.#bundles.flatMap((each) => each.receipts) };
  }
}

/** A busy relay is asked again until the time is up. */
async function patiently<T>(
  { clock, until }: { readonly clock: Clock; readonly until: number },
  ask: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!hasCode(error, "renter.relay_busy") || clock.monotonic() + BUSY_WAIT > until) throw error;
      await clock.sleep(BUSY_WAIT, "a busy relay", signal);
    }
  }
}

/**
 * Asks one relay about messages that it has served. A relay that cannot be reached, or knows no such question, is a `problem`, no
 * failure: an export without its word is worth having. Rejects with `base.stopped` alone. Takes five minutes at most, and one request.
 */
export async function relayProofs(
  { suite, clock, reader }: RelayProofsDeps,
  entries: readonly InboxEntry[],
  signal: AbortSignal,
): Promise<FoundProofs> {
  const collected = new Collected(suite);
  const until = clock.monotonic() + WITHIN;
  try {
    for (const [date, hashes] of questions(entries)) {
      const open = hashes.filter((hash) => !collected.found.has(hash));
      for (let at = 0; at < open.length; at += MOST_PROVEN) {
        const some = open.slice(at, at + MOST_PROVEN);
        const given = await patiently({ clock, until }, () => reader.proofs(date, some, signal), signal);
        // The day is not closed.
        if (given === null) break;
        collected.add(given, new Set(some));
      }
    }
    return { bundle: collected.bundle, problem: null };
  } catch (error) {
    if (!isAppError(error) || error.code === "base.stopped") throw error;
    return { bundle: collected.bundle, problem: error };
  }
}
