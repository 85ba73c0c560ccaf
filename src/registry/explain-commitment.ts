// Names the form that a commitment or a signature was made over. The seed and its sibling documents show seven (A1); only C1 is right.

import { type CryptoSuite, concatBytes, fromUtf8, toHex, utf8 } from "../base/index.ts";
import { type CanonicalObject, canonicalBytes, parseCanonicalInput } from "../envelope/index.ts";
import { listingBytes } from "./commitment.ts";
import { signatureFromText } from "./listing-record.ts";
import { attempt } from "./verdict.ts";

export type CommitmentForm = "C1" | "C2" | "C3" | "C4" | "C5" | "C6" | "C7";

export interface CommitmentDigest {
  readonly form: CommitmentForm;
  /** What is hashed, for people. */
  readonly what: string;
  /** 64 hex digits. */
  readonly digest: string;
}

export interface CommitmentExplanation {
  /** All forms that can be made of what was given. */
  readonly digests: readonly CommitmentDigest[];
  /** The form that gives the commitment; null where none does, or where no commitment was given. */
  readonly match: CommitmentDigest | null;
  /** What to do, one or two sentences. */
  readonly next: string;
}

interface Hashed {
  readonly form: CommitmentForm;
  readonly what: string;
  readonly bytes: Uint8Array;
}

const LF = Uint8Array.of(10);

const NEXT: Readonly<Record<CommitmentForm, string>> = {
  C1: "Nothing: this is the right form.",
  C2: "A line feed was hashed along (jq prints one). Publish the C1 digest with the next revision.",
  C3: "The signature was hashed along. Publish the C1 digest, which leaves the member `signature` out.",
  C4: "Signature and a line feed were hashed along. Publish the C1 digest.",
  C5: "The file was hashed as it stands, white space included. Publish the C1 digest, which does not depend on white space.",
  C6: "The signed file was hashed as it stands. Publish the C1 digest, which leaves white space and the member `signature` out.",
  C7: "This is the digest of nothing: the command that should have made the record failed. Build the record again, then publish its C1 digest.",
};
const NO_MATCH =
  "No known form of this record gives that commitment: it is another record or another revision. Ask the provider for the record that belongs to it.";

function objectOf(source: Uint8Array): CanonicalObject | null {
  const read = attempt(() => parseCanonicalInput(fromUtf8(source)));
  if ("fault" in read || typeof read.value !== "object" || read.value === null || Array.isArray(read.value))
    return null;
  return read.value;
}

function fileForms(file: Uint8Array, signed: boolean): readonly Hashed[] {
  const form = signed ? "C6" : "C5";
  const what = signed ? "the signed file" : "the file without signature";
  const trimmed = file.at(-1) === 10 ? file.subarray(0, -1) : concatBytes(file, LF);
  const other = file.at(-1) === 10 ? "without its last line feed" : "with a line feed behind it";
  return [
    { form, what: `${what}, as it stands`, bytes: file },
    { form, what: `${what}, ${other}`, bytes: trimmed },
  ];
}

/** The usual pretty print, for a record whose file is not at hand. */
function prettyForms(record: CanonicalObject): readonly Hashed[] {
  const { signature, ...body } = record;
  const pretty = (value: object): Uint8Array => utf8(JSON.stringify(value, null, 2));
  const unsigned = [{ form: "C5" as const, what: "the pretty print without signature", bytes: pretty(body) }];
  return signature === undefined
    ? unsigned
    : [...unsigned, { form: "C6", what: "the pretty print with signature", bytes: pretty(record) }];
}

function canonicalForms(record: CanonicalObject): readonly Hashed[] {
  const c1 = listingBytes(record);
  const unsigned: readonly Hashed[] = [
    { form: "C1", what: "canonical JSON without signature", bytes: c1 },
    { form: "C2", what: "canonical JSON without signature, with a line feed", bytes: concatBytes(c1, LF) },
  ];
  if (record.signature === undefined) return unsigned;
  const c3 = canonicalBytes(record);
  return [
    ...unsigned,
    { form: "C3", what: "canonical JSON with signature", bytes: c3 },
    { form: "C4", what: "canonical JSON with signature and a line feed", bytes: concatBytes(c3, LF) },
  ];
}

/** All forms of a file (or of a record that has no file), right ones first. Nothing of it is trusted to be a sound record. */
function formsOf(source: Uint8Array | CanonicalObject): readonly Hashed[] {
  const nothing: Hashed = { form: "C7", what: "no bytes at all", bytes: new Uint8Array(0) };
  const file = source instanceof Uint8Array ? source : null;
  const record = source instanceof Uint8Array ? objectOf(source) : source;
  return [
    ...(record === null ? [] : canonicalForms(record)),
    ...(file === null ? [] : fileForms(file, record?.signature !== undefined)),
    ...(record === null ? [] : prettyForms(record)),
    nothing,
  ];
}

/** Tells which form of a record a commitment (64 hex digits, any case) is of, or lists the digests of all forms. */
export function explainCommitment(
  suite: CryptoSuite,
  source: Uint8Array | CanonicalObject,
  commitment?: string,
): CommitmentExplanation {
  const all = formsOf(source).map(({ form, what, bytes }) => ({ form, what, digest: toHex(suite.sha256(bytes)) }));
  const digests = all.filter(({ digest }, at) => all.findIndex((other) => other.digest === digest) === at);
  if (commitment === undefined) return { digests, match: null, next: "Publish the C1 digest." };
  const match = digests.find(({ digest }) => digest === commitment.toLowerCase()) ?? null;
  return { digests, match, next: match === null ? NO_MATCH : NEXT[match.form] };
}

export interface SignatureExplanation {
  /** What was signed; null where no known form was, or not by this key. */
  readonly form: CommitmentForm | null;
  readonly what: string;
  readonly next: string;
}

/**
 * Tells over which form of a record a signature (base64url, base64 or hex) was made. Throws `listing.bad_signature` for a text that is
 * none.
 */
export function explainSignature(
  suite: CryptoSuite,
  source: Uint8Array | CanonicalObject,
  { signature, verify }: { readonly signature: string; readonly verify: Uint8Array },
): SignatureExplanation {
  const bytes = signatureFromText(signature);
  const found = formsOf(source).find((each) => suite.ed25519Verify(verify, each.bytes, bytes));
  if (found === undefined) {
    const next = "Check that key, record and signature belong together; then let the provider sign again.";
    return { form: null, what: "nothing that this record can be written as, by this key", next };
  }
  const right = found.form === "C1";
  const next = right
    ? "Nothing: this is the right form."
    : "Let the provider sign the C1 bytes: `numberbox listing build`.";
  return { form: found.form, what: found.what, next };
}
