// Judges a listing by four verdicts that do not depend on each other's outcome: what was committed to, who signed it, whose keys those
// are, and whether the record belongs to this very name (A10). Pure: all evidence is given.

import { type CryptoSuite, equalBytes, type UnixMs } from "../base/index.ts";
import { type ChainName, inactiveReason } from "./chain-name.ts";
import { listingBytes, listingCommitment } from "./commitment.ts";
import { listingIdOfName, type OnchainListing, parseListingValue } from "./listing-name.ts";
import { type ListingRecord, parseListingRecord } from "./listing-record.ts";
import { rentalQuotes } from "./listing-tiers.ts";
import { type ListingWarning, listingWarnings, MAX_AHEAD_MS } from "./listing-warnings.ts";
import { attempt, failed, failedBy, OK, unknown, type Verdict } from "./verdict.ts";
import { userWormName, type VerifiedWorm, verifyWorm } from "./worm.ts";

export interface ListingEvidence {
  readonly suite: CryptoSuite;
  /** The listing's name in the chain. Null where the chain has none; absent where it was not looked up. */
  readonly listing?: ChainName | null;
  /** The name that the listing's `worm_ref` points to, likewise. */
  readonly worm?: ChainName | null;
  /** The off-chain record as it came; null or absent where nobody had it. */
  readonly record?: Uint8Array | string | null;
  /** The signature that lies beside a record without one (A3). */
  readonly detachedSignature?: Uint8Array;
  /** Height of the chain when the names were read. */
  readonly height: number;
  readonly now: UnixMs;
}

export interface ListingVerdicts {
  /** The record is the one that the chain commits to, and the listing is active. */
  readonly commitment: Verdict;
  /** The record was signed by the key that the provider's WORM holds. */
  readonly signature: Verdict;
  /** The provider's WORM is active, is the one of the record's provider, and holds the keys that the record states. */
  readonly worm: Verdict;
  /** Record and name belong together: nobody copied the listing or changed what stands in the chain. */
  readonly binding: Verdict;
}

export interface ListingReport {
  readonly verdicts: ListingVerdicts;
  /** All four verdicts are ok, something is for rent, and the record is not from the future. */
  readonly rentable: boolean;
  readonly warnings: readonly ListingWarning[];
  /** What could be read; null where it could not. */
  readonly onchain: OnchainListing | null;
  readonly record: ListingRecord | null;
  readonly provider: VerifiedWorm | null;
}

/** A thing that was read, or the verdict of why not. */
type Read<T> = { readonly value: T } | { readonly verdict: Verdict };

function readOnchain({ listing, height }: ListingEvidence): Read<OnchainListing> {
  if (listing === undefined) return { verdict: unknown("the listing was not looked up in the chain") };
  if (listing === null) return { verdict: failed("listing.missing", "the chain has no such listing") };
  if (listingIdOfName(listing.name) === null)
    return { verdict: failed("listing.wrong_name", "the name in the chain is not one of a listing") };
  const inactive = inactiveReason(listing, height);
  if (inactive !== null) return { verdict: failed(`listing.${inactive}`, `the listing is ${inactive} in the chain`) };
  const read = attempt(() => parseListingValue(listing.value));
  return "fault" in read ? { verdict: failedBy(read.fault) } : read;
}

function readRecord({ record }: ListingEvidence): Read<ListingRecord> {
  if (record === undefined || record === null) return { verdict: unknown("the off-chain record is not at hand") };
  const read = attempt(() => parseListingRecord(record));
  return "fault" in read ? { verdict: failedBy(read.fault) } : read;
}

function readWorm(evidence: ListingEvidence, onchain: Read<OnchainListing>): Read<VerifiedWorm> {
  const { suite, worm, height } = evidence;
  if (worm === undefined) return { verdict: unknown("the provider's WORM was not looked up in the chain") };
  const expected = "value" in onchain ? { expectedName: onchain.value.wormRef } : {};
  const read = attempt(() => verifyWorm(suite, { record: worm, height, ...expected }));
  return "fault" in read ? { verdict: failedBy(read.fault) } : read;
}

function judgeCommitment(suite: CryptoSuite, onchain: Read<OnchainListing>, record: Read<ListingRecord>): Verdict {
  if ("verdict" in onchain) return onchain.verdict;
  if ("verdict" in record) return record.verdict;
  if (listingCommitment(suite, record.value.body) === onchain.value.commitment) return OK;
  return failed(
    "listing.other_commitment",
    "the record is not the one that the chain commits to; `numberbox listing explain` tells which form the commitment has",
  );
}

