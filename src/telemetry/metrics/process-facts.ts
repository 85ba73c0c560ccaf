// What the process knows of itself: processor time, memory, and how late the event loop is.

import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import type { Sample } from "./samples.ts";

const NS = 1e9;

export class ProcessFacts {
  readonly #startedAt: number;
  #delay: ReturnType<typeof monitorEventLoopDelay> | null = null;

  /** `now` in Unix milliseconds. */
  constructor(now: number) {
    this.#startedAt = now / 1000 - process.uptime();
  }

  start(): void {
    this.#delay ??= monitorEventLoopDelay({ resolution: 20 });
    this.#delay.enable();
  }

  stop(): void {
    this.#delay?.disable();
  }

  /** Since the last call, for what is a span. */
  samples(): readonly Sample[] {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return [
      { name: "process_cpu_seconds_total", value: (user + system) / 1e6, labels: {} },
      { name: "process_resident_memory_bytes", value: rss, labels: {} },
      { name: "process_start_time_seconds", value: this.#startedAt, labels: {} },
      { name: "nodejs_heap_size_used_bytes", value: heapUsed, labels: {} },
      ...this.#lag(),
    ];
  }

  #lag(): readonly Sample[] {
    const delay = this.#delay;
    if (delay === null || delay.count === 0) return [];
    const [mean, p99] = [delay.mean / NS, delay.percentile(99) / NS];
    delay.reset();
    return [
      { name: "nodejs_eventloop_lag_mean_seconds", value: mean, labels: {} },
      { name: "nodejs_eventloop_lag_p99_seconds", value: p99, labels: {} },
    ];
  }
}
