// Reading members of a key file. Errors name the path of a member and never what it holds.

import { AppError, type ErrorCode, fromBase64url } from "../base/index.ts";

export type KeyfileObject = Readonly<Record<string, unknown>>;

/** An error about a key file; `path` names the member. */
export function keyfileError(code: ErrorCode, path: string, what: string): AppError {
  return new AppError(code, `key file: ${path} ${what}`, {
    hint: "Export the key file again from the tool that made it.",
    context: { path },
  });
}

export function objectIn(value: unknown, path: string): KeyfileObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw keyfileError("keyfile.bad_shape", path, "must be an object");
  }
  return value as KeyfileObject;
}

export function textIn(value: unknown, path: string): string {
  if (typeof value !== "string") throw keyfileError("keyfile.bad_shape", path, "must be a string");
  return value;
}

export function listIn(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw keyfileError("keyfile.bad_shape", path, "must be a list");
  return value;
}

/** Throws `keyfile.bad_shape` or `keyfile.bad_key`. */
export function base64In(value: unknown, path: string): Uint8Array {
  const text = textIn(value, path);
  try {
    return fromBase64url(text);
  } catch {
    throw keyfileError("keyfile.bad_key", path, "is not base64");
  }
}

/** Base64 of exactly `length` bytes. Throws `keyfile.bad_shape` or `keyfile.bad_key`. */
export function bytesIn(value: unknown, path: string, length: number): Uint8Array {
  const bytes = base64In(value, path);
  if (bytes.length !== length) throw keyfileError("keyfile.bad_key", path, `must be ${length} bytes`);
  return bytes;
}
