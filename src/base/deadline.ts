// Every wait of the product goes through here: it has a deadline, an abort, and always settles.

import type { Millis } from "./brands.ts";
import type { Clock } from "./clock.ts";
import { AppError, stoppedError } from "./errors.ts";

export interface WaitOptions {
  readonly clock: Clock;
  readonly timeout: Millis;
  /** What is waited for, in words; appears in the error. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** Settles with `promise`, or rejects with `base.timeout` (retryable) after `timeout`, or with `base.stopped` on abort. */
export function withDeadline<T>(promise: Promise<T>, options: WaitOptions): Promise<T> {
  const { clock, timeout, what, signal } = options;
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) {
      // Nobody waits for it any more; its failure must not end the process.
      promise.catch(() => {});
      reject(stoppedError(what));
      return;
    }
    const finish = (settle: () => void): void => {
      cancel();
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = (): void => finish(() => reject(stoppedError(what)));
    const cancel = clock.after(timeout, what, () =>
      finish(() => reject(new AppError("base.timeout", `${what} took longer than ${timeout} ms`, { retryable: true }))),
    );
    signal?.addEventListener("abort", onAbort, { once: true });
    promise.then(
      (value) => finish(() => resolve(value)),
      (reason) => finish(() => reject(reason)),
    );
  });
}
