// Padding of what gets sealed: the size of an envelope must not tell a one-time code from a love letter.

import { AppError, utf8 } from "../base/index.ts";
import { type CanonicalObject, canonicalJson } from "./canonical-json.ts";

/** Sealed plaintexts are multiples of this many bytes. */
export const PAD_STEP = 256;

/**
 * Canonical JSON of `value` with a member `pad` of zeros that makes its length a multiple of `step` bytes (1-65536). Throws
 * `payload.bad_step` or `canonical.*`.
 */
export function paddedJson(value: CanonicalObject, step: number = PAD_STEP): Uint8Array {
  if (!Number.isInteger(step) || step < 1 || step > 65_536) {
    throw new AppError("payload.bad_step", "the padding step must be an integer in 1-65536", { context: { step } });
  }
  const bare = utf8(canonicalJson({ ...value, pad: "" })).length;
  return utf8(canonicalJson({ ...value, pad: "0".repeat((step - (bare % step)) % step) }));
}
