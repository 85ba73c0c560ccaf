// Reading what others wrote: a coded refusal is an answer here, not an exception.

import { type AppError, isAppError } from "../base/index.ts";

/** What `read` gives, or the coded error that it throws; any other error passes. */
export function attempt<T>(read: () => T): { readonly value: T } | { readonly fault: AppError } {
  try {
    return { value: read() };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { fault: error };
  }
}
