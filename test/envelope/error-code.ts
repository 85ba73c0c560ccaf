// The code of the error that something throws, so that a test says which one it expects.

import { isAppError } from "../../src/base/index.ts";

/** The code of what `task` throws; `nothing` when it does not throw; anything but an `AppError` is rethrown. */
export function codeOf(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
  return "nothing";
}

/** The same for a promise. */
export async function rejectionOf(task: Promise<unknown>): Promise<string> {
  try {
    await task;
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
  return "nothing";
}
