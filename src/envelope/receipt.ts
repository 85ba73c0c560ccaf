// Delivery receipts in the ecosystem's `ptool_receipt` form: who vouches (`from`) to whom (`to`) for the hash of which envelope, and
// when. Canonical JSON without `sig` is what gets signed; with `sig` it is the leaf of a day's Merkle tree.

import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  type Secret,
  toBase64url,
  type UnixMs,
  unixMs,
} from "../base/index.ts";
import { canonicalBytes } from "./canonical-json.ts";

/** The counterparty's verify key (base64url), or a listing where the key must not be known. */
export type ReceiptTo = string | { readonly listing: string };

export interface Receipt {
  /** base64url SHA-256 of the envelope's bytes. */
  readonly msg_hash: string;
  /** RFC 3339 in UTC with the offset written `+00:00`. */
  readonly ts: string;
  /** The issuer's verify key, base64url. */
  readonly from: string;
  readonly to: ReceiptTo;
  /** base64url Ed25519 signature. */
  readonly sig: string;
}

export interface SignReceiptOptions {
  readonly suite: CryptoSuite;
  /** The issuer's Ed25519 seed; `from` is its public key. */
  readonly seed: Secret<Uint8Array>;
  readonly from: string;
  readonly to: ReceiptTo;
  /** As `messageHash` gives it. */
  readonly msgHash: string;
  readonly ts: UnixMs;
}

export type ReceiptFault = "receipt.bad_shape" | "receipt.bad_time" | "receipt.bad_key" | "receipt.bad_signature";
export type ReceiptVerdict =
  | { readonly ok: true; readonly receipt: Receipt; readonly at: UnixMs }
  | { readonly ok: false; readonly code: ReceiptFault };

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)$/;
const MEMBERS = "from,msg_hash,sig,to,ts";
const LISTING = /^[\x20-\x7e]{1,128}$/;

/** RFC 3339 as Python's `isoformat` writes it: six fraction digits, none for a whole second. Throws `receipt.bad_time`. */
export function receiptTime(at: UnixMs): string {
  if (!Number.isSafeInteger(at) || at < 0 || at > 253_402_300_799_999) {
    throw new AppError("receipt.bad_time", "a receipt's time must lie between the years 1970 and 9999");
  }
  const text = new Date(at).toISOString();
  const fraction = text.slice(20, 23);
  return `${text.slice(0, 19)}${fraction === "000" ? "" : `.${fraction}000`}+00:00`;
}

/** Signs a receipt. Throws `receipt.bad_time`, or `canonical.*` for text without a canonical form. */
export function signReceipt(options: SignReceiptOptions): Receipt {
  const { suite, seed, from, to, msgHash, ts } = options;
  const body = { msg_hash: msgHash, ts: receiptTime(ts), from, to };
  return { ...body, sig: toBase64url(suite.ed25519Sign(seed.reveal(), canonicalBytes(body))) };
}

/** The same, signed beside the thread that asks. */
export async function signReceiptAside(options: SignReceiptOptions): Promise<Receipt> {
  const { suite, seed, from, to, msgHash, ts } = options;
  const body = { msg_hash: msgHash, ts: receiptTime(ts), from, to };
  return { ...body, sig: toBase64url(await suite.ed25519SignAside(seed.reveal(), canonicalBytes(body))) };
}

/** Canonical bytes with `sig`: the leaf of a Merkle tree and the archived form. */
export function receiptBytes(receipt: Receipt): Uint8Array {
  const { msg_hash, ts, from, to, sig } = receipt;
  return canonicalBytes({ msg_hash, ts, from, to, sig });
}

/** Whether `value` is base64url of `length` bytes. */
export function isBase64Of(value: unknown, length: number): value is string {
  try {
    return typeof value === "string" && fromBase64url(value).length === length;
  } catch {
    return false;
  }
}

/** Whether `value` names a counterparty or a listing. */
export function isReceiptTo(value: unknown): value is ReceiptTo {
  if (typeof value === "string") return isBase64Of(value, 32);
  if (typeof value !== "object" || value === null || Object.keys(value).join() !== "listing") return false;
  return "listing" in value && typeof value.listing === "string" && LISTING.test(value.listing);
}

/** The receipt in `value` when it has exactly the five members in their forms. */
function asReceipt(value: unknown): Receipt | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.keys(value).sort().join() !== MEMBERS) return undefined;
  const { msg_hash, ts, from, to, sig } = value as Readonly<Record<keyof Receipt, unknown>>;
  if (!isBase64Of(msg_hash, 32) || typeof ts !== "string" || typeof from !== "string" || !isReceiptTo(to))
    return undefined;
  return isBase64Of(sig, 64) ? { msg_hash, ts, from, to, sig } : undefined;
}

/** What `receiptTime` wrote, also with `Z` and other fractions; undefined for anything else. */
export function parseReceiptTime(text: string): UnixMs | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const whole = Date.parse(`${match[1]}Z`);
  // Date.parse accepts 31 February; its own output then differs.
  if (Number.isNaN(whole) || new Date(whole).toISOString().slice(0, 19) !== match[1]) return undefined;
  return unixMs(whole + Number((match[2] ?? "").padEnd(3, "0").slice(0, 3)));
}

/**
 * Checks shape, time and signature, in this order. That `from` is the expected issuer, and that `msg_hash` belongs to a known
 * message, is for the caller to check.
 */
export function verifyReceipt(suite: CryptoSuite, value: unknown): ReceiptVerdict {
  const receipt = asReceipt(value);
  if (receipt === undefined) return { ok: false, code: "receipt.bad_shape" };
  const at = parseReceiptTime(receipt.ts);
  if (at === undefined) return { ok: false, code: "receipt.bad_time" };
  if (!isBase64Of(receipt.from, 32)) return { ok: false, code: "receipt.bad_key" };
  const { sig, ...body } = receipt;
  const valid = suite.ed25519Verify(fromBase64url(receipt.from), canonicalBytes(body), fromBase64url(sig));
  return valid ? { ok: true, receipt, at } : { ok: false, code: "receipt.bad_signature" };
}
