// Rentals over the bucket of state. The listing's owner is written first: a process that ends in between leaves nothing that a repetition
// does not complete.

import type { UnixMs } from "../base/index.ts";
import { AppError, unixSecondsOf } from "../base/index.ts";
import type { GrantContext, GrantDecision, GrantStore, RentalRoute, StoredGrant } from "../core/index.ts";
import type { RentalGrant } from "../protocol/index.ts";
import type { MailLog } from "./mail-log.ts";
import type { StateBucket } from "./state-bucket.ts";
import type { StateMirror } from "./state-mirror.ts";
import { grantRow, key, listingRow, parseGrantText, type RentalRow, writeRow } from "./state-rows.ts";

export interface GrantDeps {
  readonly bucket: StateBucket;
  readonly mirror: StateMirror;
  readonly log: MailLog;
}

const MAX_OF_RENTER = 500;
const MAX_OF_LISTING = 50;
const ATTEMPTS = 10;

const routeOf = (rentalId: string, { listing, provider, renter }: RentalRow): RentalRoute => ({
  ...{ rentalId, provider, renter },
  listingId: listing,
});

type NamedRow = readonly [string, RentalRow];

function rowsOf(mirror: StateMirror, ids: readonly string[]): readonly NamedRow[] {
  return ids.flatMap((id) => {
    const row = mirror.rentals.get(id);
    return row === undefined ? [] : [[id, row] as const];
  });
}

/** Rentals of a listing, the newest end first, at most 50. */
export function newestOfListing(mirror: StateMirror, listingId: string): readonly NamedRow[] {
  const sorted = rowsOf(mirror, mirror.rentalsOfListing.of(listingId)).toSorted(([id, one], [otherId, other]) =>
    one.expires_at === other.expires_at ? (id < otherId ? -1 : 1) : other.expires_at - one.expires_at,
  );
  return sorted.slice(0, MAX_OF_LISTING);
}

export class JetStreamGrants implements GrantStore {
  readonly #deps: GrantDeps;

  constructor(deps: GrantDeps) {
    this.#deps = deps;
  }

  async route(rentalId: string): Promise<RentalRoute | null> {
    const { mirror, bucket } = this.#deps;
    const known = mirror.route(rentalId);
    if (known !== null) return known;
    // Another process may have registered it this moment.
    const { revision, row } = await bucket.read(grantRow, key.rental(rentalId));
    if (row !== null) mirror.apply(key.rental(rentalId), revision, writeRow(row));
    return mirror.route(rentalId);
  }

  async routesOfListing(listingId: string, now: UnixMs): Promise<readonly RentalRoute[]> {
    const all = this.#rowsOf(this.#deps.mirror.rentalsOfListing.of(listingId));
    const running = all.filter(([, row]) => row.expires_at > unixSecondsOf(now));
    const last = all.toSorted(([, one], [, other]) => other.expires_at - one.expires_at).slice(0, 1);
    return (running.length > 0 ? running : last).map(([id, row]) => routeOf(id, row));
  }

  async isKnownListing(listingId: string): Promise<boolean> {
    const { mirror, bucket } = this.#deps;
    return mirror.listings.has(listingId) || (await bucket.read(listingRow, key.listing(listingId))).row !== null;
  }

  async rentedOf(ids: readonly string[], now: UnixMs): Promise<ReadonlySet<string>> {
    const seconds = unixSecondsOf(now);
    const { rentalsOfListing } = this.#deps.mirror;
    const runs = (id: string): boolean =>
      this.#rowsOf(rentalsOfListing.of(id)).some(([, row]) => row.expires_at > seconds);
    return new Set(ids.filter(runs));
  }

