// Byte helpers without node: modules, so that the same code runs in the browser.

import { AppError } from "./errors.ts";

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true });
const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Decodes strictly; throws `base.bad_utf8` on malformed input. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch (cause) {
    throw new AppError("base.bad_utf8", "bytes are not UTF-8", { cause });
  }
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
}

/** Throws `base.bad_hex` on an odd length or a character outside 0-9 a-f A-F. */
export function fromHex(text: string): Uint8Array {
  if (!HEX.test(text)) throw new AppError("base.bad_hex", "text is not hex", { context: { length: text.length } });
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

function toBase64Standard(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

/** Standard base64 with padding: the encoding of Privateness keyfiles. */
export function toBase64(bytes: Uint8Array): string {
  return toBase64Standard(bytes);
}

/** Base64url without padding: the encoding of every key, signature and envelope in our API. */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64Standard(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Decodes base64 or base64url, padded or not, as the ecosystem's tools do. Throws `base.bad_base64` on other characters, an
 * impossible length, or non-zero trailing bits (two texts must not decode to the same bytes).
 */
export function fromBase64url(text: string): Uint8Array {
  const bare = text.replace(/=+$/, "");
  if (!BASE64.test(text) || bare.length % 4 === 1) {
    throw new AppError("base.bad_base64", "text is not base64url", { context: { length: text.length } });
  }
  const binary = atob(bare.replaceAll("-", "+").replaceAll("_", "/"));
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i);
  if (toBase64url(out) !== bare.replaceAll("+", "-").replaceAll("/", "_")) {
    throw new AppError("base.bad_base64", "text has stray trailing bits", { context: { length: text.length } });
  }
  return out;
}

/** Equality in time that depends only on the lengths. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Overwrites key material that is no longer needed (best effort: the engine may have copied it). */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}
