// What goes to the thread of signatures and what comes back: bytes without names, as many at once as there are. Both sides are this program.

import type { CryptoSuite } from "./crypto.ts";

export type SignatureJob =
  | { readonly kind: "verify"; readonly key: Uint8Array; readonly message: Uint8Array; readonly signature: Uint8Array }
  | { readonly kind: "sign"; readonly seed: Uint8Array; readonly message: Uint8Array };

/** Jobs on their way there, or answers on their way back. */
export interface SignatureBatch {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Null for what is none. */
export function asBatch(value: unknown): SignatureBatch | null {
  if (typeof value !== "object" || value === null || !("number" in value && "bytes" in value)) return null;
  const { number, bytes } = value;
  return typeof number === "number" && bytes instanceof Uint8Array ? { number, bytes } : null;
}

const KIND = { verify: 0, sign: 1 } as const;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Kind, key or seed, signature, length of the message. */
const HEAD = 1 + KEY_BYTES + SIGNATURE_BYTES + 4;

/** Bytes of the answer to a job. */
export const answerSize = ({ kind }: SignatureJob): number => (kind === "sign" ? SIGNATURE_BYTES : 1);

/** Keys, seeds and signatures have their lengths: who asks has looked. */
export function encodeJobs(jobs: readonly SignatureJob[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(jobs.reduce((size, { message }) => size + HEAD + message.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const job of jobs) {
    const isSign = job.kind === "sign";
    bytes[at] = KIND[job.kind];
    bytes.set(isSign ? job.seed : job.key, at + 1);
    if (!isSign) bytes.set(job.signature, at + 1 + KEY_BYTES);
    view.setUint32(at + HEAD - 4, job.message.length);
    bytes.set(job.message, at + HEAD);
    at += HEAD + job.message.length;
  }
  return bytes;
}

/** Views of the same bytes. */
export function decodeJobs(bytes: Uint8Array): readonly SignatureJob[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const jobs: SignatureJob[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + HEAD + view.getUint32(at + HEAD - 4);
    const key = bytes.subarray(at + 1, at + 1 + KEY_BYTES);
    const message = bytes.subarray(at + HEAD, end);
    const signature = bytes.subarray(at + 1 + KEY_BYTES, at + 1 + KEY_BYTES + SIGNATURE_BYTES);
    jobs.push(
      bytes[at] === KIND.sign ? { kind: "sign", seed: key, message } : { kind: "verify", key, message, signature },
    );
    at = end;
  }
  return jobs;
}

/** Does the jobs, and wipes what was asked: seeds stand in it. Returns the answers one behind the other. */
export function doJobs(
  suite: Pick<CryptoSuite, "ed25519Sign" | "ed25519Verify">,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  try {
    const answers = decodeJobs(bytes).map((job) =>
      job.kind === "sign"
        ? suite.ed25519Sign(job.seed, job.message)
        : Uint8Array.of(suite.ed25519Verify(job.key, job.message, job.signature) ? 1 : 0),
    );
    return new Uint8Array(Buffer.concat(answers));
  } finally {
    bytes.fill(0);
  }
}
