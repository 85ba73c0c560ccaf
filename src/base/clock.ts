// The clock port. Nothing outside `base/system-*.ts` reads the time or sets a timer.

import type { Millis, UnixMs } from "./brands.ts";
import { stoppedError } from "./errors.ts";

/** Cancels what it was returned for. Calling it twice is harmless. */
export type Disposer = () => void;

export interface Clock {
  /** Wall clock. May jump in either direction (no RTC, NTP, an operator). */
  now(): UnixMs;
  /** Never goes back; unrelated to the wall clock. For spans and deadlines. */
  monotonic(): Millis;
  /** Runs `task` once after at least `delay`. `name` appears in diagnostics. */
  after(delay: Millis, name: string, task: () => void): Disposer;
  /** Resolves after `delay`; rejects with `base.stopped` as soon as `signal` aborts. */
  sleep(delay: Millis, name: string, signal?: AbortSignal): Promise<void>;
}

/** `Clock.sleep` made of `Clock.after`: what every clock would write again. */
export function sleepBy(after: Clock["after"]): Clock["sleep"] {
  return (delay, name, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(stoppedError(name));
        return;
      }
      const onAbort = (): void => {
        cancel();
        reject(stoppedError(name));
      };
      const cancel = after(delay, name, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
}
