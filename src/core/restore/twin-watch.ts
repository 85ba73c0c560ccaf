// Two boxes with one identity, such as an old one that was started again after its backup had been restored: each would use numbers that
// the other has used, and the relay would refuse an SMS. The relay knows which one came last and tells both.

import {
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  type Logger,
  messageOf,
  minutes,
  type Random,
  randomFraction,
  seconds,
  toHex,
} from "../../base/index.ts";
import type { EventLog } from "../event-log.ts";
import type { SettingStore } from "../ports-store.ts";
import type { CatchUpRelay } from "./ports-restore.ts";

export interface TwinWatchDeps {
  readonly store: SettingStore;
  readonly relay: Pick<CatchUpRelay, "claim">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
}

const INSTANCE = "box.instance";
const RETRY: BackoffPolicy = { first: seconds(5), max: minutes(10) };

export class TwinWatch {
  readonly #deps: TwinWatchDeps;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** Null until the relay has been told. */
  #instance: string | null = null;
  #twin = false;

  constructor(deps: TwinWatchDeps) {
    this.#deps = deps;
  }

  /** Whether another box has taken the identity over. */
  get superseded(): boolean {
    return this.#twin;
  }

  start(): void {
    this.#running = this.#claim().catch((error) => {
      if (!this.#abort.signal.aborted) this.#deps.log.warn("claim_failed", { reason: messageOf(error) });
    });
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** Who has the identity, as the relay said just now. */
  saw(box: string | undefined): void {
    if (this.#instance === null || box === undefined || this.#twin === (box !== this.#instance)) return;
    this.#twin = box !== this.#instance;
    if (this.#twin) this.#deps.events.record({ level: "error", code: "box.superseded" });
  }

  async #claim(): Promise<void> {
    const { relay, clock, random, events } = this.#deps;
    const instance = await this.#ownInstance();
    for (let failures = 1; ; failures++) {
      const claimed = await relay.claim(instance, this.#abort.signal);
      if ("status" in claimed) {
        this.#instance = instance;
        if (claimed.status === "replaced") events.record({ level: "warn", code: "box.took_over" });
        return;
      }
      // A relay that does not know of it has nothing to tell.
      if (claimed.code === "relay.unknown_route" || claimed.code === "relay.none") return;
      await clock.sleep(
        backoffDelay(RETRY, failures, randomFraction(random)),
        "claiming the identity",
        this.#abort.signal,
      );
    }
  }

  async #ownInstance(): Promise<string> {
    const { store, random } = this.#deps;
    const known = await store.getSetting(INSTANCE);
    if (known !== null) return known;
    const made = toHex(random.bytes(16));
    await store.setSetting(INSTANCE, made);
    return made;
  }
}
