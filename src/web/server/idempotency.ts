// A request that is sent again under its key is done once: whoever repeats it gets the first answer. Only answers of what was done are
// kept; a refusal has changed nothing, so that the next try is a new one.

import { createHash } from "node:crypto";
import { AppError, type Clock, type Logger, type Millis, unixMs } from "../../base/index.ts";
import type { AnswerStore, KeptAnswer } from "../../core/index.ts";
import type { WebLimits } from "./limits.ts";

const KEY = /^[!-~]{1,64}$/;

/** What is sent: a status, and the JSON text of the body, empty for none. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

export interface Asking {
  /** Who asks: another's key is another key. */
  readonly who: string;
  readonly key: string;
  /** Method, address and bytes of the body. */
  readonly request: readonly (string | Uint8Array)[];
}

export interface IdempotencyDeps {
  readonly store: AnswerStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Pick<WebLimits, "answerMemory" | "answers" | "answerBytes">;
}

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  // With their lengths: no two requests run into each other.
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("base64url");
}

/** Throws `web.bad_idempotency_key` unless it is 1-64 visible ASCII characters. */
export function checkIdempotencyKey(key: string): void {
  if (KEY.test(key)) return;
  throw new AppError("web.bad_idempotency_key", "an Idempotency-Key is 1-64 visible ASCII characters", {
    hint: "Use a random key such as a UUID for every new request.",
  });
}

/** What a route answers whose reply is not kept. */
export function notIdempotent(): AppError {
  return new AppError("web.not_idempotent", "this answer holds a secret and is not kept for a repetition", {
    hint: "Send the request without an Idempotency-Key.",
  });
}

export class Idempotency {
  readonly #deps: IdempotencyDeps;
  readonly #running = new Set<string>();

  constructor(deps: IdempotencyDeps) {
    this.#deps = deps;
  }

  /**
   * Does `work`, or gives the answer of the first time. Errors: those of `work`, `web.idempotency_busy` while the first is not done,
   * `web.idempotency_conflict` for a key that was used for something else.
   */
  async once(asking: Asking, work: () => Promise<Answered>): Promise<Answered & { readonly replayed: boolean }> {
    const id = digest([asking.who, asking.key]);
    if (this.#running.has(id)) throw busy();
    this.#running.add(id);
    try {
      const fingerprint = digest(asking.request);
      const kept = await this.#kept(id);
      if (kept !== null && kept.fingerprint !== fingerprint) throw conflict();
      if (kept !== null) return { status: kept.status, body: kept.body, replayed: true };
      const answered = await work();
      await this.#keep({ id, fingerprint, ...answered, at: unixMs(this.#deps.clock.now()) });
      return { ...answered, replayed: false };
    } finally {
      this.#running.delete(id);
    }
  }

  async #kept(id: string): Promise<KeptAnswer | null> {
    const kept = await this.#deps.store.answer(id);
    return kept !== null && this.#deps.clock.now() - kept.at < this.#deps.limits.answerMemory ? kept : null;
  }

  /** What was done is done, also where its answer cannot be kept. */
  async #keep(answer: KeptAnswer): Promise<void> {
    const { store, clock, log, limits } = this.#deps;
    try {
      if (answer.body.length > limits.answerBytes) throw new AppError("web.answer_too_large", "too large to keep");
      const before = unixMs(Math.max(0, clock.now() - limits.answerMemory));
      await store.keepAnswer(answer, { before, most: limits.answers });
    } catch (error) {
      log.warn("web_answer_not_kept", { reason: error instanceof AppError ? error.code : "unknown" });
    }
  }
}

function busy(): AppError {
  return new AppError("web.idempotency_busy", "the first request under this Idempotency-Key is not done yet", {
    retryable: true,
    hint: "Send it again in a second, with the same key.",
  });
}

function conflict(): AppError {
  return new AppError("web.idempotency_conflict", "this Idempotency-Key was used for another request", {
    hint: "Use a new key for every new request.",
  });
}

/** Where nothing outlives the process. */
export class MemoryAnswers implements AnswerStore {
  readonly #answers = new Map<string, KeptAnswer>();

  async answer(id: string): Promise<KeptAnswer | null> {
    return this.#answers.get(id) ?? null;
  }

  async keepAnswer(answer: KeptAnswer, { before, most }: { readonly before: Millis | number; readonly most: number }) {
    this.#answers.delete(answer.id);
    this.#answers.set(answer.id, answer);
    for (const [id, { at }] of this.#answers) {
      if (at >= before && this.#answers.size <= most) break;
      this.#answers.delete(id);
    }
  }
}
