// The reputation of a listing: of what its provider says he delivered, how much renters have acknowledged. Pure, in whole numbers, from
// signed statements and receipts alone: whoever has the same ones gets the same score. What a provider says of himself never raises it:
// a statement without a receipt lowers it. What it cannot know: whether a provider rents from himself.

import { type CryptoSuite, days, fromBase64url, isAppError } from "../../base/index.ts";
import { canonicalBytes, verifyReceipt } from "../../envelope/index.ts";
import type { Delivery, Reputation } from "../../protocol/index.ts";

const DAY = days(1) / 1000;
/** A delivery counts half after so many days, and not at all after the last. */
const HALF_LIFE_DAYS = 30;
const LAST_DAY = 180;
/** Nothing younger counts, and nothing younger is shown: nobody watches a line live by it. */
const HIDDEN_DAYS = 1;
/** How long a renter may leave a message unread before that counts. */
const PATIENCE_DAYS = 7;
/** Parts of one: whole numbers add up the same everywhere. */
const ONE = 1_000_000;
/** The newest of each rental, by `seq`. */
export const DELIVERIES_PER_RENTAL = 1000;

/** Score days begin at midnight UTC: `now` and the result in Unix seconds. */
export const reputationDay = (now: number): number => now - (now % DAY);

/** Whether a delivery of `ts` is old enough to be shown and counted at `at`. Unix seconds. */
export const isOldEnough = (ts: number, at: number): boolean => ts <= at - HIDDEN_DAYS * DAY;

/** One delivery, verified. */
export interface DeliverySample {
  readonly rentalId: string;
  /** Unix seconds, as the provider signed. */
  readonly ts: number;
  readonly acknowledged: boolean;
}

/** Deliveries of one rental whose score day is the same. */
export interface DayCount {
  /** As of `deliveryDay`. */
  readonly day: number;
  /** Not negative. */
  readonly sent: number;
  /** At most `sent`. */
  readonly acknowledged: number;
}

/** What of a rental counts, by day: all that the score needs to know of it. Each day once, in no order. */
export type RentalDays = readonly DayCount[];

/** The first score day, in days since 1970, on which a delivery of `ts` (Unix seconds) is no longer of the future. */
export const deliveryDay = (ts: number): number => Math.ceil(ts / DAY);

function weightOf(age: number, acknowledged: boolean): number {
  if (age < HIDDEN_DAYS || age > LAST_DAY || (!acknowledged && age < PATIENCE_DAYS)) return 0;
  return Math.round(ONE * 0.5 ** (age / HALF_LIFE_DAYS));
}

/** The score of a listing from counts of its rentals, as `scoreOf` has it from the deliveries themselves. `at` as there. */
export function scoreOfDays(rentals: Iterable<RentalDays>, at: number): Reputation | null {
  let [all, good, count, counted] = [0, 0, 0, 0];
  for (const days of rentals) {
    const before = count;
    for (const { day, sent, acknowledged } of days) {
      const age = at / DAY - day;
      const read = acknowledged * weightOf(age, true);
      const unread = (sent - acknowledged) * weightOf(age, false);
      all += read + unread;
      good += read;
      count += (read > 0 ? acknowledged : 0) + (unread > 0 ? sent - acknowledged : 0);
    }
    if (count > before) counted += 1;
  }
  if (count === 0) return null;
  return { per_mille: Math.round((1000 * good) / all), samples: count, rentals: counted };
}

/** The counts of one rental from its deliveries. */
export function daysOf(samples: Iterable<Pick<DeliverySample, "ts" | "acknowledged">>): RentalDays {
  const found = new Map<number, { day: number; sent: number; acknowledged: number }>();
  for (const { ts, acknowledged } of samples) {
    const day = deliveryDay(ts);
    const count = found.get(day) ?? { day, sent: 0, acknowledged: 0 };
    count.sent += 1;
    count.acknowledged += acknowledged ? 1 : 0;
    found.set(day, count);
  }
  return [...found.values()];
}

/** The score at `at` (Unix seconds, the beginning of a day); null where nothing counts. */
export function scoreOf(samples: readonly DeliverySample[], at: number): Reputation | null {
  return scoreOfDays([...Map.groupBy(samples, ({ rentalId }) => rentalId).values()].map(daysOf), at);
}

/** Whether the provider it names has signed the statement. */
export function isSignedStatement(suite: CryptoSuite, { statement, provider, signature }: Delivery): boolean {
  try {
    return suite.ed25519Verify(fromBase64url(provider), canonicalBytes(statement), fromBase64url(signature));
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/** Whether the receipt is somebody else's signed word about the very message. */
function isGoodReceipt(suite: CryptoSuite, { statement, provider, receipt }: Delivery): boolean {
  if (receipt === null || receipt.msg_hash !== statement.envelope_sha256 || receipt.from === provider) return false;
  const { to } = receipt;
  const fits = typeof to === "string" ? to === provider : to.listing === statement.listing_id;
  return fits && verifyReceipt(suite, receipt).ok;
}

export interface ComputedReputation {
  readonly listingId: string;
  readonly provider: string;
  /** Null where nothing of it counts at that time. */
  readonly reputation: Reputation | null;
}

export interface ComputedReputations {
  readonly listings: readonly ComputedReputation[];
  /** Statements that nobody signed, and receipts that are no good: neither counts. */
  readonly badStatements: number;
  readonly badReceipts: number;
}

/** Verifies everything, takes each message once, and scores what a provider said of a listing. `at` as of `scoreOf`. */
export function reputationsOf(suite: CryptoSuite, deliveries: Iterable<Delivery>, at: number): ComputedReputations {
  const found = new Map<string, Map<string, DeliverySample>>();
  let [badStatements, badReceipts] = [0, 0];
  for (const each of deliveries) {
    if (!isSignedStatement(suite, each)) {
      badStatements += 1;
      continue;
    }
    const acknowledged = isGoodReceipt(suite, each);
    if (each.receipt !== null && !acknowledged) badReceipts += 1;
    const { listing_id: listing, rental_id: rentalId, seq, ts } = each.statement;
    const name = `${listing} ${each.provider}`;
    const samples = found.get(name) ?? new Map<string, DeliverySample>();
    const key = `${rentalId} ${seq}`;
    const known = samples.get(key);
    samples.set(key, { rentalId, ts: known?.ts ?? ts, acknowledged: acknowledged || (known?.acknowledged ?? false) });
    found.set(name, samples);
  }
  const listings = [...found].map(([name, samples]): ComputedReputation => {
    const [listingId = "", provider = ""] = name.split(" ");
    return { listingId, provider, reputation: scoreOf([...samples.values()], at) };
  });
  return { listings, badStatements, badReceipts };
}
