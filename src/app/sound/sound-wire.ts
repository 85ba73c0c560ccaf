// The way to the thread of the sound: orders go, news come, and what was asked is answered, also when the thread is gone.

import { Worker } from "node:worker_threads";
import {
  AppError,
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  type Logger,
  messageOf,
  millis,
  seconds,
  stoppedError,
  withDeadline,
} from "../../base/index.ts";
import type { Refusal, SoundNews, SoundOrder } from "./messages.ts";

export interface SoundWireDeps {
  readonly machine: ThreadFacts;
  /** `startThread` unless given. */
  readonly start?: ((facts: ThreadFacts) => Worker) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** News but `done` and `log`. */
  readonly onNews: (news: SoundNews) => void;
  /** The thread died by itself: what it had is gone. */
  readonly onLost: () => void;
  /** A moment later: the next order starts a new one. */
  readonly onAgain: () => void;
}

/** Where the machine is looked at: `/sys` and `/dev`. */
export interface ThreadFacts {
  readonly sys: string;
  readonly dev: string;
}

export function startThread(facts: ThreadFacts): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { workerData: facts });
}

const STOP_LIMIT = seconds(3);
/** After a thread that died: a second one at once would die of the same. */
const RESTART_AFTER = millis(1000);

export class SoundWire {
  readonly #deps: SoundWireDeps;
  readonly #asked = new Map<number, Deferred<number | undefined>>();
  #thread: Worker | null = null;
  #ended: Promise<void> = Promise.resolve();
  #restart: Disposer = () => {};
  #next = 1;
  #stopping = false;

  constructor(deps: SoundWireDeps) {
    this.#deps = deps;
  }

  get running(): boolean {
    return this.#thread !== null;
  }

  /** A number for something that is made on the other side. */
  number(): number {
    return this.#next++;
  }

  post(order: SoundOrder): void {
    if (this.#stopping) return;
    (this.#thread ?? this.#start()).postMessage(order);
  }

  /** Resolves with the port of `listen`. Errors: what the thread says; `voice.sound_lost` when it died; `base.stopped`. */
  ask(order: (ask: number) => SoundOrder): Promise<number | undefined> {
    if (this.#stopping) return Promise.reject(stoppedError("the thread of the sound"));
    const ask = this.number();
    const answer = deferred<number | undefined>();
    this.#asked.set(ask, answer);
    this.post(order(ask));
    return answer.promise;
  }

  /** Closes everything that the thread has, and ends it. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopping) return await this.#ended;
    const thread = this.#thread;
    if (thread !== null) this.post({ t: "stop", ask: 0 });
    this.#stopping = true;
    this.#restart();
    const wait = { clock: this.#deps.clock, timeout: STOP_LIMIT, what: "the end of the thread of the sound" };
    await withDeadline(this.#ended, wait).catch(async () => {
      this.#deps.log.warn("sound_thread_ended_hard");
      await thread?.terminate();
    });
    this.#settle(() => stoppedError("the thread of the sound"));
  }

  #start(): Worker {
    const { machine, start = startThread, log } = this.#deps;
    const thread = start({ sys: machine.sys, dev: machine.dev });
    this.#thread = thread;
    const gone = deferred<void>();
    this.#ended = gone.promise;
    thread.on("message", (news: SoundNews) => this.#take(news));
    thread.on("error", (error) => log.error("sound_thread_failed", { reason: messageOf(error) }));
    thread.once("exit", () => {
      this.#thread = null;
      gone.resolve();
      if (this.#stopping) return;
      log.error("sound_thread_ended");
      this.#lost();
    });
    return thread;
  }

  #lost(): void {
    this.#settle(() => new AppError("voice.sound_lost", "the thread of the sound ended", { retryable: true }));
    this.#deps.onLost();
    this.#restart = this.#deps.clock.after(RESTART_AFTER, "a new thread of the sound", () => this.#deps.onAgain());
  }

  #settle(error: () => AppError): void {
    for (const answer of this.#asked.values()) answer.reject(error());
    this.#asked.clear();
  }

  #take(news: SoundNews): void {
    if (news.t === "log") this.#deps.log[news.level](news.event, news.fields);
    else if (news.t === "done") this.#answer(news.ask, news.port, news.refused);
    else this.#deps.onNews(news);
  }

  #answer(ask: number, port: number | undefined, refused: Refusal | undefined): void {
    const answer = this.#asked.get(ask);
    this.#asked.delete(ask);
    if (refused === undefined) answer?.resolve(port);
    else
      answer?.reject(
        new AppError(refused.code, refused.message, refused.hint === undefined ? {} : { hint: refused.hint }),
      );
  }
}
