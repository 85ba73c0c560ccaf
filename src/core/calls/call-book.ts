// The book of calls: what each costs while it lasts, what is kept of it, and what a rental has used. A call is written when it is
// answered, at each minute that begins, and at its end: whatever stops the box, what was used until then is known at its next start.

import {
  type Clock,
  type CryptoSuite,
  days,
  hours,
  type Logger,
  microEmc,
  type Random,
  type RentalId,
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import type { EventLog } from "../event-log.ts";
import type { Rental } from "../model.ts";
import { OpenAccount } from "./call-account.ts";
import type { CallAccount, CallLedger, CallOpening } from "./call-desk.ts";
import { CallWriter } from "./call-writer.ts";
import { type MeterTerms, meterRefusal } from "./metering.ts";
import type { CallMoney, CallStore, CallTerms, CallUsage, StoredCall } from "./ports-calls.ts";
import type { EndCause } from "./ports-voice.ts";

export interface CallBookDeps {
  readonly store: CallStore;
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: Pick<EventLog, "record">;
  /** The box's time, never within a day whose receipts are closed. */
  readonly now: () => UnixMs;
  readonly terms: (rental: Rental, direction: "in" | "out") => CallTerms;
  /** Null where nothing is paid. */
  readonly money: CallMoney | null;
}

type Usage = Omit<CallUsage, "dialledSince"> & { readonly day: number; readonly dialledToday: number };

const NO_USAGE = { calls: 0, minutes: 0, included: 0, cost: microEmc(0) } as const;
const dayOf = (at: UnixMs): number => Math.floor(at / days(1));

export class CallBook implements CallLedger {
  readonly #deps: CallBookDeps;
  readonly #writer: CallWriter;
  readonly #usage = new Map<RentalId, Usage>();
  readonly #open = new Set<OpenAccount>();
  /** Dialled calls of this hour that nobody answered. */
  readonly #vain = new Map<RentalId, { readonly hour: number; readonly count: number }>();

  constructor(deps: CallBookDeps) {
    this.#deps = deps;
    this.#writer = new CallWriter({ ...deps, onTrouble: (trouble) => this.#onTrouble(trouble) });
  }

  /**
   * Learns what was used, and ends in the book what a crash cut off, as soon as the disk takes it. Before the first call. Errors: the
   * store's, of reading.
   */
  async load(): Promise<void> {
    const { store, events, now } = this.#deps;
    const cut = await store.openCalls();
    for (const call of cut)
      this.#writer.write({ call: { ...call, endedAt: now(), cause: "failed" }, charge: chargeOf(call) });
    if (cut.length > 0) events.record({ level: "warn", code: "call.cut_by_restart", details: { calls: cut.length } });
    const day = dayOf(now());
    const all = await store.callUsage(unixMs(day * days(1)));
    for (const [rental, { dialledSince, ...usage }] of all)
      this.#usage.set(rental, { ...usage, day, dialledToday: dialledSince });
  }

  /** Ends open accounts and writes what is left. After the desk has stopped. */
  async stop(): Promise<void> {
    for (const account of [...this.#open]) account.over("stopped");
    await this.#writer.stop();
  }

  /** What a rental has used, over its whole time and of today's dialled minutes. */
  usage(rental: RentalId): Omit<CallUsage, "dialledSince"> & { readonly dialledToday: number } {
    const day = dayOf(this.#deps.now());
    const { day: known, ...usage } = this.#usage.get(rental) ?? { ...NO_USAGE, day, dialledToday: 0 };
    return known === day ? usage : { ...usage, dialledToday: 0 };
  }

  async refusal(rental: Rental, direction: "in" | "out"): Promise<EndCause | null> {
    return meterRefusal(this.#terms(rental, direction));
  }

  open(opening: CallOpening): CallAccount {
    const { rental, direction } = opening;
    const account = new OpenAccount({
      ...{ ...this.#deps, opening, writer: this.#writer },
      terms: () => (rental === null ? FREE : this.#terms(rental, direction)),
      used: (minutes, included, cost) => {
        if (rental !== null)
          this.#add(rental.id, { minutes, included, cost, dialled: direction === "out" ? minutes : 0 });
      },
      keeps: () => rental === null || this.#keeps(rental.id),
      closed: () => {
        this.#open.delete(account);
        if (rental !== null) this.#add(rental.id, { minutes: 0, included: 0, cost: 0, dialled: 0, calls: 1 });
      },
    });
    this.#open.add(account);
    return account;
  }

  #terms(rental: Rental, direction: "in" | "out"): MeterTerms {
    const { terms, money } = this.#deps;
    const { pricePerMinute, includedMinutes, maxCall, minutesPerDay } = terms(rental, direction);
    const { included, dialledToday } = this.usage(rental.id);
    const today = direction === "in" || minutesPerDay === null ? null : Math.max(0, minutesPerDay - dialledToday);
    return {
      ...{ pricePerMinute, maxCall, minutesToday: today },
      // Minutes that cost nothing anyway use none of those that are included.
      includedMinutes: pricePerMinute === 0 ? 0 : Math.max(0, includedMinutes - included),
      credit: money?.credit(rental.id) ?? null,
    };
  }

  #add(
    rental: RentalId,
    more: {
      readonly minutes: number;
      readonly included: number;
      readonly cost: number;
      readonly dialled: number;
      readonly calls?: number;
    },
  ): void {
    const { calls, minutes, included, cost, dialledToday } = this.usage(rental);
    this.#usage.set(rental, {
      ...{ calls: calls + (more.calls ?? 0), minutes: minutes + more.minutes, included: included + more.included },
      ...{ cost: microEmc(cost + more.cost), day: dayOf(this.#deps.now()), dialledToday: dialledToday + more.dialled },
    });
  }

  /** A phone that dials what is refused, again and again, must not fill the disk. */
  #keeps(rental: RentalId): boolean {
    const hour = Math.floor(this.#deps.clock.monotonic() / hours(1));
    const known = this.#vain.get(rental);
    const count = known?.hour === hour ? known.count + 1 : 1;
    this.#vain.set(rental, { hour, count });
    return count <= VAIN_CALLS_PER_HOUR;
  }

  #onTrouble(trouble: boolean): void {
    const code = trouble ? "call.records_wait" : "call.records_kept";
    this.#deps.events.record({ level: trouble ? "error" : "info", code });
  }
}

/** Dialled calls without an answer that are kept of one rental in an hour; those behind them are only counted. */
const VAIN_CALLS_PER_HOUR = 120;

/** Of a call that is nobody's: it is counted, and costs nothing. */
const FREE: MeterTerms = {
  ...{ pricePerMinute: microEmc(0), includedMinutes: 0, credit: null, minutesToday: null },
  maxCall: days(1),
};

/** What the last write of a call was to book. */
function chargeOf({ id, rentalId, minutes, lastCost, startedAt, answeredAt }: StoredCall) {
  if (rentalId === null || lastCost === 0) return null;
  return { call: id, rental: rentalId, upTo: minutes, cost: lastCost, at: answeredAt ?? startedAt };
}
