// The book of calls: what each costs while it lasts, what is kept of it, and what a rental has used. A call is written when it is
// answered, at each minute that begins, and at its end: whatever stops the box, what was used until then is known at its next start.

import {
  type Clock,
  type CryptoSuite,
  type Disposer,
  days,
  hours,
  type Logger,
  type Millis,
  microEmc,
  millis,
  type Random,
  type RentalId,
  shortEmc,
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import { sealCallRecord } from "../../envelope/index.ts";
import type { EventLog } from "../event-log.ts";
import type { Rental } from "../model.ts";
import type { CallAccount, CallLedger, CallOpening } from "./call-desk.ts";
import { CallWriter } from "./call-writer.ts";
import {
  type MeterEffect,
  type MeterInput,
  type MeterState,
  type MeterTerms,
  meterRefusal,
  newMeter,
  stepMeter,
} from "./metering.ts";
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
    return meterRefusal(this.#terms(rental, direction)) === null ? null : "no_credit";
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

interface OpenAccountDeps extends Omit<CallBookDeps, "terms"> {
  readonly opening: CallOpening;
  readonly writer: CallWriter;
  readonly terms: () => MeterTerms;
  readonly used: (minutes: number, included: number, cost: number) => void;
  /** Whether one more dialled call that nobody answered is kept. */
  readonly keeps: () => boolean;
  readonly closed: () => void;
}

class OpenAccount implements CallAccount {
  readonly #deps: OpenAccountDeps;
  #meter: MeterState | null = null;
  #answeredAt: UnixMs | null = null;
  #row: StoredCall;
  #timer: Disposer | null = null;
  #over = false;

  constructor(deps: OpenAccountDeps) {
    this.#deps = deps;
    const { id, line, slot, rental, direction, startedAt } = deps.opening;
    this.#row = {
      ...{ id, lineId: line.id, slotId: slot, rentalId: rental?.id ?? null, direction, startedAt },
      ...{ answeredAt: null, endedAt: null, duration: millis(0), minutes: 0, included: 0 },
      ...{ cost: microEmc(0), lastCost: microEmc(0), cause: null, record: null },
    };
  }

  talking(): void {
    if (this.#over || this.#meter !== null) return;
    this.#answeredAt = this.#deps.now();
    this.#meter = newMeter(this.#deps.terms());
    this.#step({ type: "answered", at: this.#deps.clock.monotonic() });
  }

  over(cause: EndCause): void {
    if (this.#over) return;
    this.#over = true;
    this.#step({ type: "ended", at: this.#deps.clock.monotonic() });
    this.#timer?.();
    const reading = this.#meter?.kind === "over" ? this.#meter.reading : null;
    const duration = reading?.duration ?? millis(0);
    this.#row = { ...this.#row, duration, endedAt: this.#deps.now(), cause };
    const inVain = this.#row.direction === "out" && this.#answeredAt === null;
    if (!inVain || this.#deps.keeps()) {
      this.#row = { ...this.#row, record: this.#sealed() };
      this.#deps.writer.write({ call: this.#row, charge: null });
    }
    this.#deps.closed();
  }

  #step(input: MeterInput): void {
    if (this.#meter === null) return;
    const { state, effects } = stepMeter(this.#meter, input);
    this.#meter = state;
    for (const effect of effects) this.#effect(effect);
  }

  #effect(effect: MeterEffect): void {
    switch (effect.type) {
      case "charge":
        return this.#charge(effect);
      case "warn":
        return this.#deps.opening.onRunningOut();
      case "cut_off":
        return this.#over ? undefined : this.#deps.opening.onRanOut();
      case "wake":
        return this.#wake(effect.at);
      case "finished":
        return this.#timer?.();
    }
  }

  #wake(at: Millis): void {
    const { clock } = this.#deps;
    this.#timer?.();
    const delay = millis(Math.max(0, at - clock.monotonic()));
    this.#timer = clock.after(delay, "call-meter", () => this.#step({ type: "tick", at: clock.monotonic() }));
  }

  #charge({ minutes, cost, reading }: Extract<MeterEffect, { type: "charge" }>): void {
    const { opening, now, used, writer } = this.#deps;
    const included = reading.included - this.#row.included;
    this.#row = { ...this.#row, ...reading, answeredAt: this.#answeredAt, lastCost: cost };
    this.#row = { ...this.#row, record: this.#sealed() };
    used(minutes, included, cost);
    const { id, rental } = opening;
    const charge = rental === null ? null : { call: id, rental: rental.id, upTo: reading.minutes, cost, at: now() };
    writer.write({ call: this.#row, charge });
  }

  /** The number is nowhere but in here. A call that is nobody's is kept without it. */
  #sealed(): StoredCall["record"] {
    const { suite, random, opening, log } = this.#deps;
    const { rental, line, number } = opening;
    if (rental === null) return null;
    const { id, direction, startedAt, answeredAt, duration, minutes, cost, cause, endedAt } = this.#row;
    const record = {
      ...{ id, rental_id: rental.id, listing_id: rental.listingId, direction, line: line.number },
      number: number === null ? null : printable(number),
      ...{ started_ms: startedAt, answered_ms: answeredAt, duration_ms: endedAt === null ? null : duration },
      ...{ minutes, cost: shortEmc(cost), cause },
    };
    try {
      return sealCallRecord({ suite, random, renter: rental.renter.encrypt, record });
    } catch {
      log.error("call_record_not_sealed", { call: id });
      return null;
    }
  }
}

/** What a phone dialled may hold anything. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 64);
