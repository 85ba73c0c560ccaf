// What the verifiers need to know of a name in the chain. `NameRecord` of core's ports is one.

import { AppError, fromUtf8, isAppError } from "../base/index.ts";

export interface ChainName {
  readonly name: string;
  /** Empty for a deleted name. */
  readonly value: Uint8Array;
  readonly txid: string;
  /** Who owns the name. */
  readonly address: string;
  /** Last height at which the name is active; 0 for a deleted one. */
  readonly expiresAt: number;
  readonly state: "active" | "expired" | "deleted";
}

/** Longest value of a name in bytes (Emercoin's limit). */
export const MAX_VALUE_BYTES = 20_480;
/** Longest name in bytes (Emercoin's limit). */
export const MAX_NAME_BYTES = 512;

/**
 * Why a name says nothing any more at `height`, null if it does. The height decides too: a record read some blocks ago may have
 * expired since.
 */
export function inactiveReason(record: ChainName, height: number): "expired" | "deleted" | null {
  if (record.state !== "active") return record.state;
  return height > record.expiresAt ? "expired" : null;
}

/** The text of a value. Throws `registry.bad_value` for one that is empty, too long or not UTF-8. */
export function valueText(value: Uint8Array, what: string): string {
  const bad = (why: string): AppError =>
    new AppError("registry.bad_value", `${what} ${why}`, { hint: "Ask the owner of the name to publish it again." });
  if (value.length === 0) throw bad("is empty");
  if (value.length > MAX_VALUE_BYTES) throw bad(`is longer than ${MAX_VALUE_BYTES} bytes`);
  try {
    return fromUtf8(value);
  } catch (error) {
    if (isAppError(error)) throw bad("is not text in UTF-8");
    throw error;
  }
}
