// The everyday work of a ready slot: read what +CMTI announces, sweep the storage now and then, ask for signal and network, and
// notice when the modem no longer answers.

import type { StorageUse } from "../at/index.ts";
import {
  type Clock,
  type Deferred,
  deferred,
  type Millis,
  millis,
  type Random,
  randomFraction,
  seconds,
} from "../base/index.ts";
import type { AtChannel } from "./at-channel.ts";
import { readNetwork } from "./bring-up.ts";
import type { Findings } from "./findings.ts";
import type { MessageReader } from "./message-reader.ts";

export interface RoundsOptions {
  readonly channel: AtChannel;
  /** Null when the slot has no line: then nothing is read. */
  readonly reader: MessageReader | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly sweepEvery: Millis;
  readonly findings: () => Findings;
  readonly onFound: (part: Partial<Findings>) => void;
  readonly onOk: () => void;
  readonly onFailed: (error: unknown) => void;
}

const POLL_EVERY: Millis = seconds(20);
/** A message that had to be left (disk full, database locked) is tried again after this. */
const RETRY_LEFT: Millis = seconds(3);
/** All storages are looked through with each n-th sweep, not only the one that messages are received into. */
const ALL_STORAGES_EACH = 10;

export class Rounds {
  readonly #options: RoundsOptions;
  readonly #abort = new AbortController();
  /** Storages in which something was announced. Always the whole storage is listed: reading single places would deliver a message
   * whose announcement got lost after those that were sent later. */
  readonly #announced = new Set<string>();
  #wake: Deferred<void> = deferred();
  /** True from the start: what was announced during start-up went unheard. */
  #sweepDue = true;
  #sweeps = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** +CMTI. Without a place, as some modems send it, the storage is swept. */
  announce(mem: string | null, index: number | null): void {
    if (mem === null) this.#sweepDue = true;
    else this.#announced.add(mem);
    if (mem !== null && index !== null) this.#options.reader?.announced(mem, index);
    this.#wake.resolve();
  }

  nudge(): void {
    this.#sweepDue = true;
    this.#wake.resolve();
  }

  stop(): void {
    this.#abort.abort();
    this.#wake.resolve();
  }

  async run(): Promise<void> {
    const { clock } = this.#options;
    let nextSweep = this.#jittered(this.#options.sweepEvery);
    let nextPoll = this.#jittered(POLL_EVERY);
    while (!this.#abort.signal.aborted) {
      const now = clock.monotonic();
      if (now >= nextSweep) {
        this.#sweepDue = true;
        nextSweep = this.#jittered(this.#options.sweepEvery);
      }
      try {
        const left = await this.#readMessages();
        if (left) nextSweep = millis(clock.monotonic() + RETRY_LEFT);
        if (clock.monotonic() >= nextPoll) {
          nextPoll = this.#jittered(POLL_EVERY);
          await this.#poll();
        }
        this.#options.onOk();
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#options.onFailed(error);
        // What was announced is found by the next sweep.
        this.#announced.clear();
        nextSweep = millis(clock.monotonic() + RETRY_LEFT);
      }
      await this.#sleepUntil(millis(Math.min(nextSweep, nextPoll)));
    }
  }

  /** True when something had to be left in the modem. */
  async #readMessages(): Promise<boolean> {
    const { reader } = this.#options;
    if (reader === null) return false;
    let left = 0;
    while (!this.#abort.signal.aborted && (this.#sweepDue || this.#announced.size > 0)) {
      for (const mem of this.#takeDue()) left += await reader.sweep(mem);
    }
    return left > 0;
  }

  #takeDue(): ReadonlySet<string> {
    const { home, others } = this.#options.findings();
    const extra = this.#sweepDue && this.#sweeps++ % ALL_STORAGES_EACH === 0 ? others : [];
    const due = new Set([home, ...this.#announced, ...extra]);
    this.#sweepDue = false;
    this.#announced.clear();
    return due;
  }

  async #poll(): Promise<void> {
    const { channel, clock, findings, onFound } = this.#options;
    const found = await readNetwork({ channel, clock, signal: this.#abort.signal }, findings());
    const { signalDbm, operator, technology, registration } = found;
    const storage: StorageUse | null = (await this.#options.reader?.storageUse()) ?? null;
    onFound({ signalDbm, operator, technology, registration, ...(storage === null ? {} : { storage }) });
  }

  #jittered(every: Millis): Millis {
    const { clock, random } = this.#options;
    return millis(clock.monotonic() + every * (0.9 + 0.2 * randomFraction(random)));
  }

  async #sleepUntil(when: Millis): Promise<void> {
    const { clock } = this.#options;
    if (this.#announced.size > 0 || this.#sweepDue) return;
    const wake = this.#wake;
    const cancel = clock.after(millis(Math.max(0, when - clock.monotonic())), "slot round", () => wake.resolve());
    await wake.promise;
    cancel();
    this.#wake = deferred();
  }
}
