// How many requests are with the node at a time. It has four threads and a queue of 16; what is beyond that it refuses.

import { stoppedError } from "../base/index.ts";

export class RpcLanes {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #stopped = false;

  constructor(width: number) {
    this.#width = width;
  }

  /** Runs `task` in its turn: whoever leaves hands its place on, so that nobody who comes later overtakes. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#width) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      if (this.#stopped) throw stoppedError("the Emercoin client");
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** Everybody who waits, now or later, gets `base.stopped`. */
  stop(): void {
    this.#stopped = true;
  }
}
