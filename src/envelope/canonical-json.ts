// RFC 8785 (JCS) behind an input profile, so that every serialiser in the ecosystem yields the same bytes: ASCII member names,
// integers below 2^53, well-formed strings, plain objects and arrays. Money travels as decimal strings, never as numbers.

import serialize from "canonicalize";
import { AppError, type ErrorCode, utf8 } from "../base/index.ts";

export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue };
export type CanonicalObject = { readonly [name: string]: CanonicalValue };

/** Deepest nesting accepted, in arrays and objects. */
export const MAX_CANONICAL_DEPTH = 32;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** The error of a value outside the profile; `path` is a JSON path such as `$.parts[2]`. */
export function canonicalError(code: ErrorCode, path: string, what: string): AppError {
  return new AppError(code, `${what} at ${path}`, {
    hint: "Send plain JSON: ASCII member names, integers below 2^53, amounts as strings.",
    context: { path },
  });
}

/** Refuses a member name outside printable ASCII: RFC 8785 and other serialisers order and escape such names differently. */
export function checkName(name: string, path: string): void {
  if (!PRINTABLE_ASCII.test(name))
    throw canonicalError("canonical.bad_name", path, "a member name is not printable ASCII");
}

/** The JSON path of a member; long names are cut, because a path appears in errors. */
export function memberPath(path: string, name: string): string {
  return `${path}.${name.length > 40 ? `${name.slice(0, 40)}…` : name}`;
}

function checkNumber(value: number, path: string): void {
  if (!Number.isInteger(value)) throw canonicalError("canonical.not_integer", path, "a number is not an integer");
  if (!Number.isSafeInteger(value)) throw canonicalError("canonical.too_large", path, "an integer is 2^53 or larger");
}

/** Refuses a lone surrogate: it has no UTF-8 form. */
export function checkString(value: string, path: string): void {
  if (!value.isWellFormed()) throw canonicalError("canonical.bad_string", path, "a string has a lone surrogate");
}

function checkObject(value: object, path: string, depth: number): void {
  if (depth >= MAX_CANONICAL_DEPTH) throw canonicalError("canonical.too_deep", path, "nesting is too deep");
  if (Array.isArray(value)) {
    // By index, not forEach: a hole is an undefined element.
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw canonicalError("canonical.bad_type", path, "a value is not a plain object");
  }
  for (const [name, member] of Object.entries(value)) {
    checkName(name, path);
    check(member, memberPath(path, name), depth + 1);
  }
}

function check(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "number") checkNumber(value, path);
  else if (typeof value === "string") checkString(value, path);
  else if (typeof value === "object") checkObject(value, path, depth);
  else throw canonicalError("canonical.bad_type", path, `a value of type ${typeof value} has no JSON form`);
}

/**
 * The RFC 8785 text of `value`. Throws `canonical.not_integer`, `canonical.too_large`, `canonical.bad_string`,
 * `canonical.bad_name`, `canonical.bad_type` or `canonical.too_deep`, naming the JSON path and never the value.
 */
export function canonicalJson(value: unknown): string {
  check(value, "$", 0);
  // Always a text: the profile admits only values that have a JSON form.
  return String(serialize(value));
}

/** UTF-8 bytes of `canonicalJson(value)`: what signatures and commitments cover. */
export function canonicalBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}
