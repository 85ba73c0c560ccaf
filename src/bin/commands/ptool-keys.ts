// What the ptool commands share: files, base64 in the lenient reading of the ecosystem's tools, and members of key files by dot path.

import { readFile, writeFile } from "node:fs/promises";
import { AppError, fromBase64url, fromUtf8, systemCodeOf } from "../../base/index.ts";

/** Throws `ptool.cannot_read`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new AppError("ptool.cannot_read", `cannot read ${path} (${systemCodeOf(cause) ?? "unknown reason"})`, {
      hint: "Check the path and its permissions.",
      cause,
    });
  }
}

/** Throws `ptool.cannot_write`. */
export async function writeBytes(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (cause) {
    throw new AppError("ptool.cannot_write", `cannot write ${path} (${systemCodeOf(cause) ?? "unknown reason"})`, {
      hint: "Check that the folder exists and is writable.",
      cause,
    });
  }
}

/** Base64 or base64url, padded or not, white space anywhere. Throws `ptool.bad_base64` naming `what`. */
export function decodeBase64(text: string, what: string): Uint8Array {
  try {
    return fromBase64url(text.replace(/\s+/g, ""));
  } catch (cause) {
    throw new AppError("ptool.bad_base64", `${what} is not base64url`, { cause });
  }
}

/** The base64url content of a text file. */
export async function readBase64(path: string): Promise<Uint8Array> {
  return decodeBase64(fromUtf8(await readBytes(path)), path);
}

/**
 * The member at a dot path such as `users.alice.private` or `keys.private.0`. A name may itself hold dots: the shortest reading that
 * exists wins. Undefined where nothing is there.
 */
export function memberAt(value: unknown, parts: readonly string[]): unknown {
  if (parts.length === 0) return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (let take = 1; take <= parts.length; take++) {
    const name = parts.slice(0, take).join(".");
    if (!Object.hasOwn(value, name)) continue;
    const found = memberAt((value as Readonly<Record<string, unknown>>)[name], parts.slice(take));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The key at `field` of a JSON key file. Throws `ptool.cannot_read`, `ptool.bad_keyfile` or `ptool.bad_base64`. */
export async function keyFromFile(path: string, field: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  let file: unknown;
  try {
    file = JSON.parse(fromUtf8(bytes));
  } catch {
    // The parser's own message quotes the text, which may be a key.
    throw new AppError("ptool.bad_keyfile", `${path} is not a JSON key file`);
  }
  const text = memberAt(file, field.split("."));
  if (typeof text !== "string") {
    throw new AppError("ptool.bad_keyfile", `${path} has no text at ${field}`, {
      hint: "Name the member, such as users.NAME.private, users.NAME.public or keys.private.0.",
    });
  }
  return decodeBase64(text, `${field} of ${path}`);
}

/** A key given as text or in a key file; exactly one of `text` and `file` is set. */
export interface KeySource {
  readonly text: string | undefined;
  readonly file: string | undefined;
  readonly field: string;
  /** Names the option in errors. */
  readonly what: string;
}

export async function keyFrom(source: KeySource): Promise<Uint8Array> {
  return source.file === undefined
    ? decodeBase64(source.text ?? "", source.what)
    : keyFromFile(source.file, source.field);
}

/** An Ed25519 seed: 32 bytes, or the first half of the 64-byte form. Throws `ptool.bad_key`. */
export function seedOf(key: Uint8Array): Uint8Array {
  if (key.length !== 32 && key.length !== 64) throw new AppError("ptool.bad_key", "invalid Ed25519 private key length");
  return key.subarray(0, 32);
}

/** Throws `ptool.bad_key` unless the key is 32 bytes. */
export function key32(key: Uint8Array, what: string): Uint8Array {
  if (key.length !== 32) throw new AppError("ptool.bad_key", `invalid ${what} length`);
  return key;
}
