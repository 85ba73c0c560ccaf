// Processes of the bench: what is measured, what loads it, and who reads the clock each have their own. A worker answers calls over
// Node's IPC channel, ends when its parent does, and is ended by its id.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

type Operation = (argument: never) => unknown;

interface Call {
  readonly id: number;
  readonly operation: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

const STOP_MS = 5_000;

/** In the worker: answers the parent's calls by name. */
export function serve(operations: Readonly<Record<string, Operation>>): void {
  process.on("disconnect", () => process.exit(0));
  process.on("message", ({ id, operation, argument }: Call) => {
    void (async (): Promise<void> => {
      let answer: Answer;
      try {
        answer = { id, value: await operations[operation]?.(argument as never) };
      } catch (error) {
        answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      }
      process.send?.(answer);
    })();
  });
}

/** In the parent: a worker whose operations have the types of `Operations`. */
export class Worker<Operations extends object> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;

  /** `file` is the worker's module in this folder. With `profile`, its CPU profile is written into that folder when it ends. */
  constructor(file: string, profile = process.env.NUMBERBOX_BENCH_PROFILE) {
    const module = fileURLToPath(new URL(file, import.meta.url));
    const execArgv = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}/${file}`];
    this.#child = fork(module, { execArgv, stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let said = "";
    this.#child.stderr?.on("data", (chunk) => {
      said = (said + String(chunk)).slice(-2000);
    });
    this.#child.on("message", (answer: Answer) => {
      const call = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.error === undefined) call?.resolve(answer.value);
      else call?.reject(new Error(`${file}: ${answer.error}`));
    });
    this.#child.on("exit", (code, signal) => {
      const error = new Error(`${file} ended with ${code ?? signal}:\n${said}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call<Name extends keyof Operations & string>(
    operation: Name,
    ...[argument]: Operations[Name] extends (...args: infer Arguments) => unknown ? Arguments : never
  ): Promise<Operations[Name] extends Operation ? Awaited<ReturnType<Operations[Name]>> : never> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as never), reject });
      this.#child.send({ id, operation, argument } satisfies Call);
    });
  }

  /** Lets the worker end by itself; after a while, ends it. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    this.#child.disconnect();
    await gone;
    clearTimeout(timer);
  }
}

/** Runs `work` with workers of its own, which end with it. */
export async function withWorkers<T>(
  work: (hire: <O extends object>(file: string) => Worker<O>) => Promise<T>,
): Promise<T> {
  const hired: { stop(): Promise<void> }[] = [];
  try {
    return await work(<O extends object>(file: string) => {
      const worker = new Worker<O>(file);
      hired.push(worker);
      return worker;
    });
  } finally {
    await Promise.all(hired.map((worker) => worker.stop()));
  }
}
