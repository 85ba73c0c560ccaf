// One way to turn outside data into a typed value, with every fault named by its path.

import type { z } from "zod";
import { AppError, type ErrorCode } from "../base/index.ts";

/** Parses `value`; throws an `AppError` with `code` whose message lists each fault with its path, never the value itself. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, code: ErrorCode, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues
    .slice(0, 8)
    .map((issue) => `${issue.path.join(".") || "(whole)"}: ${issue.message}`);
  throw new AppError(code, `${what} is not valid: ${faults.join("; ")}`, {
    hint: "Correct the members named and send it again.",
    context: { faults: result.error.issues.length },
  });
}

/** Parses JSON text first; a syntax error becomes the same `AppError`, without quoting the text. */
export function parseJsonWith<T>(schema: z.ZodType<T>, text: string, code: ErrorCode, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError(code, `${what} is not JSON`, { hint: "Send one JSON document in UTF-8." });
  }
  return parseWith(schema, value, code, what);
}
