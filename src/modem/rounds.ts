// The everyday work of a ready slot: read what +CMTI announces, sweep the storages now and then, ask for signal and network, and
// notice when the modem no longer answers or is no longer the one that was set up.

import {
  backoffDelay,
  type Deferred,
  deferred,
  hasCode,
  type LineId,
  type Millis,
  millis,
  type Random,
  randomFraction,
} from "../base/index.ts";
import type { NetworkTimeSink } from "../core/index.ts";
import type { BringUp } from "./ask.ts";
import { stillTheSame } from "./bring-up.ts";
import { readNetwork, readSignal, readTime, refuseRoaming } from "./bring-up-network.ts";
import type { DirectMessages } from "./direct-messages.ts";
import type { Findings } from "./findings.ts";
import type { MessageReader } from "./message-reader.ts";
import type { OfferPdu } from "./offer-pdu.ts";
import type { StorageLister } from "./storage-lister.ts";
import { HEARTBEAT_EVERY, LEFT_BACKOFF, POLL_EACH, ROUND_RETRY } from "./timeouts.ts";

/** What brings messages in; a slot without a line has none. */
export interface Intakes {
  readonly reader: MessageReader;
  readonly lister: StorageLister;
  readonly direct: DirectMessages;
  readonly lineId: LineId;
  readonly offer: OfferPdu;
}

export interface RoundsOptions extends BringUp {
  /** Null when the slot has no line: then nothing is read. */
  readonly intakes: Intakes | null;
  readonly random: Random;
  readonly sweepEvery: Millis;
  readonly findings: () => Findings;
  readonly onFound: (part: Partial<Findings>) => void;
  readonly onOk: () => void;
  readonly onFailed: (error: unknown) => void;
  readonly onRestarted: () => void;
  readonly onOtherSim: () => void;
  readonly networkTime?: NetworkTimeSink;
}

/** All storages are looked through with each n-th sweep, not only the one that messages are received into. */
const ALL_STORAGES_EACH = 10;

