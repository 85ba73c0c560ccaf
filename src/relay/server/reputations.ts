// Reputations of listings from what this relay has taken and what renters have acknowledged here. Computed once a day for each listing,
// from counts that the store has of each rental: for a page of them in one question.

import { type Clock, type Millis, unixSecondsOf } from "../../base/index.ts";
import {
  DELIVERIES_PER_RENTAL,
  type DeliveredMessage,
  isOldEnough,
  type RelayStore,
  reputationDay,
  type StoredGrant,
  scoreOfDays,
} from "../../core/index.ts";
import type { DeliveriesPage, Delivery, Reputation } from "../../protocol/index.ts";

export interface ReputationsDeps {
  readonly store: Pick<RelayStore, "mail" | "rentals">;
  readonly clock: Clock;
}

/** All listings of a large relay: some hundred bytes each. */
const MAX_REMEMBERED = 200_000;
const PAGE = 500;
/** Listings in one question to the store. */
const TOGETHER = 100;

/** A message as the provider has signed it. */
export function deliveryOf({ grant }: StoredGrant, message: DeliveredMessage): Delivery {
  const { v, id, seq, ts, hash, signature, receipt } = message;
  const { listing_id, rental_id, provider } = grant;
  const statement = { v, id, listing_id, rental_id, seq, ts, envelope_sha256: hash };
  return { v: 1, type: "numberbox-delivery", statement, provider, signature, receipt };
}

export class Reputations {
  readonly #deps: ReputationsDeps;
  /** Of one day. */
  #known = new Map<string, Reputation | null>();
  #knownAt = 0;

  constructor(deps: ReputationsDeps) {
    this.#deps = deps;
  }

  /**
   * Null for those of which nothing counts yet. What is not known at `until` (by the monotonic clock) is left out, but never the first; by
   * default nothing is.
   */
  async of(listingIds: readonly string[], until?: Millis): Promise<ReadonlyMap<string, Reputation | null>> {
    const { store, clock } = this.#deps;
    const day = this.#day();
    const known = this.#knownOf(day);
    const found = new Map<string, Reputation | null>();
    let missing: readonly string[] = listingIds.filter((id) => {
      const reputation = known.get(id);
      if (reputation === undefined) return true;
      found.set(id, reputation);
      return false;
    });
    while (missing.length > 0) {
      const sums = await store.mail.sums(missing.slice(0, TOGETHER));
      for (const [id, rentals] of sums) {
        const reputation = scoreOfDays(rentals, day);
        found.set(id, reputation);
        remember(known, id, reputation);
      }
      missing = missing.filter((id) => !found.has(id));
      if (sums.size === 0 || (until !== undefined && clock.monotonic() > until)) break;
    }
    return found;
  }

  /** What the score is made of, by rental and seq. `after`: `next` of the page before. */
  async deliveries(listingId: string, after: string, limit: number): Promise<DeliveriesPage> {
    const at = this.#day();
    const [afterRental = "", afterSeq = "0"] = after.split(".");
    const found: Delivery[] = [];
    for (const grant of await this.#grants(listingId)) {
      const rental = grant.grant.rental_id;
      if (rental < afterRental) continue;
      const from = rental === afterRental ? Number(afterSeq) : 0;
      for await (const message of this.#messages(grant, from)) {
        if (!isOldEnough(message.ts, at)) continue;
        if (found.length === limit) {
          const { rental_id, seq } = found.at(-1)?.statement ?? { rental_id: "", seq: 0 };
          return { deliveries: found, at, next: `${rental_id}.${seq}` };
        }
        found.push(deliveryOf(grant, message));
      }
    }
    return { deliveries: found, at, next: null };
  }

  #knownOf(day: number): Map<string, Reputation | null> {
    if (this.#knownAt !== day) this.#known = new Map();
    this.#knownAt = day;
    return this.#known;
  }

  async #grants(listingId: string): Promise<readonly StoredGrant[]> {
    const grants = await this.#deps.store.rentals.ofListing(listingId);
    return grants.toSorted((one, other) => (one.grant.rental_id < other.grant.rental_id ? -1 : 1));
  }

  /** The newest of a rental, behind `after`. */
  async *#messages({ grant, lastSeq }: StoredGrant, after: number): AsyncGenerator<DeliveredMessage> {
    let from = Math.max(after, lastSeq - DELIVERIES_PER_RENTAL);
    for (;;) {
      const rows = await this.#deps.store.mail.course(grant.rental_id, { after: from, limit: PAGE });
      yield* rows;
      from = rows.at(-1)?.seq ?? from;
      if (rows.length < PAGE) return;
    }
  }

  #day(): number {
    return reputationDay(unixSecondsOf(this.#deps.clock.now()));
  }
}

function remember(known: Map<string, Reputation | null>, id: string, reputation: Reputation | null): void {
  known.delete(id);
  known.set(id, reputation);
  const [oldest] = known.keys();
  if (known.size > MAX_REMEMBERED && oldest !== undefined) known.delete(oldest);
}
