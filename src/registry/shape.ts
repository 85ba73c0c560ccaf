// Turns parsed JSON into a typed value; faults are named by their path, never by the value.

import type { z } from "zod";
import { AppError, type ErrorCode } from "../base/index.ts";
import { type CanonicalInput, parseCanonicalInput } from "../envelope/index.ts";
import { attempt } from "./attempt.ts";

const HINT = "Ask whoever made it to make it again with a current version.";

/** Throws an `AppError` of `code` that lists the faults. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown, code: ErrorCode, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues
    .slice(0, 8)
    .map(({ path, message }) => `${["$", ...path.map(String)].join(".")}: ${message}`);
  throw new AppError(code, `${what} is not valid: ${faults.join("; ")}`, { hint: HINT });
}

/** JSON within the canonical profile (white space is free). Throws `code`, naming the place. */
export function jsonIn(text: string, code: ErrorCode, what: string): CanonicalInput {
  const read = attempt(() => parseCanonicalInput(text));
  if ("value" in read) return read.value;
  const { fault } = read;
  throw new AppError(code, `${what} cannot be read: ${fault.message}`, { hint: HINT, cause: fault });
}
