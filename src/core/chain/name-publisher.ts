// Runs the publication machine: stores each state before its effects, asks the node, and looks at the chain while something is open.

import {
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  type Disposer,
  isAppError,
  type Logger,
  type Millis,
  messageOf,
  millis,
  minutes,
  type Random,
  randomFraction,
  SerialQueue,
  seconds,
  toHex,
  type UnixMs,
} from "../../base/index.ts";
import type { NamePlan, NamePublication, NamePublisher, NameWish } from "./name-publication.ts";
import { PublicationBook } from "./publication-book.ts";
import { askNode, sendAgain } from "./publication-effects.ts";
import { nameFacts, sentFacts } from "./publication-facts.ts";
import { type PublicationEffect, type PublicationInput, stepPublication } from "./publication-machine.ts";
import {
  isOpen,
  newPublication,
  type PublicationStore,
  publicView,
  type StoredPublication,
} from "./publication-model.ts";
import { type PlanDeps, planWish } from "./publication-plan.ts";
import { problemOf, runningPublication, tooLateToCancel } from "./publication-problems.ts";

export interface PublisherDeps extends PlanDeps {
  readonly store: PublicationStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
  /** How often the chain is looked at while something is open. */
  readonly pollEvery: Millis;
}

export interface RunningPublisher extends NamePublisher {
  /** Reads what the last run left. */
  load(): Promise<void>;
  start(): void;
  /** Waits for the step that runs; what is open goes on at the next start. Idempotent. */
  stop(): Promise<void>;
}

/** For a node or a wallet that is not ready, or that will not have the operation yet. */
const RETRY: BackoffPolicy = { first: seconds(5), max: minutes(5) };

interface Pace {
  readonly attempts: number;
  readonly dueAt: Millis;
}

/** Call `load`, then `start`. */
export function createNamePublisher(deps: PublisherDeps): RunningPublisher {
  return new Publisher(deps);
}

