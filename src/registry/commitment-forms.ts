// Why a commitment does not fit: the forms that guides and tools of the network have produced (reference/ness-ecosystem.md section 5).
// Only C1 is accepted; the others are named, so that their author can be told what went wrong.

import { type CryptoSuite, concatBytes, hasCode, toHex, utf8 } from "../base/index.ts";
import { canonicalBytes } from "../envelope/index.ts";
import { EMPTY_DIGEST } from "./listing-names.ts";
import { parseListingRecord } from "./listing-record.ts";

export type CommitmentForm = "C1" | "C2" | "C3" | "C4" | "C5" | "C6" | "C7";

const ADVICE: Readonly<Record<CommitmentForm, string>> = {
  C1: "the canonical record without its signature: this is right",
  C2: "the canonical record with a line feed behind it, as `jq -c -S . | sha256sum` makes it",
  C3: "the canonical record with its signature inside",
  C4: "the canonical record with its signature inside and a line feed behind it",
  C5: "the bytes of a file without a signature, as they lie on the disk",
  C6: "the bytes of a signed file, as they lie on the disk",
  C7: "an empty file: the command that made the record failed",
};

export interface CommitmentExplanation {
  /** Null where no known form fits. */
  readonly form: CommitmentForm | null;
  readonly text: string;
  /** The digest of form C1; null where the file is no record. */
  readonly expected: string | null;
}

/** Which form of `file` has the digest `commitment` (hex). */
export function explainCommitment(suite: CryptoSuite, file: Uint8Array, commitment: string): CommitmentExplanation {
  const wanted = commitment.toLowerCase();
  const line = utf8("\n");
  const forms: [CommitmentForm, Uint8Array][] = [];
  let expected: string | null = null;
  let isSigned = false;
  try {
    const { unsigned, bytes, fields } = parseListingRecord(file);
    expected = toHex(suite.sha256(bytes));
    forms.push(["C1", bytes], ["C2", concatBytes(bytes, line)]);
    if (fields.signature !== undefined) {
      isSigned = true;
      const signed = canonicalBytes({ ...unsigned, signature: fields.signature });
      forms.push(["C3", signed], ["C4", concatBytes(signed, line)]);
    }
  } catch (error) {
    // Not a record: then only its bytes can have been hashed.
    if (!isRefusal(error)) throw error;
  }
  forms.push([isSigned ? "C6" : "C5", file]);
  const form = wanted === EMPTY_DIGEST ? "C7" : forms.find(([, bytes]) => toHex(suite.sha256(bytes)) === wanted)?.[0];
  if (form === undefined)
    return { form: null, text: "the commitment belongs to none of the known forms of this record", expected };
  return { form, text: `the commitment is that of ${ADVICE[form]}`, expected };
}

const REFUSALS = ["listing.bad_record", "base.bad_utf8"] as const;

function isRefusal(error: unknown): boolean {
  if (REFUSALS.some((code) => hasCode(error, code))) return true;
  return typeof error === "object" && error !== null && "code" in error && String(error.code).startsWith("canonical.");
}
