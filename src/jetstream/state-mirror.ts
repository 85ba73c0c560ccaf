// The bucket of state in memory: every process follows it and answers questions about rentals, orders and listings from what it has seen.
// Another's write comes some milliseconds later; every write here is judged by what the cluster holds.

import { type Clock, type Logger, type Millis, minutes, type UnixMs, withDeadline } from "../base/index.ts";
import type { RelayListener, RentalRoute } from "../core/index.ts";
import type { NatsLink } from "./link.ts";
import {
  listingRow,
  type OrderRow,
  orderRow,
  type PaperHead,
  paperHead,
  parseRow,
  type RentalRow,
  type RequestRow,
  type RunsRow,
  recordHead,
  rentalRow,
  requestRow,
  runsRow,
} from "./state-rows.ts";
import { StreamReader } from "./stream-reader.ts";
import { keyOf, keySubject } from "./streams.ts";

export interface StateMirrorDeps {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
}

/** The mark under a key that was removed. */
export interface Mark {
  readonly revision: number;
  /** Since when it is known here, by the monotonic clock. */
  readonly since: Millis;
}

interface Row<T> {
  readonly revision: number;
  readonly row: T;
}

/** A hundred thousand listings come in some seconds. */
const LOAD_WITHIN = minutes(5);

/** Rows by one of their members. */
class Index {
  readonly #ids = new Map<string, Set<string>>();

  add(under: string, id: string): void {
    this.#ids.set(under, (this.#ids.get(under) ?? new Set()).add(id));
  }

  remove(under: string, id: string): void {
    const ids = this.#ids.get(under);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(under);
  }

  of(under: string): readonly string[] {
    return [...(this.#ids.get(under) ?? [])];
  }
}

type MirrorListener = Pick<RelayListener, "requested" | "answered" | "granted">;

export class StateMirror {
  readonly rentals = new Map<string, RentalRow>();
  readonly orders = new Map<string, OrderRow>();
  readonly requests = new Map<string, Row<RequestRow>>();
  readonly listings = new Set<string>();
  /** Of all processes. */
  runs: RunsRow["runs"] = [];
  /** When each was saved, by its key. */
  readonly papers = new Map<string, UnixMs>();
  /** Whose those are that have an owner, by their key. */
  readonly paperOwners = new Map<string, string>();
  readonly rentalsOfListing = new Index();
  readonly rentalsOfProvider = new Index();
  readonly rentalsOfRenter = new Index();
  readonly ordersOfRenter = new Index();
  readonly ordersOfProvider = new Index();
  readonly requestsOfOrder = new Index();
  readonly requestsOfProvider = new Index();
  readonly #deps: StateMirrorDeps;
  /** Of keys that hold something. */
  readonly #revisions = new Map<string, number>();
  /** Of keys that were removed lately: an older write may still be on its way here. Oldest first. */
  readonly #marks = new Map<string, Mark>();
  readonly #reader: StreamReader;
  #newest = 0;
  #records: string[] = [];
  readonly #recordIds = new Set<string>();
  #listener: MirrorListener = { requested: () => {}, answered: () => {}, granted: () => {} };
  #rentalGone: (rentalId: string, row: RentalRow) => void = () => {};

  constructor(deps: StateMirrorDeps) {
    this.#deps = deps;
    this.#reader = new StreamReader({
      ...deps,
      filter: keySubject(deps.stream, ">"),
      from: { kind: "last_of_each" },
      onEntry: ({ seq, subject, data, deleted }) => this.apply(keyOf(deps.stream, subject), seq, deleted ? null : data),
    });
  }

  listen(listener: MirrorListener, rentalGone: (rentalId: string, row: RentalRow) => void): void {
    this.#listener = listener;
    this.#rentalGone = rentalGone;
  }

