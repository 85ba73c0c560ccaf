// The record of a call, sealed to its renter: the only place where the other party's number is kept. Its hash names the call in receipts.

import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  fromUtf8,
  type Random,
  type Secret,
  toBase64url,
} from "../base/index.ts";
import type { CallDirection } from "./call-receipt.ts";
import { parseCanonicalInput } from "./canonical-parse.ts";
import { openV1, sealV1 } from "./envelope-v1.ts";
import { keyFromText } from "./identity.ts";
import { paddedJson } from "./padding.ts";
import { messageHash } from "./wire-message.ts";

export interface CallRecord {
  /** 32 lower-case hex digits. */
  readonly id: string;
  readonly rental_id: string;
  readonly listing_id: string;
  /** As the renter sees it. */
  readonly direction: CallDirection;
  /** The rented number. */
  readonly line: string;
  /** The other party; null when it was withheld. */
  readonly number: string | null;
  /** Unix ms. */
  readonly started_ms: number;
  /** Null when nobody answered. */
  readonly answered_ms: number | null;
  /** Whole ms of talk; null in a record that was written while the call was on. */
  readonly duration_ms: number | null;
  /** Begun minutes and what they cost, a decimal of EMC. */
  readonly minutes: number;
  readonly cost: string;
  /** Why it ended, such as `hung_up`; null while it was on. */
  readonly cause: string | null;
}

export interface SealedCall {
  /** base64url envelope v1. */
  readonly sealed: string;
  /** base64url SHA-256 of its bytes: `call_hash` of the receipt. */
  readonly hash: string;
}

export interface SealCallOptions {
  readonly suite: CryptoSuite;
  readonly random: Random;
  /** The renter's encrypt key, base64url. */
  readonly renter: string;
  readonly record: CallRecord;
}

/** Seals a record; padded, so that its size tells nothing. Throws `identity.bad_key`, `crypto.low_order`, `canonical.*`. */
export function sealCallRecord({ suite, random, renter, record }: SealCallOptions): SealedCall {
  const plaintext = paddedJson({ v: 1, type: "call", ...record });
  const bytes = sealV1({ suite, random, recipient: keyFromText(renter, "the renter's encrypt key"), plaintext });
  return { sealed: toBase64url(bytes), hash: messageHash(suite, bytes) };
}

/**
 * Opens a record with the renter's seed. Throws `envelope.cannot_open`, `envelope.too_short`, `base.bad_base64`, or `call.bad_record` when
 * what was sealed is no record of a call.
 */
export function openCallRecord(suite: CryptoSuite, secret: Secret<Uint8Array>, sealed: string): CallRecord {
  const value = parseCanonicalInput(fromUtf8(openV1({ suite, secret, envelope: fromBase64url(sealed) })));
  const record = asRecord(value);
  if (record !== null) return record;
  throw new AppError("call.bad_record", "what was sealed is no record of a call of a known form", {
    hint: "Update Numberbox, or ask the provider.",
  });
}

const isTime = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isTimeOrNull = (value: unknown): value is number | null => value === null || isTime(value);
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";

function asRecord(value: unknown): CallRecord | null {
  if (typeof value !== "object" || value === null || !("v" in value) || !("type" in value)) return null;
  const all = value as Readonly<Record<keyof CallRecord | "v" | "type", unknown>>;
  const { id, rental_id, listing_id, direction, line, number, started_ms, answered_ms, duration_ms } = all;
  const { minutes, cost, cause } = all;
  if (all.v !== 1 || all.type !== "call" || (direction !== "in" && direction !== "out")) return null;
  if (typeof id !== "string" || typeof rental_id !== "string" || typeof listing_id !== "string") return null;
  if (typeof line !== "string" || !isTextOrNull(number) || typeof cost !== "string" || !isTextOrNull(cause))
    return null;
  if (!isTime(started_ms) || !isTimeOrNull(answered_ms) || !isTimeOrNull(duration_ms) || !isTime(minutes)) return null;
  const times = { started_ms, answered_ms, duration_ms, minutes };
  return { id, rental_id, listing_id, direction, line, number, ...times, cost, cause };
}
