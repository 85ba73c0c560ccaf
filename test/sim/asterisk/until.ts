// Waiting for what a real program does: a condition that is looked at again, with a limit.

import { millis } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";

/** Resolves with the first value of `look` that is neither null nor false. Rejects after `limit` ms and says what did not come. */
export async function until<T>(
  what: string | (() => string),
  look: () => T | null | false | Promise<T | null | false>,
  limit = 60_000,
): Promise<T> {
  const end = systemClock.monotonic() + limit;
  for (;;) {
    const value = await look();
    if (value !== null && value !== false) return value;
    if (systemClock.monotonic() > end)
      throw new Error(`${typeof what === "string" ? what : what()}: not within ${limit} ms`);
    await systemClock.sleep(millis(20), "a condition of a test");
  }
}
