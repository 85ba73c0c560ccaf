// Browsing: listings that are free, filtered by what their records say. Whoever wants privacy takes all records and filters at home.

import {
  type Clock,
  isAppError,
  type ListingId,
  listingId,
  type MicroEmc,
  type Millis,
  millis,
  parseEmc,
  toBase64,
} from "../../base/index.ts";
import type { IndexedListing, ListingIndex, RelayStore, StoredRecord } from "../../core/index.ts";
import type { ListingsPage } from "../../protocol/index.ts";
import {
  escrowOfferOf,
  fieldsOfStored,
  listingName,
  parseListingValue,
  type RentalDuration,
  type Tier,
  type TierTerms,
  tiersOf,
} from "../../registry/index.ts";
import { type ChainListings, evidenceOf as wireOf, wormOf } from "./chain-listings.ts";
import { heightOf } from "./listing-records.ts";
import type { Presence } from "./presence.ts";
import type { Providers } from "./providers.ts";
import type { RelayTime } from "./relay-time.ts";
import type { Reputations } from "./reputations.ts";

export interface ListingBrowseDeps {
  readonly store: Pick<RelayStore, "records" | "rentals">;
  readonly time: RelayTime;
  /** Null where the relay has no node. */
  readonly index: ListingIndex | null;
  readonly reputations: Reputations;
  readonly presence: Presence;
  readonly providers: Pick<Providers, "has">;
  /** Null where the relay has no node. */
  readonly chain: Pick<ChainListings, "records"> | null;
  readonly clock: Pick<Clock, "monotonic">;
}

export interface ListingFilter {
  readonly tier: Tier | undefined;
  readonly duration: RentalDuration | undefined;
  /** Of the rental for `duration`, or for any where that is left out. */
  readonly maxPrice: MicroEmc | undefined;
  /** All must be there. */
  readonly features: readonly string[];
  /** Bits that must all be set. */
  readonly capabilities: number;
  readonly minReputation: number | undefined;
  /** Only those that can be paid by escrow. */
  readonly escrow: boolean;
}

export interface BrowseQuery extends ListingFilter {
  readonly after: string;
  readonly limit: number;
  readonly withEvidence: boolean;
  readonly withRecords: boolean;
}

type Shown = ListingsPage["listings"][number];

/** What a record says, for filters. */
interface Facts {
  readonly tiers: readonly TierTerms[];
  readonly features: ReadonlySet<string>;
  readonly capabilities: number;
  readonly escrow: boolean;
}

interface Candidate {
  readonly id: ListingId;
  /** Null where the relay has no node. */
  readonly indexed: IndexedListing | null;
}

/** Looked at for one page: what is rare comes on a later page, which `next` leads to. */
const MAX_LOOKED_AT = 2000;
const SLICE = 100;
/** Nor for longer: everybody else waits meanwhile. At least one slice is looked at, so that every page gets on. */
const MAX_LOOKING = millis(50);
const MAX_REMEMBERED = 50_000;
/** Of a page with evidence or records: for each identity the node may be asked, and a record may have tens of kilobytes. */
const MAX_WHOLE = 100;
const MAX_RECORD_BYTES_IN_PAGE = 2 * 1024 * 1024;

/** It was checked as a whole when it was taken in. */
function factsOf({ record }: Pick<StoredRecord, "record">): Facts | null {
  const fields = fieldsOfStored(record);
  if (fields === null) return null;
  const { features = [], capabilities = 0 } = fields;
  return { tiers: tiersOf(fields), features: new Set(features), capabilities, escrow: escrowOfferOf(fields) !== null };
}

function isPriced({ tiers }: Facts, { tier, duration, maxPrice }: ListingFilter): boolean {
  const prices = tiers
    .filter((each) => tier === undefined || each.tier === tier)
    .flatMap(({ rental }) => (duration === undefined ? Object.values(rental) : [rental[duration]]));
  return prices.some((price) => price !== null && (maxPrice === undefined || price <= maxPrice));
}

const asksForRecord = ({ tier, duration, maxPrice, features, escrow }: ListingFilter): boolean =>
  tier !== undefined || duration !== undefined || maxPrice !== undefined || features.length > 0 || escrow;

/** Pure. A listing without a record fits only what its bits alone answer. */
export function fits(facts: Facts | null, bits: number, filter: ListingFilter): boolean {
  if ((bits & filter.capabilities) !== filter.capabilities) return false;
  if (!asksForRecord(filter)) return true;
  if (facts === null || !filter.features.every((feature) => facts.features.has(feature))) return false;
  if (filter.escrow && !facts.escrow) return false;
  const { tier, duration, maxPrice } = filter;
  const asksForPrice = tier !== undefined || duration !== undefined || maxPrice !== undefined;
  return !asksForPrice || isPriced(facts, filter);
}

function bitsOf({ indexed }: Candidate, facts: Facts | null): number {
  if (indexed === null) return facts?.capabilities ?? 0;
  try {
    return parseListingValue(indexed.value).capabilities;
  } catch (error) {
    if (isAppError(error)) return 0;
    throw error;
  }
}

export class ListingBrowse {
  readonly #deps: ListingBrowseDeps;
  /** By commitment: a record never changes under one. */
  readonly #facts = new Map<string, Facts | null>();

  constructor(deps: ListingBrowseDeps) {
    this.#deps = deps;
  }

  /** Listings behind `after` that nobody rents through this relay. Errors: `relay.no_chain`. */
  async page(asked: BrowseQuery): Promise<ListingsPage> {
    const { withEvidence, withRecords, limit } = asked;
    const most = withEvidence || withRecords ? Math.min(limit, MAX_WHOLE) : limit;
    const page = await this.#page({ ...asked, limit: most });
    return withEvidence ? await this.#withChain(page) : page;
  }

