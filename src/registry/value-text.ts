// Limits of names and values in the chain, and values that are text.

import { AppError, fromUtf8 } from "../base/index.ts";
import { attempt } from "./attempt.ts";

/** Longest name in bytes. */
export const MAX_NAME_BYTES = 512;
/** Longest value in bytes. */
export const MAX_VALUE_BYTES = 20_480;

/** The text of a value. Throws `registry.bad_value` for one that is empty, too long or not UTF-8; `what` names it. */
export function valueText(value: Uint8Array, what: string): string {
  const bad = (why: string): AppError =>
    new AppError("registry.bad_value", `${what} ${why}`, { hint: "Ask the owner of the name to publish it again." });
  if (value.length === 0) throw bad("is empty");
  if (value.length > MAX_VALUE_BYTES) throw bad(`is longer than ${MAX_VALUE_BYTES} bytes`);
  const read = attempt(() => fromUtf8(value));
  if ("fault" in read) throw bad("is not text in UTF-8");
  return read.value;
}