function judgeSignature(evidence: ListingEvidence, record: Read<ListingRecord>, provider: Read<VerifiedWorm>): Verdict {
  if ("verdict" in record) return record.verdict;
  const signature = record.value.signature ?? evidence.detachedSignature;
  if (signature === undefined) return failed("listing.unsigned", "the record carries no signature");
  if ("verdict" in provider) return unknown("without the provider's WORM nobody can tell whose signature it is");
  const { verify } = provider.value.worm;
  return evidence.suite.ed25519Verify(verify, listingBytes(record.value.body), signature)
    ? OK
    : failed(
        "listing.forged_signature",
        "the signature was not made over this record by the key of the provider's WORM",
      );
}

function judgeWorm(record: Read<ListingRecord>, provider: Read<VerifiedWorm>): Verdict {
  if ("verdict" in provider) return provider.verdict;
  if ("verdict" in record) return unknown("without the record nobody can tell whether the WORM is its provider's");
  const { name, worm } = provider.value;
  const { providerId, keys } = record.value;
  if (name.kind !== "user") return failed("listing.not_a_user", "the listing refers to a WORM that is not a user's");
  if (providerId !== name.subject) {
    return failed(
      "listing.other_provider",
      `the record is of another provider: its WORM would be ${userWormName(providerId)}`,
    );
  }
  const differs =
    (keys.verify !== null && !equalBytes(keys.verify, worm.verify)) ||
    (keys.encrypt !== null && !equalBytes(keys.encrypt, worm.encrypt));
  return differs ? failed("listing.other_keys", "the record states other keys than the provider's WORM") : OK;
}

/** What the record says of its own place in the chain and the chain says otherwise. */
function contradiction(id: string | null, onchain: OnchainListing, record: ListingRecord): Verdict | null {
  const { listingId, capabilities, rev } = record;
  if (listingId !== null && listingId !== id)
    return failed("listing.other_id", `the record belongs to the listing ${listingId}: this one is a copy`);
  if (capabilities !== null && capabilities !== onchain.capabilities) {
    const both = `${onchain.capabilities} in the chain, ${capabilities} signed`;
    return failed("listing.other_capabilities", `the capabilities are not those that the provider signed (${both})`);
  }
  if (rev !== null && rev !== onchain.rev) {
    const both = `${onchain.rev} in the chain, ${rev} signed`;
    return failed("listing.other_rev", `the revision is not the one that the provider signed (${both})`);
  }
  return null;
}

/** Signed members that agree, or one owner of both names (A10). */
function judgeBinding(evidence: ListingEvidence, onchain: Read<OnchainListing>, record: Read<ListingRecord>): Verdict {
  const { listing, worm } = evidence;
  if ("verdict" in onchain) return onchain.verdict;
  if (listing === undefined || listing === null) return unknown("the listing was not looked up in the chain");
  if ("verdict" in record) return record.verdict;
  const wrong = contradiction(listingIdOfName(listing.name), onchain.value, record.value);
  if (wrong !== null) return wrong;
  const { listingId, capabilities, rev } = record.value;
  if (listingId !== null && capabilities !== null && rev !== null) return OK;
  if (worm === undefined) return unknown("the record does not name its listing, and the WORM's owner is not known");
  if (worm !== null && worm.address !== "" && worm.address === listing.address) return OK;
  return failed(
    "listing.other_owner",
    "the record does not name its listing, and the listing belongs to another owner than the provider's WORM: it may be a copy",
  );
}

const readValue = <T>(read: Read<T>): T | null => ("value" in read ? read.value : null);

/** The report on a listing. Never throws for what a stranger could have published. */
export function verifyListing(evidence: ListingEvidence): ListingReport {
  const onchain = readOnchain(evidence);
  const record = readRecord(evidence);
  const provider = readWorm(evidence, onchain);
  const verdicts: ListingVerdicts = {
    commitment: judgeCommitment(evidence.suite, onchain, record),
    signature: judgeSignature(evidence, record, provider),
    worm: judgeWorm(record, provider),
    binding: judgeBinding(evidence, onchain, record),
  };
  const parts = { onchain: readValue(onchain), record: readValue(record), provider: readValue(provider) };
  const owner = evidence.listing?.address ?? null;
  return {
    verdicts,
    rentable: Object.values(verdicts).every(({ state }) => state === "ok") && offers(parts.record, evidence.now),
    warnings: listingWarnings({ ...parts, owner, now: evidence.now }),
    ...parts,
  };
}

function offers(record: ListingRecord | null, now: UnixMs): boolean {
  return record !== null && rentalQuotes(record.tiers).length > 0 && record.timestamp * 1000 <= now + MAX_AHEAD_MS;
}