  /** The first walk through the chain tells neither owner nor transaction of a listing: here they are asked for, and the identities. */
  async #withChain(page: ListingsPage): Promise<ListingsPage> {
    const { chain } = this.#deps;
    if (chain === null) return { ...page, worms: [] };
    const isPart = ({ evidence }: Shown): boolean => evidence != null && evidence.address === null;
    const names = page.listings.filter(isPart).map(({ listing_id }) => listingName(listingId(listing_id)));
    const whole = await chain.records(names);
    const listings = page.listings.map((each) => {
      const evidence = wireOf(whole.get(each.evidence?.name ?? "") ?? null);
      return isPart(each) && evidence !== null ? { ...each, evidence } : each;
    });
    const values = listings.flatMap(({ evidence }) =>
      evidence == null ? [] : [Buffer.from(evidence.value, "base64")],
    );
    const worms = await chain.records(values.map(wormOf).filter((name) => name !== null));
    return { ...page, listings, worms: [...worms.values()].flatMap((worm) => wireOf(worm) ?? []) };
  }

  async #page(query: BrowseQuery): Promise<ListingsPage> {
    const { index, clock } = this.#deps;
    const end = millis(clock.monotonic() + MAX_LOOKING);
    const height = index === null ? null : heightOf(index);
    const listings: ListingsPage["listings"] = [];
    let { after } = query;
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += SLICE) {
      // Without a filter most of them fit.
      const slice = await this.#slice(after, asksForAnything(query) ? SLICE : query.limit - listings.length);
      const room = { limit: query.limit - listings.length, end };
      const { found, last } = await this.#among(slice.candidates, query, room);
      listings.push(...found);
      if (last !== null) return { height, listings, next: last };
      if (slice.isLast) return { height, listings, next: null };
      after = slice.candidates.at(-1)?.id ?? after;
      if (listings.length >= query.limit || clock.monotonic() > end) break;
    }
    return { height, listings, next: after === "" ? null : listingId(after) };
  }

  async #slice(
    after: string,
    count: number,
  ): Promise<{ readonly candidates: readonly Candidate[]; readonly isLast: boolean }> {
    const { index, store } = this.#deps;
    const candidates =
      index === null
        ? (await store.records.ids(after, count)).map((id) => ({ id: listingId(id), indexed: null }))
        : (await index.page(after, count)).map((indexed) => ({ id: listingId(indexed.id), indexed }));
    return { candidates, isLast: candidates.length < count };
  }

  /** `last`: the id to go on behind, where `limit` ended the search, or `end` before all reputations were known. */
  async #among(
    candidates: readonly Candidate[],
    query: BrowseQuery,
    { limit, end }: { readonly limit: number; readonly end: Millis },
  ) {
    const { store, time, presence, reputations, providers } = this.#deps;
    const ids = candidates.map(({ id }) => id);
    const rented = await store.rentals.rentedOf(ids, time.earliest());
    const records = new Map((await store.records.many(ids)).map((each) => [each.listingId, each]));
    const free = candidates.filter((each) => {
      const record = records.get(each.id);
      const facts = record === undefined ? null : this.#factsOf(record);
      return !rented.has(each.id) && fits(facts, bitsOf(each, facts), query);
    });
    const found: ListingsPage["listings"] = [];
    let bytes = 0;
    const seen = await presence.times([...records.values()].map(({ provider }) => provider));
    const asked = query.minReputation === undefined ? free.slice(0, limit) : free;
    const scores = await reputations.of(
      asked.map(({ id }) => id),
      end,
    );
    for (const [at, candidate] of free.entries()) {
      const reputation = scores.get(candidate.id);
      if (reputation === undefined) return { found, last: free[at - 1]?.id ?? null };
      if (query.minReputation !== undefined && (reputation?.per_mille ?? -1) < query.minReputation) continue;
      const record = records.get(candidate.id) ?? null;
      found.push({
        ...{ listing_id: candidate.id, record: record !== null, reputation },
        rentable_here: record !== null && providers.has(record.provider),
        seen_at: record === null ? null : (seen.get(record.provider) ?? null),
        ...(query.withEvidence ? { evidence: evidenceOf(candidate) } : {}),
        ...(query.withRecords ? { offchain: record === null ? null : Object(JSON.parse(record.record)) } : {}),
      });
      bytes += query.withRecords ? (record?.record.length ?? 0) : 0;
      if ((found.length === limit || bytes > MAX_RECORD_BYTES_IN_PAGE) && at < free.length - 1)
        return { found, last: candidate.id };
    }
    return { found, last: null };
  }

  #factsOf(record: StoredRecord): Facts | null {
    const known = this.#facts.get(record.commitment);
    if (known !== undefined) return known;
    const facts = factsOf(record);
    this.#facts.set(record.commitment, facts);
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > MAX_REMEMBERED && oldest !== undefined) this.#facts.delete(oldest);
    return facts;
  }
}

const asksForAnything = (query: BrowseQuery): boolean =>
  asksForRecord(query) || query.capabilities !== 0 || query.minReputation !== undefined;

function evidenceOf({ id, indexed }: Candidate) {
  if (indexed === null) return null;
  const { value, txid, address, expiresAt } = indexed;
  return { name: listingName(id), value: toBase64(value), txid, address, expires_at: expiresAt };
}

/** `usa,non-voip` as its words. */
export const featuresOf = (text: string): readonly string[] => text.split(",").filter((word) => word !== "");
export const priceOf = (text: string | undefined): MicroEmc | undefined =>
  text === undefined ? undefined : parseEmc(text);
