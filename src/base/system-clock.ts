// The real clock.

import { type Millis, millis, unixMs } from "./brands.ts";
import { type Clock, type Disposer, sleepBy } from "./clock.ts";

// setTimeout overflows above 2^31-1 ms and would fire at once.
const MAX_TIMER = 2_147_483_647;

function after(delay: Millis, _name: string, task: () => void): Disposer {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (left: number): void => {
    const step = Math.max(0, Math.min(left, MAX_TIMER));
    timer = setTimeout(() => (left > step ? arm(left - step) : task()), step);
  };
  arm(delay);
  return () => clearTimeout(timer);
}

export const systemClock: Clock = {
  now: () => unixMs(Date.now()),
  monotonic: () => millis(performance.now()),
  after,
  sleep: sleepBy(after),
};
