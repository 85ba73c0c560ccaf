// Reputations of listings from what this relay has taken and what renters have acknowledged here. Computed once a day for each listing.

import { type Clock, unixSecondsOf } from "../../base/index.ts";
import {
  DELIVERIES_PER_RENTAL,
  type DeliveredMessage,
  isOldEnough,
  type RelayStore,
  reputationDay,
  type StoredGrant,
  scoreOf,
} from "../../core/index.ts";
import type { DeliveriesPage, Delivery, Reputation } from "../../protocol/index.ts";

export interface ReputationsDeps {
  readonly store: Pick<RelayStore, "mail" | "rentals">;
  readonly clock: Clock;
}

const MAX_REMEMBERED = 20_000;
const PAGE = 500;

/** A message as the provider has signed it. */
export function deliveryOf({ grant }: StoredGrant, message: DeliveredMessage): Delivery {
  const { v, id, seq, ts, hash, signature, receipt } = message;
  const { listing_id, rental_id, provider } = grant;
  const statement = { v, id, listing_id, rental_id, seq, ts, envelope_sha256: hash };
  return { v: 1, type: "numberbox-delivery", statement, provider, signature, receipt };
}

export class Reputations {
  readonly #deps: ReputationsDeps;
  readonly #known = new Map<string, { readonly day: number; readonly reputation: Promise<Reputation | null> }>();

  constructor(deps: ReputationsDeps) {
    this.#deps = deps;
  }

  /** Null where nothing counts yet. */
  of(listingId: string): Promise<Reputation | null> {
    const day = this.#day();
    const known = this.#known.get(listingId);
    if (known?.day === day) return known.reputation;
    const reputation = this.#compute(listingId, day);
    this.#known.delete(listingId);
    this.#known.set(listingId, { day, reputation });
    reputation.catch(() => this.#known.delete(listingId));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return reputation;
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

  async #compute(listingId: string, day: number): Promise<Reputation | null> {
    const samples: { rentalId: string; ts: number; acknowledged: boolean }[] = [];
    for (const grant of await this.#grants(listingId)) {
      const rentalId = grant.grant.rental_id;
      for await (const { ts, receipt } of this.#messages(grant, 0))
        samples.push({ rentalId, ts, acknowledged: receipt !== null });
    }
    return scoreOf(samples, day);
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
