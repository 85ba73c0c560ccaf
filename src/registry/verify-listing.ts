// Whether a listing is what it says: four questions with an answer each, so that everybody sees which one fails.

import { type CryptoSuite, fromBase64url, toBase64url } from "../base/index.ts";
import { attempt } from "./attempt.ts";
import { announcesTier, CAPABILITY } from "./capabilities.ts";
import { explainCommitment } from "./commitment-forms.ts";
import { failed, type NameEvidence, ok, PAST, stateAt, unknown, type Verdict } from "./evidence.ts";
import { type ListingValue, listingIdOf, parseListingValue } from "./listing-names.ts";
import { commitmentOf, type ListingRecord, parseListingRecord, signatureBytes } from "./listing-record.ts";
import { tiersOf } from "./listing-terms.ts";
import { verifyWorm, type WormKeys, wormUser } from "./worm.ts";

export interface ListingEvidence {
  /** The listing's name as the chain shows it. */
  readonly listing: NameEvidence;
  /** The WORM that it names; null where the chain has none, absent where nobody looked. */
  readonly worm?: NameEvidence | null | undefined;
  /** The record's file; null where nobody has it. */
  readonly record: Uint8Array | null;
  /** A signature kept beside the record (`.sig`), where it is not inside. */
  readonly detached?: string | null;
  /** Unix seconds. */
  readonly now: number;
  /** Height of the chain now, where the names were read some time ago and may have expired since. */
  readonly height?: number | undefined;
}

export interface ListingVerdicts {
  /** The record is the one that the chain commits to. */
  readonly commitment: Verdict;
  /** It is signed with the provider's key. */
  readonly signature: Verdict;
  /** The provider's identity stands on chain, and is the one that the record claims. */
  readonly worm: Verdict;
  /** The provider, and nobody else, has published this listing with these capabilities. */
  readonly binding: Verdict;
}

export interface ListingJudgement {
  readonly verdicts: ListingVerdicts;
  /** All four are ok, the listing is active and something can be rented. */
  readonly rentable: boolean;
  readonly warnings: readonly ListingWarning[];
  readonly value: ListingValue | null;
  readonly record: ListingRecord | null;
  readonly keys: WormKeys | null;
}

/** Clocks differ; a record from further ahead is a mistake or a trick. */
const AHEAD_SECONDS = 600;

type Attempt<T> = { readonly value: T; readonly fault: null } | { readonly value: null; readonly fault: Verdict };

function tried<T>(work: () => T): Attempt<T> {
  const read = attempt(work);
  return "value" in read
    ? { value: read.value, fault: null }
    : { value: null, fault: failed(read.fault.code, read.fault.message) };
}

function judgeCommitment(suite: CryptoSuite, value: ListingValue, record: ListingRecord, file: Uint8Array): Verdict {
  if (commitmentOf(suite, record) === value.commitment) return ok;
  return failed("listing.wrong_commitment", explainCommitment(suite, file, value.commitment).text);
}

function judgeSignature(suite: CryptoSuite, record: ListingRecord, keys: WormKeys, detached: string | null): Verdict {
  const text = record.fields.signature ?? detached;
  if (text === null) return failed("listing.unsigned", "the record has no signature");
  const signature = signatureBytes(text);
  if (signature === null)
    return failed("listing.bad_signature", "the record's signature is not 64 bytes in a known form");
  return suite.ed25519Verify(fromBase64url(keys.verify), record.bytes, signature)
    ? ok
    : failed("listing.bad_signature", "the record was not signed with the provider's key");
}

function sameKey(claimed: string | undefined, real: string): boolean {
  if (claimed === undefined) return true;
  const plain = claimed.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return tried(() => toBase64url(fromBase64url(plain))).value === real;
}

function judgeWorm(value: ListingValue, record: ListingRecord | null, keys: WormKeys): Verdict {
  if (record === null) return ok;
  const { provider_id, pubkey_verify, pubkey_encrypt } = record.fields;
  if (wormUser(value.worm_ref) !== provider_id) {
    return failed("listing.wrong_provider", "the record names another provider than the listing on chain");
  }
  if (!sameKey(pubkey_verify, keys.verify) || !sameKey(pubkey_encrypt, keys.encrypt)) {
    return failed("listing.wrong_keys", "the record's keys are not those of the provider's identity");
  }
  return ok;
}

/** Either the signed record names id, capabilities and rev, or the same address owns listing and identity. */
function judgeBinding(evidence: ListingEvidence, value: ListingValue, record: ListingRecord | null): Verdict {
  const { listing, worm } = evidence;
  const { listing_id: id, capabilities, rev } = record?.fields ?? {};
  if (id !== undefined && id !== listingIdOf(listing.name)) {
    return failed("listing.wrong_id", "the record was signed for another listing: this one is a copy");
  }
  if (capabilities !== undefined && capabilities !== value.capabilities) {
    return failed("listing.wrong_capabilities", "the capabilities on chain are not those that the provider signed");
  }
  if (rev !== undefined && rev !== value.rev) {
    return failed("listing.wrong_rev", `the record is of revision ${rev}, the chain of revision ${value.rev}`);
  }
  const sameOwner = worm?.address === listing.address && listing.address !== "";
  if (sameOwner) return ok;
  const signedAll = id !== undefined && capabilities !== undefined && rev !== undefined;
  if (signedAll && record !== null) return ok;
  if (record === null) return unknown("without its record nothing binds the listing to its provider");
  if (worm === undefined)
    return unknown("the record does not name its listing, and nobody looked who owns the identity");
  return failed(
    "listing.unbound",
    "another address owns the listing than the provider's identity, and the record does not name this listing",
  );
}

