// Asks the network by USSD for the number of a SIM that does not tell it itself. Each SIM is asked at most a few times, one after another;
// what the operator answers besides the number is dropped.

import {
  type Clock,
  type Disposer,
  isAppError,
  type Logger,
  type Millis,
  millis,
  minutes,
  type SlotId,
  seconds,
} from "../base/index.ts";
import type { SlotStatus } from "./ports.ts";
import type { UssdConsole } from "./ports-ussd.ts";

export interface NumberQueryDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly ussd: Pick<UssdConsole, "ask" | "cancel">;
  readonly slots: () => readonly SlotStatus[];
  /** The code that a SIM's network answers with its number; null: it is not asked. */
  readonly codeFor: (imsi: string | null) => string | null;
  readonly onChange: (slot: SlotId) => void;
}

interface Query {
  readonly imsi: string | null;
  readonly tries: number;
  readonly dueAt: Millis;
  readonly number: string | null;
}

const LOOK_EVERY: Millis = seconds(20);
const AGAIN: Millis = minutes(10);
const MOST_TRIES = 3;

/**
 * The phone number in an answer such as `Your number is +49 151 2345678`: the longest run of 7 to 15 digits, single spaces and hyphens
 * between them allowed (ITU-T E.164), with its plus if it has one; null when there is none.
 */
export function numberIn(text: string): string | null {
  let best: string | null = null;
  for (const [run] of text.matchAll(/\+?\d(?:[ -]?\d){6,17}/g)) {
    const digits = run.replace(/[ -]/g, "");
    const length = digits.replace("+", "").length;
    if (length > 15) continue;
    if (best === null || length > best.replace("+", "").length) best = digits;
  }
  return best;
}

export class NumberQuery {
  readonly #deps: NumberQueryDeps;
  readonly #queries = new Map<SlotId, Query>();
  #asking: SlotId | null = null;
  #round: Promise<void> = Promise.resolve();
  #cancel: Disposer = () => {};
  #stopped = false;

  constructor(deps: NumberQueryDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(LOOK_EVERY, "own numbers", () => {
      this.#round = this.#lookAround().then(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  /** Resolves when nothing is asked any more. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    if (this.#asking !== null) this.#deps.ussd.cancel(this.#asking);
    await this.#round;
  }

  /** The number that the network told for this SIM in this slot, null while it has not. */
  numberOf(slot: SlotId, imsi: string | null): string | null {
    const query = this.#queries.get(slot);
    return query !== undefined && query.imsi === imsi ? query.number : null;
  }

  async #lookAround(): Promise<void> {
    for (const { id, state, imsi, ownNumber } of this.#deps.slots()) {
      if (this.#stopped) return;
      const code = this.#deps.codeFor(imsi);
      if (state !== "ready" || ownNumber !== null || code === null) continue;
      const now = this.#deps.clock.monotonic();
      const known = this.#queries.get(id);
      const query = known?.imsi === imsi ? known : { imsi, tries: 0, dueAt: now, number: null };
      if (query.number !== null || query.tries >= MOST_TRIES || now < query.dueAt) continue;
      const number = await this.#ask(id, code);
      this.#queries.set(id, { imsi, tries: query.tries + 1, dueAt: millis(now + AGAIN), number });
      if (number !== null) this.#deps.onChange(id);
    }
  }

  async #ask(slot: SlotId, code: string): Promise<string | null> {
    const { ussd, log } = this.#deps;
    this.#asking = slot;
    try {
      const answer = await ussd.ask(slot, code);
      if (answer.more) ussd.cancel(slot);
      const number = numberIn(answer.text);
      if (number === null) log.info("own_number_not_found", { slot });
      return number;
    } catch (error) {
      log.info("own_number_not_asked", { slot, reason: isAppError(error) ? error.code : "unexpected" });
      return null;
    } finally {
      this.#asking = null;
    }
  }
}