export class Rounds {
  readonly #options: RoundsOptions;
  /**
   * Storages in which something was announced. Always the whole storage is listed: reading single places would deliver a message
   * whose announcement got lost after those that were sent later.
   */
  readonly #announced = new Set<string>();
  #wake: Deferred<void> = deferred();
  #sweepAt: Millis;
  #pollAt: Millis;
  /** The next sweep is of all storages. */
  #sweepAll = false;
  #sweeps = 0;
  #heartbeats = 0;
  /** Since the last look: the modem may have been without power, and have another SIM now. Nothing is read before that is known. */
  #failed = false;
  /** Readings in a row that had to leave something in the modem. */
  #leftInARow = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
    // At once: what was announced during the start-up went unheard.
    this.#sweepAt = options.clock.monotonic();
    this.#pollAt = this.#jittered(HEARTBEAT_EVERY);
  }

  /** +CMTI. Without a place, as some modems send it, or with one in a storage that is not known, all storages are swept. */
  announce(mem: string | null, index: number | null): void {
    const { home, others } = this.#options.findings();
    if (mem === null || index === null || (mem !== home && !others.includes(mem))) return this.nudge();
    this.#announced.add(mem);
    this.#wake.resolve();
  }

  /** Sweeps all storages as soon as possible. */
  nudge(): void {
    this.#sweepSoon(millis(0));
    this.#wake.resolve();
  }

  /** Looks at once at signal, network and SIM: something of them has changed. */
  poll(): void {
    this.#pollAt = millis(0);
    this.#heartbeats = 0;
    this.#wake.resolve();
  }

  /** Resolves when the signal aborts. Reports, and never throws, what goes wrong. */
  async run(): Promise<void> {
    const { channel, signal, onOk, onFailed } = this.#options;
    const stop = (): void => this.#wake.resolve();
    signal.addEventListener("abort", stop, { once: true });
    while (!signal.aborted) {
      try {
        const heard = await this.#workOff();
        if (heard && !signal.aborted) onOk();
      } catch (error) {
        if (signal.aborted) return;
        if (hasCode(error, "at.bad_response")) channel.doubt();
        // What was announced is found by the next sweep.
        this.#announced.clear();
        this.#sweepSoon(ROUND_RETRY);
        this.#pollAt = this.#earlier(this.#pollAt, ROUND_RETRY);
        this.#heartbeats = 0;
        this.#failed = true;
        onFailed(error);
      }
      await this.#sleep();
    }
  }

  /** Does what is due, and what becomes due meanwhile. Resolves with whether the modem was heard: a timer may be early. */
  async #workOff(): Promise<boolean> {
    const { clock, signal } = this.#options;
    let heard = false;
    while (!signal.aborted) {
      const now = clock.monotonic();
      const reads = now >= this.#sweepAt || this.#announced.size > 0;
      if (now >= this.#pollAt || (this.#failed && reads)) heard = (await this.#poll()) || heard;
      else if (now >= this.#sweepAt) heard = (await this.#sweep()) || heard;
      else if (this.#announced.size > 0) heard = (await this.#read([...this.#announced])) || heard;
      else break;
    }
    return heard;
  }

  async #sweep(): Promise<boolean> {
    const { home, others } = this.#options.findings();
    const all = this.#sweepAll || this.#sweeps % ALL_STORAGES_EACH === 0;
    this.#sweeps++;
    this.#sweepAll = false;
    this.#sweepAt = this.#jittered(this.#options.sweepEvery);
    const besides = (all ? others : [...this.#announced]).filter((mem) => mem !== home);
    // The home storage last, so that it stays selected.
    return await this.#read([...besides, home]);
  }

  /** False when there is nobody to read for. */
  async #read(mems: readonly string[]): Promise<boolean> {
    const { intakes } = this.#options;
    for (const mem of mems) this.#announced.delete(mem);
    if (intakes === null) return false;
    let left = await intakes.direct.deliver(intakes.lineId, intakes.offer);
    if (this.#options.findings().delivery === "direct") {
      this.#note(left);
      return false;
    }
    left += await intakes.reader.sweep(new Set(mems));
    this.#note(left);
    return true;
  }

  /** Comes back soon to what had to be left, but slower each time. */
  #note(left: number): void {
    this.#leftInARow = left > 0 ? this.#leftInARow + 1 : 0;
    if (left > 0) this.#sweepSoon(backoffDelay(LEFT_BACKOFF, this.#leftInARow, this.#fraction()));
  }

  /** A heartbeat: one question that any modem answers from its memory. Now and then everything is looked at. */
  async #poll(): Promise<boolean> {
    this.#pollAt = this.#jittered(HEARTBEAT_EVERY);
    if (this.#heartbeats++ % POLL_EACH === 0) return await this.#lookAround();
    const { findings, onFound, signal } = this.#options;
    const signalDbm = await readSignal(this.#options, findings());
    if (!signal.aborted && signalDbm !== findings().signalDbm) onFound({ signalDbm });
    return true;
  }

  async #lookAround(): Promise<boolean> {
    const { findings, onFound, onRestarted, onOtherSim, intakes, signal } = this.#options;
    const same = await stillTheSame(this.#options, findings());
    if (same === "restarted") onRestarted();
    if (same === "other_sim") onOtherSim();
    if (signal.aborted) return false;
    this.#failed = false;
    const network = await readNetwork(this.#options, findings());
    const storage = (await intakes?.lister.use()) ?? findings().storage;
    if (!signal.aborted) onFound({ ...network, storage });
    await readTime(this.#options, network);
    await refuseRoaming(this.#options, network);
    return true;
  }

  #sweepSoon(delay: Millis): void {
    this.#sweepAll = true;
    this.#sweepAt = this.#earlier(this.#sweepAt, delay);
  }

  #earlier(when: Millis, delay: Millis): Millis {
    return millis(Math.min(when, this.#options.clock.monotonic() + delay));
  }

  #jittered(every: Millis): Millis {
    return millis(this.#options.clock.monotonic() + every * (0.9 + 0.2 * this.#fraction()));
  }

  #fraction(): number {
    return randomFraction(this.#options.random);
  }

  async #sleep(): Promise<void> {
    const { clock, signal } = this.#options;
    const wake = this.#wake;
    const next = Math.min(this.#sweepAt, this.#pollAt);
    const cancel = clock.after(millis(Math.max(0, next - clock.monotonic())), "slot round", () => wake.resolve());
    if (!signal.aborted) await wake.promise;
    cancel();
    // What came meanwhile is in the lists, which are looked at next.
    this.#wake = deferred();
  }
}
