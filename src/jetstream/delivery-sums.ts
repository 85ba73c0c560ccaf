// Counts of each rental's deliveries by day, for reputations: made from the renter's mail when somebody asks, and remembered until the next
// entry about the rental comes. The mail itself is forgotten sooner: it is much larger.

import { DELIVERIES_PER_RENTAL, daysOf, type RentalDays } from "../core/index.ts";
import { newestOfListing } from "./grant-store.ts";
import type { MailLog } from "./mail-log.ts";
import type { StateMirror } from "./state-mirror.ts";

export interface DeliverySumsDeps {
  readonly mirror: StateMirror;
  readonly log: MailLog;
}

/** Rentals: some hundred bytes each. */
const MAX_REMEMBERED = 200_000;
/** Renters whose mail is read at once for one question. */
const READ_AT_ONCE = 16;

export class DeliverySums {
  readonly #deps: DeliverySumsDeps;
  readonly #known = new Map<string, RentalDays>();

  constructor(deps: DeliverySumsDeps) {
    this.#deps = deps;
    deps.log.follow((rentalId) => this.#known.delete(rentalId));
  }

  /** As `MailStore.sums`. Errors: `store.away`. */
  async of(listingIds: readonly string[]): Promise<ReadonlyMap<string, readonly RentalDays[]>> {
    const { mirror } = this.#deps;
    const rentals = new Map(listingIds.map((id) => [id, newestOfListing(mirror, id).map(([rentalId]) => rentalId)]));
    const unknown = [...rentals.values()].map((ids) => ids.filter((id) => !this.#known.has(id)));
    const most = Math.max(READ_AT_ONCE, unknown[0]?.length ?? 0);
    const read = unknown.flat().slice(0, most);
    const counted = new Map<string, RentalDays>();
    for (let at = 0; at < read.length; at += READ_AT_ONCE) {
      const some = read.slice(at, at + READ_AT_ONCE);
      const days = await Promise.all(some.map((id) => this.#count(id)));
      for (const [n, id] of some.entries()) counted.set(id, days[n] ?? []);
    }
    const found = new Map<string, readonly RentalDays[]>();
    for (const [listingId, ids] of rentals) {
      const days = ids.flatMap((id) => [counted.get(id) ?? this.#known.get(id) ?? null].filter((one) => one !== null));
      // The first is whole in any case; an entry of this moment may have made another one unknown.
      if (days.length === ids.length || listingId === listingIds[0]) found.set(listingId, days);
    }
    return found;
  }

  async #count(rentalId: string): Promise<RentalDays> {
    const { mirror, log } = this.#deps;
    const route = mirror.route(rentalId);
    if (route === null) return [];
    const rental = (await log.open(route.renter)).rental(rentalId);
    const from = Math.max(0, rental.highestSeq - DELIVERIES_PER_RENTAL);
    const days = daysOf([...rental.all()].filter(({ seq }) => seq !== null && seq > from));
    this.#known.set(rentalId, days);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return days;
  }
}