class Publisher implements RunningPublisher {
  readonly #deps: PublisherDeps;
  readonly #book: PublicationBook;
  readonly #paces = new Map<string, Pace>();
  /** One step at a time: whoever decides sees what the step before made durable. */
  readonly #steps = new SerialQueue("the publisher");
  /** Beside the steps: a wish is stored without waiting for the node. */
  readonly #submits = new SerialQueue("the publisher");
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#book = new PublicationBook(deps.store, deps.log);
  }

  load(): Promise<void> {
    return this.#book.load();
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#submits.stop();
    this.#steps.stop();
    this.#wake();
    await this.#running;
  }

  get(id: string): NamePublication | null {
    return this.#book.get(id);
  }

  latest(name: string): NamePublication | null {
    return this.#book.latest(name);
  }

  list(): readonly NamePublication[] {
    return this.#book.list();
  }

  onChange(listener: (publication: NamePublication) => void): Disposer {
    return this.#book.onChange(listener);
  }

  settled(id: string, signal: AbortSignal): Promise<NamePublication> {
    return this.#book.settled(id, AbortSignal.any([signal, this.#abort.signal]));
  }

  plan(wish: NameWish): Promise<NamePlan> {
    return planWish(this.#deps, wish, this.#openOn(wish.name));
  }

  submit(wish: NameWish): Promise<NamePublication> {
    return this.#submits.run(async () => {
      this.#deps.lint(wish);
      const open = this.#openOn(wish.name);
      if (open !== null) throw runningPublication(wish.name, open.id);
      const { random, rules, now } = this.#deps;
      const publication = newPublication(wish, { id: toHex(random.bytes(16)), needed: rules.confirmations, at: now() });
      await this.#book.save(publication);
      this.#wake();
      return publicView(publication);
    });
  }

  cancel(id: string): Promise<NamePublication> {
    return this.#steps.run(async () => {
      const next = await this.#step(this.#book.find(id), { type: "cancelled" });
      if (next.state !== "cancelled") throw tooLateToCancel();
      return publicView(next);
    });
  }

  #openOn(name: string): StoredPublication | null {
    return this.#book.open().find(({ wish }) => wish.name === name) ?? null;
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      for (const { id } of this.#book.open()) if (this.#dueIn(id) === 0) await this.#look(id);
      const waits = this.#book.open().map(({ id }) => this.#dueIn(id));
      // Nothing is asked of the node while nothing is open.
      await this.#idle(waits.length === 0 ? null : millis(Math.min(...waits)));
    }
  }

  #dueIn(id: string): number {
    return Math.max(0, (this.#paces.get(id)?.dueAt ?? 0) - this.#deps.clock.monotonic());
  }

  async #idle(delay: Millis | null): Promise<void> {
    if (this.#abort.signal.aborted || delay === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = delay === null ? () => {} : this.#deps.clock.after(delay, "publications", () => this.#wake());
      this.#wake = () => {
        cancel();
        this.#wake = () => {};
        resolve();
      };
    });
  }

  /** Never rejects: what went wrong is the publication's problem, or the store's and tried again. */
  async #look(id: string): Promise<void> {
    try {
      await this.#steps.run(async () => this.#advance(this.#book.find(id)));
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#deps.log.warn("publication_failed", { id, reason: isAppError(error) ? error.code : messageOf(error) });
      this.#retryLater(id);
    }
  }

  async #advance(publication: StoredPublication): Promise<void> {
    if (!isOpen(publication)) return;
    try {
      const named = await this.#named(publication);
      await this.#step(named, await this.#learn(named));
    } catch (error) {
      if (!isAppError(error) || error.code === "base.stopped" || error.code.startsWith("store.")) throw error;
      await this.#step(this.#book.find(publication.id), { type: "troubled", problem: problemOf(error) });
    }
  }

  /** A new name has its owner, durably, before the node hears of it: by that it is known again. */
  async #named(publication: StoredPublication): Promise<StoredPublication> {
    const { wish, address, state } = publication;
    if (state !== "waiting" || wish.operation !== "new" || address !== null) return publication;
    return await this.#step(publication, { type: "named", address: await this.#deps.node.newAddress(wish.name) });
  }

  async #learn({ id, wish, inDoubt, txid }: StoredPublication): Promise<PublicationInput> {
    const { node } = this.#deps;
    if (txid !== null) return { type: "observed", facts: await sentFacts(node, wish.name, txid) };
    const others = this.#book.transactionsBut(id);
    return { type: "prepared", facts: await nameFacts(node, { wish, inDoubt, others }) };
  }

  /** Stores the next state before it does what follows from it. */
  async #step(publication: StoredPublication, input: PublicationInput): Promise<StoredPublication> {
    const { rules, now } = this.#deps;
    const { state, effects } = stepPublication(publication, input, { rules, at: now() });
    if (state !== publication) await this.#book.save(state);
    if (effects.includes("retry")) this.#retryLater(state.id);
    else this.#paces.set(state.id, { attempts: 0, dueAt: this.#in(this.#deps.pollEvery) });
    const next = await this.#perform(state, effects);
    return next === null ? state : await this.#step(state, next);
  }

  async #perform(state: StoredPublication, effects: readonly PublicationEffect[]): Promise<PublicationInput | null> {
    if (effects.includes("send")) return await askNode(this.#deps, state);
    if (effects.includes("rebroadcast") && state.hex !== null) return await sendAgain(this.#deps, state.hex);
    return null;
  }

  #retryLater(id: string): void {
    const attempts = (this.#paces.get(id)?.attempts ?? 0) + 1;
    this.#paces.set(id, {
      attempts,
      dueAt: this.#in(backoffDelay(RETRY, attempts, randomFraction(this.#deps.random))),
    });
  }

  #in(delay: Millis): Millis {
    return millis(this.#deps.clock.monotonic() + delay);
  }
}
