// Whether a listing is what it says: four questions with an answer each, so that everybody sees which one fails.

import { type CryptoSuite, fromBase64url, isAppError, messageOf, toBase64url } from "../base/index.ts";
import { announcesTier } from "./capabilities.ts";
import { explainCommitment } from "./commitment-forms.ts";
import { failed, type NameEvidence, ok, unknown, type Verdict } from "./evidence.ts";
import { type ListingValue, listingIdOf, parseListingValue } from "./listing-names.ts";
import { commitmentOf, type ListingRecord, parseListingRecord, signatureBytes } from "./listing-record.ts";
import { tiersOf } from "./listing-terms.ts";
import { verifyWorm, type WormKeys, wormUser } from "./worm.ts";

export interface ListingEvidence {
  /** The listing's name as the chain shows it. */
  readonly listing: NameEvidence;
  /** The WORM that it names; null where the chain has none. */
  readonly worm: NameEvidence | null;
  /** The record's file; null where nobody has it. */
  readonly record: Uint8Array | null;
  /** A signature kept beside the record (`.sig`), where it is not inside. */
  readonly detached?: string | null;
  /** Unix seconds. */
  readonly now: number;
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
  readonly warnings: readonly string[];
  readonly value: ListingValue | null;
  readonly record: ListingRecord | null;
  readonly keys: WormKeys | null;
}

/** Clocks differ; a record from further ahead is a mistake or a trick. */
const AHEAD_SECONDS = 600;

function attempt<T>(
  work: () => T,
): { readonly value: T; readonly fault: null } | { readonly value: null; readonly fault: Verdict } {
  try {
    return { value: work(), fault: null };
  } catch (error) {
    const code = isAppError(error) ? error.code : "listing.unreadable";
    return { value: null, fault: failed(code, messageOf(error)) };
  }
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
  return attempt(() => toBase64url(fromBase64url(plain))).value === real;
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
  const sameOwner = worm !== null && worm.address === listing.address;
  if (sameOwner) return ok;
  const signedAll = id !== undefined && capabilities !== undefined && rev !== undefined;
  if (signedAll && record !== null) return ok;
  if (record === null) return unknown("without its record nothing binds the listing to its provider");
  return failed(
    "listing.unbound",
    "another address owns the listing than the provider's identity, and the record does not name this listing",
  );
}

function warningsOf(value: ListingValue, record: ListingRecord, now: number): readonly string[] {
  const warnings: string[] = [];
  if (record.fields.timestamp > now + AHEAD_SECONDS) warnings.push("the record is dated in the future");
  if (!announcesTier(value.capabilities)) warnings.push("the capabilities on chain announce no tier; the record does");
  if (record.fields.reputation !== undefined) warnings.push("the record claims a reputation; nobody vouches for it");
  return warnings;
}

/** Judges a listing. Never throws for what others wrote. */
export function judgeListing(suite: CryptoSuite, evidence: ListingEvidence): ListingJudgement {
  const { listing, worm, record: file, detached = null, now } = evidence;
  const parsedValue = attempt(() => parseListingValue(listing.value));
  const parsedRecord =
    file === null ? { value: null, fault: unknown("nobody has the record") } : attempt(() => parseListingRecord(file));
  const noWorm = failed("listing.no_worm", "the identity that the listing names is not on chain");
  const parsedKeys = worm === null ? { value: null, fault: noWorm } : attempt(() => verifyWorm(suite, worm));
  const value = parsedValue.value;
  const record = parsedRecord.value;
  const keys = parsedKeys.value;
  const wrongWorm = value !== null && worm !== null && worm.name !== value.worm_ref;
  const verdicts: ListingVerdicts = {
    commitment:
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
  const offers = record !== null && tiersOf(record.fields).length > 0;
  const warnings = value !== null && record !== null ? warningsOf(value, record, now) : [];
  const inTime = record !== null && record.fields.timestamp <= now + AHEAD_SECONDS;
  return { verdicts, rentable: allOk && offers && inTime && listing.state === "active", warnings, value, record, keys };
}
