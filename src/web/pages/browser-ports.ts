// Clock and randomness as a browser has them. Only `main.tsx` takes them from here; everything else gets them as ports.

import { type Clock, type Disposer, type Millis, millis, type Random, stoppedError, unixMs } from "../../base/index.ts";

function after(delay: Millis, _name: string, task: () => void): Disposer {
  const timer = setTimeout(task, delay);
  return () => clearTimeout(timer);
}

function sleep(delay: Millis, name: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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

export const browserClock: Clock = {
  now: () => unixMs(Date.now()),
  monotonic: () => millis(performance.now()),
  after,
  sleep,
};

export const browserRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
