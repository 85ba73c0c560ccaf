// Listings as the relay serves them. A record proves itself: by its signature, and, where the relay has a node, by the commitment in the
// chain. Who sends it does not matter.

import {
  type CryptoSuite,
  fromUtf8,
  isAppError,
  type ListingId,
  listingId,
  seconds,
  shortEmc,
  unixSecondsOf,
  utf8,
} from "../../base/index.ts";
import type { ListingIndex, RecordDecision, RelayStore, StoredRecord } from "../../core/index.ts";
import { canonicalBytes } from "../../envelope/index.ts";
import {
  type ListingEvidenceWire,
  payMethod,
  type RecordReply,
  type RentQuestion,
  type RentQuote,
} from "../../protocol/index.ts";
import {
  commitmentOf,
  type EscrowOffer,
  escrowOfferOf,
  judgeListing,
  type ListingRecord,
  type ListingVerdicts,
  parseListingRecord,
  signatureBytes,
  tiersOf,
} from "../../registry/index.ts";
import { type ChainListings, evidenceOf } from "./chain-listings.ts";
import type { Presence } from "./presence.ts";
import { refusal } from "./problems.ts";
import type { Providers } from "./providers.ts";
import type { RelayTime } from "./relay-time.ts";
import type { Reputations } from "./reputations.ts";

export interface ListingRecordsDeps {
  readonly store: Pick<RelayStore, "records" | "rentals">;
  readonly crypto: CryptoSuite;
  readonly providers: Providers;
  readonly time: RelayTime;
  /** Null where the relay has no node. */
  readonly chain: ChainListings | null;
  readonly reputations: Reputations;
  readonly presence: Presence;
}

/** Whether a record may take the place of what is stored. `committed`: the chain says so. Throws the refusal. Pure. */
export function decideRecord(stored: StoredRecord | null, next: StoredRecord, committed: boolean): RecordDecision {
  if (stored === null) return "created";
  if (stored.commitment === next.commitment && stored.provider === next.provider) return "unchanged";
  if (committed) return "updated";
  if (stored.provider !== next.provider) {
    throw refusal("relay.foreign_listing", "the listing belongs to another provider");
  }
  if (next.rev < stored.rev) {
    throw refusal("relay.stale_rev", `the relay knows rev ${stored.rev} of this record`);
  }
  return "updated";
}

export class ListingRecords {
  readonly #deps: ListingRecordsDeps;

  constructor(deps: ListingRecordsDeps) {
    this.#deps = deps;
  }

  /** What is needed to judge a listing. */
  async evidence(id: ListingId): Promise<ListingEvidenceWire> {
    const { chain, store, time } = this.#deps;
    const seen = chain === null ? null : await chain.look(id);
    const record = await store.records.find(id);
    if (record === null && (seen?.listing ?? null) === null) throw unknownListing();
    return {
      listing_id: id,
      height: seen?.height ?? null,
      listing: evidenceOf(seen?.listing ?? null),
      worm: evidenceOf(seen?.worm ?? null),
      record: record?.commitment ?? null,
      ...(await this.#standing(id, record)),
      available: (await store.rentals.rentedOf([id], time.earliest())).size === 0,
    };
  }

  async #standing(id: ListingId, record: StoredRecord | null) {
    const { reputations, presence, providers } = this.#deps;
    const seen = record === null ? null : await presence.times([record.provider]);
    return {
      reputation: (await reputations.of([id])).get(id) ?? null,
      rentable_here: record !== null && providers.has(record.provider),
      seen_at: record === null ? null : (seen?.get(record.provider) ?? null),
    };
  }

  /** Errors: `relay.unknown_record`. */
  async record(id: ListingId): Promise<StoredRecord> {
    const record = await this.#deps.store.records.find(id);
    if (record === null) throw refusal("relay.unknown_record", "the relay has no record of this listing");
    return record;
  }

  /** What the record asks for. Errors: `relay.unknown_record`, `relay.line_rented`, `relay.not_offered`. */
  async quote({ listing_id: id, duration, tier }: RentQuestion): Promise<RentQuote> {
    const { store, time } = this.#deps;
    const stored = await this.record(listingId(id));
    if ((await store.rentals.rentedOf([id], time.earliest())).size > 0)
      throw refusal("relay.line_rented", "somebody rents this listing now");
    const { fields } = readRecord(utf8(stored.record));
    const tiers = tiersOf(fields).flatMap(({ tier: name, rental, perSms }) => {
      const price = rental[duration];
      if (price === null || (tier !== undefined && tier !== name)) return [];
      return [{ tier: name, rental: shortEmc(price), per_sms: shortEmc(perSms) }];
    });
    if (tiers.length === 0) throw refusal("relay.not_offered", "the listing is not offered for that");
    const needs = ["order_id", "tier", "renter", "payment", "envelope_version"];
    const offered = escrowOfferOf(fields);
    const methods = payMethod.options.filter((method) => method !== "escrow" || offered !== null);
    const escrow = offered === null ? null : quotedEscrow(offered);
    return { listing_id: id, duration, provider: stored.provider, tiers, methods, escrow, needs };
  }

