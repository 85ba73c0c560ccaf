// Ed25519 for who has many signatures and other work. What is asked in one turn of the event loop goes to a thread of its own together: a way
// into libuv's threads and back for each would cost the event loop a quarter of what is spared there, and SQLite would wait behind them.

import { Worker } from "node:worker_threads";
import { answerSize, asBatch, encodeJobs, type SignatureBatch, type SignatureJob } from "./system-signature-jobs.ts";

/** How a job is done without the thread. */
export type DoAlone = (job: SignatureJob) => Promise<Uint8Array>;

interface Asked {
  readonly job: SignatureJob;
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** Of one message to the thread: the first are answered while the last are still on their way. */
const MAX_TOGETHER = 64;
/** Messages that the thread has at once: one that it works on and one that lies ready. To wake it for each would cost more than it spares. */
const MAX_UNDER = 2;
/** A thread that dies again and again is not started any more. */
const MAX_DEATHS = 3;
/** In MiB: it keeps some keys. */
const HEAP = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 };

export function startSignatureThread(): Worker {
  return new Worker(new URL("./system-signature-worker.ts", import.meta.url), { resourceLimits: HEAP });
}

/** Starts its thread when something is asked for the first time. The thread holds up no end of the program but while something is under way. */
export class SignatureThread {
  readonly #start: () => Worker;
  readonly #alone: DoAlone;
  #thread: Worker | null = null;
  #waiting: Asked[] = [];
  /** What the thread has, by the number of the message. */
  readonly #under = new Map<number, readonly Asked[]>();
  #next = 1;
  /** What waits is handed over at the end of this turn. */
  #posts = false;
  /** Since it last answered. */
  #deaths = 0;

  constructor(start: () => Worker, alone: DoAlone) {
    this.#start = start;
    this.#alone = alone;
  }

  /** Resolves with one byte, 1 for a signature that holds, or with the 64 bytes of a signature. Rejects with what `alone` rejects with. */
  ask(job: SignatureJob): Promise<Uint8Array> {
    if (this.#deaths >= MAX_DEATHS) return this.#alone(job);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#postSoon();
    });
  }

  #postSoon(): void {
    if (this.#posts || this.#waiting.length === 0 || this.#under.size >= MAX_UNDER) return;
    this.#posts = true;
    setImmediate(() => this.#post());
  }

  #post(): void {
    this.#posts = false;
    const thread = this.#thread ?? this.#begin();
    if (thread === null) return this.#doAlone(this.#waiting.splice(0));
    if (this.#under.size === 0) thread.ref();
    while (this.#waiting.length > 0 && this.#under.size < MAX_UNDER)
      this.#hand(thread, this.#waiting.splice(0, MAX_TOGETHER));
  }

  #hand(thread: Worker, asked: readonly Asked[]): void {
    const number = this.#next++;
    try {
      const bytes = encodeJobs(asked.map(({ job }) => job));
      thread.postMessage({ number, bytes } satisfies SignatureBatch, [bytes.buffer]);
      this.#under.set(number, asked);
    } catch {
      // No memory for a copy.
      this.#doAlone(asked);
    }
  }

  /** Null where the machine has no room for a thread. */
  #begin(): Worker | null {
    let thread: Worker;
    try {
      thread = this.#start();
    } catch {
      this.#deaths++;
      return null;
    }
    this.#thread = thread;
    thread.on("message", (answer: unknown) => this.#onAnswer(thread, answer));
    // The end follows, and is what counts.
    thread.on("error", () => {});
    thread.on("exit", () => this.#onEnd(thread));
    return thread;
  }

  /** What is no whole answer to a batch that waits is none: the batch is done here. */
  #onAnswer(thread: Worker, answer: unknown): void {
    const batch = asBatch(answer);
    const asked = batch === null ? undefined : this.#under.get(batch.number);
    const size = asked?.reduce((sum, { job }) => sum + answerSize(job), 0);
    if (thread !== this.#thread || batch === null || asked === undefined || batch.bytes.length !== size) {
      void thread.terminate();
      return;
    }
    this.#deaths = 0;
    this.#under.delete(batch.number);
    if (this.#under.size === 0) thread.unref();
    let at = 0;
    for (const { job, resolve } of asked) {
      const end = at + answerSize(job);
      resolve(batch.bytes.subarray(at, end));
      at = end;
    }
    this.#postSoon();
  }

  /** What it had is done here, and what waited for it. */
  #onEnd(thread: Worker): void {
    if (this.#thread !== thread) return;
    this.#thread = null;
    this.#deaths++;
    const left = [...this.#under.values()].flat();
    this.#under.clear();
    this.#doAlone([...left, ...this.#waiting.splice(0)]);
  }

  #doAlone(asked: readonly Asked[]): void {
    for (const { job, resolve, reject } of asked) this.#alone(job).then(resolve, reject);
  }
}
