// The renter's public keys as people have them: `VERIFY:ENCRYPT`, our JSON, or a Privateness public record. A text that holds a private member is
// refused before anything else is done with it, so that a renter's secret is neither kept nor sent.

import { fromBase64url, toBase64url } from "../../base/index.ts";
import type { GrantRequest } from "../../protocol/index.ts";

export type RenterKeys = GrantRequest["renter"];

export type KeysVerdict =
  | { readonly kind: "empty" }
  | { readonly kind: "good"; readonly keys: RenterKeys }
  | { readonly kind: "refused"; readonly reason: "private" | "unreadable" | "missing" | "malformed" | "same" };

/** Largest key file that is looked at, in bytes. */
export const KEY_FILE_MAX = 64 * 1024;

const PRIVATE_MEMBER = /priv|secret|seed|mnemonic|entropy|passphrase|password|sealed|cipher/i;
const PRIVATE_TEXT = /PRIVATE KEY|"filedata"[^}]*encrypted-keys/;
/** `VERIFY:ENCRYPT`, as the command line takes it; what is no key of 32 bytes is found out by `publicKey`. */
const PAIR = /^([A-Za-z0-9_+/-]+={0,2}):([A-Za-z0-9_+/-]+={0,2})$/;
const DEPTH = 6;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function holdsPrivate(value: unknown, depth: number): boolean {
  if (depth > DEPTH) return true;
  if (Array.isArray(value)) return value.some((item) => holdsPrivate(item, depth + 1));
  if (!isRecord(value)) return false;
  return Object.entries(value).some(([name, member]) => PRIVATE_MEMBER.test(name) || holdsPrivate(member, depth + 1));
}

/** A 32-byte key in base64url, from either base64 alphabet, padded or not. */
function publicKey(value: unknown): string | null {
  if (typeof value !== "string") return null;
  try {
    const bytes = fromBase64url(value.trim());
    return bytes.length === 32 ? toBase64url(bytes) : null;
  } catch {
    return null;
  }
}

/** The record with `verify`: the whole, one of its `keys` or `renter` members, or its only or current user. */
function findRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  if (!isRecord(value)) return null;
  if ("verify" in value) return value;
  for (const name of ["renter", "keys"]) {
    const member = value[name];
    if (isRecord(member) && "verify" in member) return member;
  }
  const users = isRecord(value.users) ? value.users : {};
  const names = Object.keys(users);
  const chosen = typeof value.current === "string" ? value.current : names.length === 1 ? names[0] : undefined;
  const user = chosen === undefined ? undefined : users[chosen];
  return isRecord(user) && "verify" in user ? user : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function judgeKeys(verifyText: unknown, encryptText: unknown): KeysVerdict {
  const verify = publicKey(verifyText);
  const encrypt = publicKey(encryptText);
  if (verify === null || encrypt === null) return { kind: "refused", reason: "malformed" };
  return verify === encrypt ? { kind: "refused", reason: "same" } : { kind: "good", keys: { verify, encrypt } };
}

/** Judges pasted or dropped text. Of a refused text nothing but the reason comes back. */
export function readRenterKeys(text: string): KeysVerdict {
  if (text.trim() === "") return { kind: "empty" };
  if (PRIVATE_TEXT.test(text)) return { kind: "refused", reason: "private" };
  const pair = PAIR.exec(text.trim());
  if (pair !== null) return judgeKeys(pair[1], pair[2]);
  const value = parse(text);
  // Half a key file is no JSON, but may hold the secret half.
  if (value === undefined)
    return { kind: "refused", reason: /"[^"]*(?:priv|secret|seed)[^"]*"\s*:/i.test(text) ? "private" : "unreadable" };
  if (holdsPrivate(value, 0)) return { kind: "refused", reason: "private" };
  const record = findRecord(value);
  if (record === null || !("encrypt" in record || "public" in record)) return { kind: "refused", reason: "missing" };
  return judgeKeys(record.verify, record.encrypt ?? record.public);
}

/** Enough of a key for two people to compare aloud. */
export function keyFingerprint(key: string): string {
  return `${key.slice(0, 4)} ${key.slice(4, 8)} … ${key.slice(-4)}`;
}