  /**
   * Takes a record. Errors: `relay.bad_body`, `relay.bad_signature`, `relay.unknown_provider` (without a node), `relay.not_committed`,
   * `relay.stale_rev`, `relay.no_chain`.
   */
  async put(id: ListingId, file: Uint8Array): Promise<RecordReply> {
    const { crypto, store, time, chain } = this.#deps;
    const record = readRecord(file);
    const { listing_id, rev = 1, signature = "" } = record.fields;
    if (listing_id !== undefined && listing_id !== id) {
      throw refusal("relay.bad_body", "listing_id: differs from the one in the path");
    }
    const provider = await this.#signerOf(id, record, file);
    const commitment = commitmentOf(crypto, record);
    const text = fromUtf8(canonicalBytes({ ...record.unsigned, signature }));
    const next = { listingId: id, provider, commitment, rev, record: text };
    const decide = (stored: StoredRecord | null): RecordDecision => decideRecord(stored, next, chain !== null);
    const status = await store.records.save(next, time.earliest(), decide);
    return { status, commitment };
  }

  /** Whether the record says that it is of a provider of this relay: whoever lies is refused for his signature. Throws `relay.bad_body`. */
  claimsProvider(file: Uint8Array): boolean {
    return this.#deps.providers.has(claimedKey(readRecord(file)));
  }

  async #signerOf(id: ListingId, record: ListingRecord, file: Uint8Array): Promise<string> {
    const { crypto, chain, providers, time } = this.#deps;
    if (chain === null) return knownSigner(crypto, providers, record);
    const { height, listing, worm } = await chain.look(id, true);
    if (listing === null) throw refusal("relay.not_committed", "the chain has no such listing");
    const now = unixSecondsOf(time.earliest());
    const { verdicts, keys } = judgeListing(crypto, { listing, worm, record: file, now, height });
    const order: readonly (keyof ListingVerdicts)[] = ["worm", "commitment", "signature", "binding"];
    for (const name of order) {
      const verdict = verdicts[name];
      if (verdict.kind === "ok") continue;
      const code = name === "signature" ? "relay.bad_signature" : "relay.not_committed";
      throw refusal(code, `${name}: ${verdict.message}`);
    }
    if (keys === null) throw refusal("relay.not_committed", "the listing names nobody");
    return keys.verify;
  }
}

const unknownListing = () => refusal("relay.unknown_listing", "neither chain nor relay know this listing");

/** Where the index stands. Throws `relay.no_chain` while it has not seen all of the chain, or no longer sees it. */
export function heightOf({ status: { height, complete, problem } }: ListingIndex): number {
  if (height !== null && complete && problem === null) return height;
  const why = problem === null ? "still reads the chain" : `does not see the chain (${problem})`;
  throw refusal("relay.no_chain", `the relay ${why}`, seconds(10));
}

function readRecord(file: Uint8Array): ListingRecord {
  try {
    return parseListingRecord(file);
  } catch (error) {
    if (isAppError(error)) throw refusal("relay.bad_body", error.message);
    throw error;
  }
}

/** Base64url, whichever base64 the record has. */
const claimedKey = ({ fields }: Pick<ListingRecord, "fields">): string =>
  (fields.pubkey_verify ?? "").replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Without a node: the key that the record claims must be one that the relay serves, and must have signed it. */
function knownSigner(crypto: CryptoSuite, providers: Providers, { fields, bytes }: ListingRecord): string {
  const claimed = claimedKey({ fields });
  const { key } = providers.get(claimed);
  const signature = signatureBytes(fields.signature ?? "");
  if (signature === null || !crypto.ed25519Verify(key, bytes, signature)) {
    throw refusal("relay.bad_signature", "the record was not signed with the provider's key");
  }
  return claimed;
}

function quotedEscrow({ arbiters, feesBps, disputeDays, refundDays }: EscrowOffer): RentQuote["escrow"] {
  return { arbiters: [...arbiters], fees_bps: feesBps, dispute_days: disputeDays, refund_days: refundDays };
}
