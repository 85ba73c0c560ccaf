// Clock and randomness as a browser has them. Only `main.tsx` takes them from here; everything else gets them as ports.

import { type Clock, type Disposer, type Millis, millis, type Random, sleepBy, unixMs } from "../base/index.ts";

function after(delay: Millis, _name: string, task: () => void): Disposer {
  const timer = setTimeout(task, delay);
  return () => clearTimeout(timer);
}

export const browserClock: Clock = {
  now: () => unixMs(Date.now()),
  monotonic: () => millis(performance.now()),
  after,
  sleep: sleepBy(after),
};

export const browserRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
