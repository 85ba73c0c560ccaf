// Listings as a renter judges them: the chain's evidence, from a relay or from a node of his own, and the record that it commits to.

import { type CryptoSuite, type ListingId, listingId, type UnixMs } from "../base/index.ts";
import type { ChainReader, NameReader } from "../core/index.ts";
import type { ListingsPage, Reputation } from "../protocol/index.ts";
import {
  type EscrowOffer,
  escrowOfferOf,
  gatewaysOf,
  judgeListing,
  type ListingJudgement,
  listingName,
  type NameEvidence,
  parseListingValue,
  type TierTerms,
  tiersOf,
} from "../registry/index.ts";
import { evidenceFrom, type MarketReader, recordBytes } from "./market-client.ts";

/** A node of the renter's own. */
export type RenterNode = Pick<NameReader, "name"> & Pick<ChainReader, "height">;

export interface ListingOfferView {
  readonly listingId: ListingId;
  readonly judgement: ListingJudgement;
  /** Null where nothing can be read of it. */
  readonly tiers: readonly TierTerms[];
  readonly features: readonly string[];
  /** Null where escrow is no way to pay. */
  readonly escrow: EscrowOffer | null;
  /** Whether the relay says that nobody rents it now. */
  readonly available: boolean;
  /** By the relay, out of receipts; null where nothing was delivered yet, and from relays that compute none. */
  readonly reputation: Reputation | null;
  /** Whether the relay says that it carries orders for it; null for relays that do not say. */
  readonly rentableHere: boolean | null;
  /** Where else it can be rented, as its record says: addresses of relays. */
  readonly gateways: readonly string[];
  /** Who showed the chain. */
  readonly source: "node" | "relay";
}

export interface OfferDeps {
  readonly market: MarketReader;
  /** Null: the relay's word is all there is about the chain. */
  readonly node: RenterNode | null;
  readonly suite: CryptoSuite;
  readonly now: () => UnixMs;
}

interface Seen {
  readonly listing: NameEvidence | null;
  readonly worm: NameEvidence | null;
  readonly height: number | undefined;
}

async function lookAtNode(node: RenterNode, id: ListingId): Promise<Seen> {
  const height = await node.height();
  const listing = await node.name(listingName(id));
  return { listing, worm: listing === null ? null : await wormOf(node, listing), height };
}

async function wormOf(node: RenterNode, listing: NameEvidence): Promise<NameEvidence | null> {
  const ref = wormNameOf(listing);
  return ref === null ? null : await node.name(ref);
}

function wormNameOf({ value }: NameEvidence): string | null {
  try {
    return parseListingValue(value).worm_ref;
  } catch {
    // The judgement says what is wrong with the value.
    return null;
  }
}

/** What a relay says of a listing beside the chain's evidence. */
interface Told {
  readonly available: boolean;
  readonly reputation?: Reputation | null | undefined;
  readonly rentable_here?: boolean | undefined;
}

interface Looked extends Seen {
  readonly listing: NameEvidence;
  readonly record: Uint8Array | null;
}

function judged({ suite, node, now }: OfferDeps, id: ListingId, seen: Looked, told: Told): ListingOfferView {
  const { listing, worm, record, height } = seen;
  const judgement = judgeListing(suite, { listing, worm, record, height, now: Math.floor(now() / 1000) });
  const fields = judgement.record?.fields;
  return {
    listingId: id,
    judgement,
    tiers: fields === undefined ? [] : tiersOf(fields),
    features: fields?.features ?? [],
    escrow: fields === undefined ? null : escrowOfferOf(fields),
    available: told.available,
    reputation: told.reputation ?? null,
    rentableHere: told.rentable_here ?? null,
    gateways: fields === undefined ? [] : gatewaysOf(fields),
    source: node === null ? "relay" : "node",
  };
}

/** Looks at one listing and judges it; null where neither chain nor relay know it. Rejects as the relay and the node do. */
export async function judgeOffer(
  deps: OfferDeps,
  id: ListingId,
  signal: AbortSignal,
): Promise<ListingOfferView | null> {
  const { market, node } = deps;
  const shown = await market.evidence(id, signal);
  const relaySeen: Seen = {
    listing: evidenceFrom(shown.listing),
    worm: evidenceFrom(shown.worm),
    height: shown.height ?? undefined,
  };
  const { listing, worm, height } = node === null ? relaySeen : await lookAtNode(node, id);
  if (listing === null) return null;
  return judged(deps, id, { listing, worm, height, record: await market.record(id, signal) }, shown);
}

type PageEntry = ListingsPage["listings"][number];

/** What a page shows of one of its listings; undefined where it lacks something, null where the relay sees no chain. */
function seenInPage({ evidence, offchain }: PageEntry, { height, worms }: ListingsPage): Seen | null | undefined {
  if (offchain === undefined || worms === undefined || evidence === undefined) return undefined;
  if (evidence === null) return null;
  const { txid, address, state = "active" } = evidence;
  if (txid === null || address === null) return undefined;
  const listing = evidenceFrom({ ...evidence, txid, address, state });
  const ref = listing === null ? null : wormNameOf(listing);
  const worm = evidenceFrom(worms.find(({ name }) => name === ref) ?? null);
  return { listing, worm, height: height ?? undefined };
}

async function judgeEntry(
  deps: OfferDeps,
  entry: PageEntry,
  page: ListingsPage,
  signal: AbortSignal,
): Promise<ListingOfferView | null> {
  const id = listingId(entry.listing_id);
  const inPage = seenInPage(entry, page);
  if (inPage === undefined) return await judgeOffer(deps, id, signal);
  const seen = deps.node === null ? inPage : await lookAtNode(deps.node, id);
  if (seen === null || seen.listing === null) return null;
  const record = entry.offchain == null ? null : recordBytes(entry.offchain);
  return judged(deps, id, { ...seen, listing: seen.listing, record }, { ...entry, available: true });
}

/** All listings that the relay says are free, one after another. The relay is asked once for each page of them. */
export async function* judgeOffers(deps: OfferDeps, signal: AbortSignal): AsyncGenerator<ListingOfferView> {
  for await (const page of deps.market.available(signal)) {
    for (const entry of page.listings) {
      const offer = await judgeEntry(deps, entry, page, signal);
      if (offer !== null) yield offer;
    }
  }
}
