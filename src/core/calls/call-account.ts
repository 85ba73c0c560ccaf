// One call's account while it lasts: its meter, its timer, and the row that is written as it goes.

import {
  type Clock,
  type CryptoSuite,
  type Disposer,
  type Logger,
  type Millis,
  microEmc,
  millis,
  type Random,
  shortEmc,
  type UnixMs,
} from "../../base/index.ts";
import { sealCallRecord } from "../../envelope/index.ts";
import type { CallAccount, CallOpening } from "./call-desk.ts";
import type { CallWriter } from "./call-writer.ts";
import {
  type MeterEffect,
  type MeterInput,
  type MeterState,
  type MeterTerms,
  newMeter,
  stepMeter,
} from "./metering.ts";
import type { StoredCall } from "./ports-calls.ts";
import type { EndCause } from "./ports-voice.ts";

export interface OpenAccountDeps {
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly opening: CallOpening;
  readonly writer: CallWriter;
  readonly terms: () => MeterTerms;
  readonly used: (minutes: number, included: number, cost: number) => void;
  /** Whether one more dialled call that nobody answered is kept. */
  readonly keeps: () => boolean;
  readonly closed: () => void;
}

/** Settles whatever comes, in whatever order; nothing of it throws. */
export class OpenAccount implements CallAccount {
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
        return this.#over ? undefined : this.#deps.opening.onRanOut(effect.reason);
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