  /** Resolves when it holds all that the bucket has. Errors: `base.timeout`. */
  async start(): Promise<void> {
    const { clock } = this.#deps;
    await withDeadline(this.#reader.start(), { clock, timeout: LOAD_WITHIN, what: "reading the relay's state" });
  }

  stop(): void {
    this.#reader.stop();
  }

  /** The newest write it has seen. */
  get position(): number {
    return this.#newest;
  }

  /** Keys it holds. */
  get size(): number {
    return this.#revisions.size;
  }

  route(rentalId: string): RentalRoute | null {
    const row = this.rentals.get(rentalId);
    if (row === undefined) return null;
    return { rentalId, listingId: row.listing, provider: row.provider, renter: row.renter };
  }

  hasRecord(id: string): boolean {
    return this.#recordIds.has(id);
  }

  /** Ids of listings with a record, behind `after`, in their order. */
  recordIds(after: string, limit: number): readonly string[] {
    if (this.#records.length !== this.#recordIds.size) this.#records = [...this.#recordIds].sort();
    const at = this.#records.findIndex((id) => id > after);
    return at === -1 ? [] : this.#records.slice(at, at + limit);
  }

  /** Takes a write in, an own one or another's; an older one than is known changes nothing. */
  apply(key: string, revision: number, data: Uint8Array | null): void {
    if (revision <= this.revision(key)) return;
    this.#newest = Math.max(this.#newest, revision);
    this.#marks.delete(key);
    if (data !== null) this.#revisions.set(key, revision);
    else {
      this.#revisions.delete(key);
      this.#marks.set(key, { revision, since: this.#deps.clock.monotonic() });
    }
    this.#take(key, revision, data);
  }

  /** The last write it knows of a key, also of one that removed it; 0 for none. */
  revision(key: string): number {
    return this.#revisions.get(key) ?? this.#marks.get(key)?.revision ?? 0;
  }

  /** Marks that are known here since `before` (monotonic) or longer. */
  marksOlderThan(before: Millis): readonly (readonly [string, Mark])[] {
    return [...this.#marks].filter(([, { since }]) => since <= before);
  }

  /** The mark itself is gone from the bucket, or has made way for something newer. */
  forgetMark(key: string, { revision }: Mark): void {
    if (this.#marks.get(key)?.revision === revision) this.#marks.delete(key);
  }

  /** The bucket holds nothing under the key, not even a mark: one that this process has missed was taken away. */
  missed(key: string, revision: number): void {
    if (this.revision(key) !== revision || !this.#revisions.has(key)) return;
    this.#revisions.delete(key);
    this.#take(key, revision, null);
  }

  #take(key: string, revision: number, data: Uint8Array | null): void {
    const [kind = "", id = ""] = key.split(".");
    switch (kind) {
      case "rental":
        return this.#onRental(id, data === null ? null : parseRow(rentalRow, key, data));
      case "listing":
        if (data !== null && parseRow(listingRow, key, data)) this.listings.add(id);
        return;
      case "record":
        if (data !== null && parseRow(recordHead, key, data)) this.#recordIds.add(id);
        return;
      case "paper":
        return this.#onPaper(key, data === null ? null : parseRow(paperHead, key, data));
      case "runs":
        this.runs = data === null ? [] : parseRow(runsRow, key, data).runs;
        return;
      case "order":
        return this.#onOrder(id, data === null ? null : parseRow(orderRow, key, data));
      case "request":
        return this.#onRequest(id, revision, data === null ? null : parseRow(requestRow, key, data));
    }
  }

  #onPaper(key: string, row: PaperHead | null): void {
    this.paperOwners.delete(key);
    if (row === null) this.papers.delete(key);
    else this.papers.set(key, row.at);
    if (row?.owner !== undefined) this.paperOwners.set(key, row.owner);
  }

  #onRental(id: string, row: RentalRow | null): void {
    const before = this.rentals.get(id);
    if (row !== null) {
      this.rentals.set(id, row);
      this.rentalsOfListing.add(row.listing, id);
      this.rentalsOfProvider.add(row.provider, id);
      this.rentalsOfRenter.add(row.renter, id);
      if (row.rev !== before?.rev) this.#listener.granted(row.renter, id);
    } else if (before !== undefined) {
      this.rentals.delete(id);
      this.rentalsOfListing.remove(before.listing, id);
      this.rentalsOfProvider.remove(before.provider, id);
      this.rentalsOfRenter.remove(before.renter, id);
      this.#rentalGone(id, before);
    }
  }

  #onOrder(id: string, row: OrderRow | null): void {
    const before = this.orders.get(id);
    if (row !== null) {
      this.orders.set(id, row);
      this.ordersOfRenter.add(row.renter, id);
      this.ordersOfProvider.add(row.provider, id);
      if (row.answer !== null) this.#listener.answered(id);
    } else if (before !== undefined) {
      this.orders.delete(id);
      this.ordersOfRenter.remove(before.renter, id);
      this.ordersOfProvider.remove(before.provider, id);
    }
  }

  #onRequest(id: string, revision: number, row: RequestRow | null): void {
    const before = this.requests.get(id);
    if (row !== null) {
      this.requests.set(id, { revision, row });
      this.requestsOfOrder.add(row.order, id);
      if (row.body === null) this.requestsOfProvider.remove(row.provider, id);
      else {
        this.requestsOfProvider.add(row.provider, id);
        this.#listener.requested(row.provider);
      }
      // Whoever waits for the answer looks at the questions that are still open as well.
      if (row.body === null) this.#listener.answered(row.order);
    } else if (before !== undefined) {
      this.requests.delete(id);
      this.requestsOfOrder.remove(before.row.order, id);
      this.requestsOfProvider.remove(before.row.provider, id);
    }
  }
}
