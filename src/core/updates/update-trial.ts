// Watches a system that runs on trial: keeps it when what was there before is there again, or starts the other one.

import {
  type Clock,
  type Disposer,
  type Logger,
  type Millis,
  messageOf,
  seconds,
  withDeadline,
} from "../../base/index.ts";
import type { SystemSlots } from "./ports-updates.ts";
import { nothingWorks, stepTrial, type TrialFacts, type TrialPast, type TrialState, trialStart } from "./trial.ts";

const EVERY = seconds(5);
/** A store that does not answer in this time takes no writes. */
export const LOOK_LIMIT = seconds(30);

export interface UpdateTrialDeps {
  readonly slots: SystemSlots;
  readonly facts: () => Promise<TrialFacts>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pending: TrialPast;
  readonly signal: AbortSignal;
  /** Remembered before the machine is told, so that a power cut between the two is understood. */
  readonly onEnd: (result: "confirmed" | "rolled_back", waitsFor: readonly string[]) => Promise<void>;
}

export class UpdateTrial {
  readonly #deps: UpdateTrialDeps;
  #state: TrialState = trialStart;
  #waitsFor: readonly string[] = [];
  #cancel: Disposer = () => {};
  #startedAt: Millis;
  #looking: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(deps: UpdateTrialDeps) {
    this.#deps = deps;
    this.#startedAt = deps.clock.monotonic();
  }

  get waitsFor(): readonly string[] {
    return this.#waitsFor;
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(EVERY, "update trial", () => {
      this.#looking = this.#look().catch((error) => {
        this.#deps.log.error("update_trial_failed", { reason: messageOf(error) });
        if (!this.#deps.signal.aborted) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { clock, log, facts, pending, slots, signal, onEnd } = this.#deps;
    const found = await withDeadline(facts(), { clock, timeout: LOOK_LIMIT, what: "what works", signal }).catch(
      (error): TrialFacts => {
        log.warn("update_trial_blind", { reason: messageOf(error) });
        return nothingWorks;
      },
    );
    const now = clock.monotonic();
    const step = stepTrial(this.#state, pending, { facts: found, now, startedAt: this.#startedAt });
    this.#state = step.state;
    this.#waitsFor = step.waitsFor;
    if (signal.aborted) return;
    if (step.verdict === "wait") return this.start();
    if (step.verdict === "keep") {
      await slots.keep(signal);
      await onEnd("confirmed", []);
      return;
    }
    // Told once, even if the machine has to be asked again.
    if (!this.#isOver) await onEnd("rolled_back", step.waitsFor);
    this.#isOver = true;
    await slots.giveUp(`not up again: ${step.waitsFor.join(" ")}`, signal);
  }
}
