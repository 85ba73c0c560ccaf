// The receipt of a call: as that of a message, over what a call has. It is a leaf of the same tree.

import { type CryptoSuite, fromBase64url, type Secret, toBase64url, type UnixMs } from "../base/index.ts";
import { canonicalBytes } from "./canonical-json.ts";
import {
  isBase64Of,
  isReceiptTo,
  parseReceiptTime,
  type Receipt,
  type ReceiptFault,
  type ReceiptTo,
  receiptBytes,
  receiptTime,
  verifyReceipt,
} from "./receipt.ts";

export type CallDirection = "in" | "out";

export interface CallReceipt {
  /** base64url SHA-256 of the call's record as it was sealed to the renter: it names the call without telling a number. */
  readonly call_hash: string;
  /** When the call was answered, in the form of `ts`. */
  readonly start: string;
  /** Whole seconds from answer to end. */
  readonly duration: number;
  /** As the renter sees it. */
  readonly direction: CallDirection;
  readonly ts: string;
  readonly from: string;
  readonly to: ReceiptTo;
  readonly sig: string;
}

export type AnyReceipt = Receipt | CallReceipt;

export interface SignCallReceiptOptions {
  readonly suite: CryptoSuite;
  /** The issuer's Ed25519 seed; `from` is its public key. */
  readonly seed: Secret<Uint8Array>;
  readonly from: string;
  readonly to: ReceiptTo;
  readonly callHash: string;
  readonly start: UnixMs;
  /** Whole seconds, 0 or more. */
  readonly duration: number;
  readonly direction: CallDirection;
  readonly ts: UnixMs;
}

export type AnyReceiptVerdict =
  | { readonly ok: true; readonly receipt: AnyReceipt; readonly at: UnixMs }
  | { readonly ok: false; readonly code: ReceiptFault };

const MEMBERS = "call_hash,direction,duration,from,sig,start,to,ts";

/** Signs the receipt of a call. Throws `receipt.bad_time`, or `canonical.*` for what has no canonical form. */
export function signCallReceipt(options: SignCallReceiptOptions): CallReceipt {
  const { suite, seed, from, to, callHash, start, duration, direction, ts } = options;
  const times = { start: receiptTime(start), ts: receiptTime(ts) };
  const body = { call_hash: callHash, ...times, duration, direction, from, to };
  return { ...body, sig: toBase64url(suite.ed25519Sign(seed.reveal(), canonicalBytes(body))) };
}

/** Whether `receipt` is that of a call. */
export function isCallReceipt(receipt: AnyReceipt): receipt is CallReceipt {
  return "call_hash" in receipt;
}

/** What a receipt is about: the hash of an envelope or of a call. */
export function subjectOf(receipt: AnyReceipt): string {
  return isCallReceipt(receipt) ? receipt.call_hash : receipt.msg_hash;
}

/** Canonical bytes with `sig`, of either kind: the leaf of a day's tree. */
export function leafBytes(receipt: AnyReceipt): Uint8Array {
  return isCallReceipt(receipt) ? canonicalBytes({ ...receipt }) : receiptBytes(receipt);
}

/** The call's receipt in `value` when it has exactly the eight members in their forms. */
function asCallReceipt(value: object): CallReceipt | undefined {
  if (Object.keys(value).sort().join() !== MEMBERS) return undefined;
  const { call_hash, start, duration, direction, ts, from, to, sig } = value as Readonly<
    Record<keyof CallReceipt, unknown>
  >;
  if (!isBase64Of(call_hash, 32) || !isBase64Of(sig, 64) || !isReceiptTo(to)) return undefined;
  if (typeof duration !== "number" || !Number.isSafeInteger(duration) || duration < 0) return undefined;
  if (direction !== "in" && direction !== "out") return undefined;
  if (typeof start !== "string" || typeof ts !== "string" || typeof from !== "string") return undefined;
  return { call_hash, start, duration, direction, ts, from, to, sig };
}

/** Checks shape, times and signature of a receipt of either kind. Whether `from` is the expected issuer is for the caller to check. */
export function verifyAnyReceipt(suite: CryptoSuite, value: unknown): AnyReceiptVerdict {
  if (typeof value !== "object" || value === null || !("call_hash" in value)) return verifyReceipt(suite, value);
  const receipt = asCallReceipt(value);
  if (receipt === undefined) return { ok: false, code: "receipt.bad_shape" };
  const at = parseReceiptTime(receipt.ts);
  if (at === undefined || parseReceiptTime(receipt.start) === undefined) return { ok: false, code: "receipt.bad_time" };
  if (!isBase64Of(receipt.from, 32)) return { ok: false, code: "receipt.bad_key" };
  const { sig, ...body } = receipt;
  const valid = suite.ed25519Verify(fromBase64url(receipt.from), canonicalBytes(body), fromBase64url(sig));
  return valid ? { ok: true, receipt, at } : { ok: false, code: "receipt.bad_signature" };
}
