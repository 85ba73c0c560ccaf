// Why a commitment does not fit: the forms that guides and tools of the network have produced (reference/ness-ecosystem.md section 5).
// Only C1 is accepted; the others are named, so that their author can be told what went wrong.

import { type CryptoSuite, concatBytes, toHex, utf8 } from "../base/index.ts";
import { canonicalBytes } from "../envelope/index.ts";
import { attempt } from "./attempt.ts";
import { EMPTY_DIGEST } from "./listing-names.ts";
import { type ListingRecord, parseListingRecord, signatureBytes } from "./listing-record.ts";

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

interface Written {
  readonly form: CommitmentForm;
  readonly bytes: Uint8Array;
}

function recordIn(file: Uint8Array): ListingRecord | null {
  const read = attempt(() => parseListingRecord(file));
  // Not a record: then only its bytes can have been hashed or signed.
  return "value" in read ? read.value : null;
}

/** Everything that a file can have been hashed or signed as, the right form first. */
function writtenForms(file: Uint8Array): readonly Written[] {
  const record = recordIn(file);
  const line = utf8("\n");
  const forms: Written[] = [];
  if (record !== null)
    forms.push({ form: "C1", bytes: record.bytes }, { form: "C2", bytes: concatBytes(record.bytes, line) });
  const signature = record?.fields.signature;
  if (record !== null && signature !== undefined) {
    const signed = canonicalBytes({ ...record.unsigned, signature });
    forms.push({ form: "C3", bytes: signed }, { form: "C4", bytes: concatBytes(signed, line) });
  }
  forms.push({ form: signature === undefined ? "C5" : "C6", bytes: file }, { form: "C7", bytes: new Uint8Array(0) });
  return forms;
}

/** The digest of each form that the file can be written in, hex. */
export function commitmentForms(
  suite: CryptoSuite,
  file: Uint8Array,
): readonly { readonly form: CommitmentForm; readonly text: string; readonly digest: string }[] {
  return writtenForms(file).map(({ form, bytes }) => ({
    form,
    text: ADVICE[form],
    digest: toHex(suite.sha256(bytes)),
  }));
}

/** Which form of `file` has the digest `commitment` (hex). */
export function explainCommitment(suite: CryptoSuite, file: Uint8Array, commitment: string): CommitmentExplanation {
  const wanted = commitment.toLowerCase();
  const forms = commitmentForms(suite, file);
  const expected = forms.find(({ form }) => form === "C1")?.digest ?? null;
  const found = forms.find(({ form, digest }) => digest === wanted && (form === "C7") === (wanted === EMPTY_DIGEST));
  if (found === undefined)
    return { form: null, text: "the commitment belongs to none of the known forms of this record", expected };
  return { form: found.form, text: `the commitment is that of ${found.text}`, expected };
}

export interface SignatureExplanation {
  /** Null where no known form of the file was signed by this key. */
  readonly form: CommitmentForm | null;
  readonly text: string;
}

/** Over which form of `file` a signature of `verify` (32 bytes) was made; only one over C1 is accepted. */
export function explainSignature(
  suite: CryptoSuite,
  file: Uint8Array,
  { signature, verify }: { readonly signature: string; readonly verify: Uint8Array },
): SignatureExplanation {
  const bytes = signatureBytes(signature);
  if (bytes === null) return { form: null, text: "the signature is not 64 bytes in hex, base64 or base64url" };
  const found = writtenForms(file).find((written) => suite.ed25519Verify(verify, written.bytes, bytes));
  if (found === undefined) return { form: null, text: "this key signed none of the known forms of this record" };
  return { form: found.form, text: `the signature is over ${ADVICE[found.form]}` };
}
