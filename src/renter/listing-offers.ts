// Listings as a renter judges them: the chain's evidence, from a relay or from a node of his own, and the record that it commits to.

import type { CryptoSuite, ListingId, UnixMs } from "../base/index.ts";
import type { ChainReader, NameReader } from "../core/index.ts";
import type { Reputation } from "../protocol/index.ts";
import {
  type EscrowOffer,
  escrowOfferOf,
  judgeListing,
  type ListingJudgement,
  listingName,
  type NameEvidence,
  parseListingValue,
  type TierTerms,
  tiersOf,
} from "../registry/index.ts";
import { evidenceFrom, type MarketReader } from "./market-client.ts";

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
  let ref: string;
  try {
    ref = parseListingValue(listing.value).worm_ref;
  } catch {
    // The judgement says what is wrong with the value.
    return null;
  }
  return await node.name(ref);
}

/** Looks at one listing and judges it; null where neither chain nor relay know it. Rejects as the relay and the node do. */
export async function judgeOffer(
  deps: OfferDeps,
  id: ListingId,
  signal: AbortSignal,
): Promise<ListingOfferView | null> {
  const { market, node, suite, now } = deps;
  const shown = await market.evidence(id, signal);
  const relaySeen: Seen = {
    listing: evidenceFrom(shown.listing),
    worm: evidenceFrom(shown.worm),
    height: shown.height ?? undefined,
  };
  const { listing, worm, height } = node === null ? relaySeen : await lookAtNode(node, id);
  if (listing === null) return null;
  const record = await market.record(id, signal);
  const judgement = judgeListing(suite, { listing, worm, record, height, now: Math.floor(now() / 1000) });
  const fields = judgement.record?.fields;
  return {
    listingId: id,
    judgement,
    tiers: fields === undefined ? [] : tiersOf(fields),
    features: fields?.features ?? [],
    escrow: fields === undefined ? null : escrowOfferOf(fields),
    available: shown.available,
    reputation: shown.reputation ?? null,
    source: node === null ? "relay" : "node",
  };
}

/** All listings that the relay says are free, one after another. */
export async function* judgeOffers(deps: OfferDeps, signal: AbortSignal): AsyncGenerator<ListingOfferView> {
  for (const id of await deps.market.available(signal)) {
    const offer = await judgeOffer(deps, id, signal);
    if (offer !== null) yield offer;
  }
}
