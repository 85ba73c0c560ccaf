// A verdict of a check: it holds, it fails for a coded reason, or nobody can tell yet.

import { type AppError, type ErrorCode, isAppError } from "../base/index.ts";

export type Verdict =
  | { readonly state: "ok" }
  | { readonly state: "failed"; readonly code: ErrorCode; readonly message: string }
  /** Evidence is missing: not a fault of the listing. */
  | { readonly state: "unknown"; readonly why: string };

export const OK: Verdict = { state: "ok" };

export function failed(code: ErrorCode, message: string): Verdict {
  return { state: "failed", code, message };
}

export function unknown(why: string): Verdict {
  return { state: "unknown", why };
}

/** What `read` gives, or the verdict of the coded error that it throws. */
export function attempt<T>(read: () => T): { readonly value: T } | { readonly fault: AppError } {
  try {
    return { value: read() };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { fault: error };
  }
}

export function failedBy(fault: AppError): Verdict {
  return failed(fault.code, fault.message);
}