  async save(
    entry: { readonly grant: RentalGrant; readonly text: string },
    decide: (context: GrantContext) => GrantDecision,
  ): Promise<GrantDecision> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const decision = await this.#save(entry, decide);
      if (decision !== null) return decision;
    }
    throw new AppError("store.busy", "too many processes register the same rental", {
      retryable: true,
      hint: "Try again in a moment.",
    });
  }

  async find(rentalId: string): Promise<StoredGrant | null> {
    const [grant = null] = await this.#grants([rentalId]);
    return grant;
  }

  async ofListing(listingId: string): Promise<readonly StoredGrant[]> {
    return await this.#grants(newestOfListing(this.#deps.mirror, listingId).map(([id]) => id));
  }

  async ofRenter(renter: string): Promise<readonly StoredGrant[]> {
    const rows = this.#rowsOf(this.#deps.mirror.rentalsOfRenter.of(renter));
    const order = ([id, row]: readonly [string, RentalRow]): string =>
      `${String(row.expires_at).padStart(16, "0")} ${id}`;
    const sorted = rows.toSorted((one, other) => (order(one) < order(other) ? -1 : 1));
    return await this.#grants(sorted.slice(0, MAX_OF_RENTER).map(([id]) => id));
  }

  async ofProvider(
    provider: string,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<{ readonly rentals: readonly StoredGrant[]; readonly more: boolean }> {
    const ids = this.#deps.mirror.rentalsOfProvider.of(provider).filter((id) => id > after);
    const rentals = await this.#grants(ids.toSorted().slice(0, limit));
    return { rentals, more: ids.length > limit };
  }

  async messages(
    provider: string,
    { rentalId, after, limit }: { readonly rentalId: string; readonly after: number; readonly limit: number },
  ) {
    const route = await this.route(rentalId);
    if (route?.provider !== provider) return { messages: [], next: after, more: false };
    const mail = await this.#deps.log.open(route.renter);
    const all = [...mail.rental(rentalId).all()].flatMap(({ id, seq, hash, storedAt }) =>
      seq === null || seq <= after ? [] : [{ id, seq, hash, stored_at: storedAt }],
    );
    const messages = all.toSorted((one, other) => one.seq - other.seq).slice(0, limit);
    return { messages, next: messages.at(-1)?.seq ?? after, more: all.length > messages.length };
  }

  #rowsOf(ids: readonly string[]): readonly NamedRow[] {
    return rowsOf(this.#deps.mirror, ids);
  }

  async #grants(ids: readonly string[]): Promise<readonly StoredGrant[]> {
    const { bucket, log } = this.#deps;
    const read = ids.map(async (id): Promise<StoredGrant | null> => {
      const { row } = await bucket.read(grantRow, key.rental(id));
      if (row === null) return null;
      const mail = await log.open(row.renter);
      return { rev: row.rev, lastSeq: mail.rental(id).highestSeq, text: row.grant, grant: parseGrantText(row.grant) };
    });
    return (await Promise.all(read)).filter((one) => one !== null);
  }

  /** Null when somebody else was faster. */
  async #save(
    { grant, text }: { readonly grant: RentalGrant; readonly text: string },
    decide: (context: GrantContext) => GrantDecision,
  ): Promise<GrantDecision | null> {
    const { bucket } = this.#deps;
    const { rental_id, listing_id, provider, renter, expires_at, rev, credit } = grant;
    const owner = await bucket.read(listingRow, key.listing(listing_id));
    const held = await bucket.read(grantRow, key.rental(rental_id));
    const stored =
      held.row === null ? null : { rev: held.row.rev, text: held.row.grant, grant: parseGrantText(held.row.grant) };
    const decision = decide({ stored, listingOwner: owner.row?.provider ?? null });
    if (decision === "unchanged") return decision;
    if (owner.row === null && (await bucket.put(key.listing(listing_id), { provider }, owner.revision)) === null)
      return null;
    const row = { listing: listing_id, provider, renter: renter.verify, expires_at, rev, credit, grant: text };
    return (await bucket.put(key.rental(rental_id), row, held.revision)) === null ? null : decision;
  }
}