/** What a listing that may be rented should be known for, in words. */
export const LISTING_WARNINGS = {
  dated_ahead: "the record is dated in the future",
  old: "the record is more than a year old",
  no_tier: "the capabilities on chain announce no tier; the record does",
  other_tiers: "the capabilities on chain announce other tiers than the record, which counts",
  claims_reputation: "the record claims a reputation; nobody vouches for it",
  other_owner: "another address owns the listing than the provider's identity",
} as const;
export type ListingWarning = keyof typeof LISTING_WARNINGS;

/** How long a name is usually paid for; a record from before was forgotten, more likely than not. */
const STALE_SECONDS = 366 * 86_400;

/** Bits that the record does not bear out, or lacks. */
function oddCapabilities(value: ListingValue, { fields }: ListingRecord): ListingWarning | null {
  if (!announcesTier(value.capabilities)) return "no_tier";
  const tiers = tiersOf(fields).map(({ tier }) => tier);
  const voice = tiers.includes("sms_voice_video");
  const { smsOnly, voice: voiceBit } = CAPABILITY;
  const fits =
    tiers.includes("sms_only") === ((value.capabilities & smsOnly) !== 0) &&
    voice === ((value.capabilities & voiceBit) !== 0);
  return fits ? null : "other_tiers";
}

function warningsOf(evidence: ListingEvidence, value: ListingValue, record: ListingRecord): readonly ListingWarning[] {
  const { listing, worm, now } = evidence;
  const { timestamp, reputation } = record.fields;
  const warnings: ListingWarning[] = [];
  if (timestamp > now + AHEAD_SECONDS) warnings.push("dated_ahead");
  if (timestamp < now - STALE_SECONDS) warnings.push("old");
  const odd = oddCapabilities(value, record);
  if (odd !== null) warnings.push(odd);
  if (reputation !== undefined) warnings.push("claims_reputation");
  if (worm !== undefined && worm !== null && worm.address !== listing.address) warnings.push("other_owner");
  return warnings;
}

function readRecord(file: Uint8Array | null): Attempt<ListingRecord> {
  return file === null
    ? { value: null, fault: unknown("nobody has the record") }
    : tried(() => parseListingRecord(file));
}

function readKeys(suite: CryptoSuite, { worm, height }: ListingEvidence): Attempt<WormKeys> {
  if (worm === undefined) return { value: null, fault: unknown("nobody looked for the provider's identity on chain") };
  if (worm === null)
    return { value: null, fault: failed("listing.no_worm", "the identity that the listing names is not on chain") };
  return tried(() => verifyWorm(suite, worm, height));
}

/** Why the chain no longer commits to anything; null while it does. */
function inactive({ listing, height }: ListingEvidence): Verdict | null {
  const state = stateAt(listing, height);
  return state === "active" ? null : failed(`listing.${state}`, `the listing on chain ${PAST[state]}`);
}

/** Judges a listing. Never throws for what others wrote. */
export function judgeListing(suite: CryptoSuite, evidence: ListingEvidence): ListingJudgement {
  const { listing, worm, record: file, detached = null, now } = evidence;
  const parsedValue = tried(() => parseListingValue(listing.value));
  const parsedRecord = readRecord(file);
  const parsedKeys = readKeys(suite, evidence);
  const value = parsedValue.value;
  const record = parsedRecord.value;
  const keys = parsedKeys.value;
  const wrongWorm = value !== null && worm !== undefined && worm !== null && worm.name !== value.worm_ref;
  const verdicts: ListingVerdicts = {
    commitment:
      inactive(evidence) ??
      parsedValue.fault ??
      parsedRecord.fault ??
      (value && record && file ? judgeCommitment(suite, value, record, file) : ok),
    signature:
      parsedRecord.fault ??
      (record && keys ? judgeSignature(suite, record, keys, detached) : unknown("the provider's key is not known")),
    worm: wrongWorm
      ? failed("listing.wrong_provider", "the identity that was looked at is not the one that the listing names")
      : (parsedKeys.fault ?? (value && keys ? judgeWorm(value, record, keys) : unknown("the listing names nobody"))),
    binding: value === null ? unknown("the listing cannot be read") : judgeBinding(evidence, value, record),
  };
  const allOk = Object.values(verdicts).every(({ kind }) => kind === "ok");
  const warnings = value !== null && record !== null ? warningsOf(evidence, value, record) : [];
  return { verdicts, rentable: allOk && record !== null && offers(record, now), warnings, value, record, keys };
}

/** Whether something has a price to be rented for, in a record that is not from the future. */
function offers({ fields }: ListingRecord, now: number): boolean {
  const priced = tiersOf(fields).some(({ rental }) => Object.values(rental).some((price) => price !== null));
  return priced && fields.timestamp <= now + AHEAD_SECONDS;
}
