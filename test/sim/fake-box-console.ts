// A BoxConsole without a box, for the web server's tests and for work on the pages: 1-32 slots in varied states that a test
// changes by hand, or that a story moves on every second. Deterministic by seed and clock.

import { AppError, type Clock, type Disposer, millis, type RentalId, rentalId } from "../../src/base/index.ts";
import type { BoxConsole } from "../../src/core/index.ts";
import type {
  BoxEvent,
  CallNews,
  GrantRequest,
  LineView,
  LiveFrame,
  Overview,
  RentalView,
  SlotView,
  SmsView,
} from "../../src/protocol/index.ts";
import { DAY_MS, seedLine, seedRental, seedSlot } from "./fake-box-seed.ts";
import { SeededRandom } from "./seeded-random.ts";

export interface FakeBoxOptions {
  readonly clock: Clock;
  readonly slots: number;
  readonly seed?: string;
  /** A box that has never received anything and has no rentals. */
  readonly fresh?: boolean;
}

type Receipt = Awaited<ReturnType<BoxConsole["receipts"]>>[number];

export class FakeBoxConsole implements BoxConsole {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #listeners = new Set<(frame: LiveFrame) => void>();
  readonly #slots: SlotView[];
  readonly #lines: LineView[];
  readonly #rentals: RentalView[] = [];
  readonly #events: BoxEvent[] = [];
  #overview: Overview;
  #storedReceipts: Receipt[] = [];
  #seq = 0;
  #tick: Disposer | null = null;
  #ticks = 0;

  constructor(options: FakeBoxOptions) {
    this.#clock = options.clock;
    this.#random = new SeededRandom(options.seed ?? "fake box");
    const now = this.#clock.now();
    const indexes = Array.from({ length: options.slots }, (_, index) => index);
    this.#lines = indexes.map((index) => seedLine(this.#random, index));
    if (options.fresh !== true) this.#seedRentals(now);
    this.#slots = this.#lines.map((line, index) => {
      const slot = seedSlot(this.#random, index, index === 27 ? null : line, now);
      return options.fresh === true ? { ...slot, last_sms_at: null, received: 0 } : slot;
    });
    this.#overview = this.#seedOverview(now, options.fresh === true ? 0 : 1);
  }

  async overview(): Promise<Overview> {
    return { ...this.#overview, now: this.#clock.now() };
  }

  slots(): readonly SlotView[] {
    return this.#slots;
  }

  async lines(): Promise<readonly LineView[]> {
    return this.#lines;
  }

  async rentals(): Promise<readonly RentalView[]> {
    return this.#rentals;
  }

  events(options: { readonly after: number; readonly limit: number }): readonly BoxEvent[] {
    return this.#events.filter((event) => event.seq > options.after).slice(0, options.limit);
  }

  async receipts(options: { readonly after: number; readonly limit: number }): Promise<readonly Receipt[]> {
    return this.#storedReceipts.filter((row) => row.cursor > options.after).slice(0, options.limit);
  }

  async grant(request: GrantRequest): Promise<RentalView> {
    const line = this.#lines.find((candidate) => candidate.id === request.line || candidate.number === request.line);
    if (line === undefined) {
      throw new AppError("rental.unknown_line", "the box has no such line", { hint: "See the list of lines." });
    }
    if (line.state !== "free") {
      const code = line.state === "rented" ? "rental.line_rented" : "rental.line_resting";
      throw new AppError(code, `line ${line.id} is ${line.state}`, { hint: "Choose a free line." });
    }
    const now = this.#clock.now();
    const rental: RentalView = {
      ...seedRental(this.#random, line, now),
      ...{ renter: request.renter, envelope_version: request.envelope_version, credit: request.credit },
      ...{ starts_at: now, expires_at: now + request.days * DAY_MS, messages: 0, waiting: 0, acknowledged: 0 },
    };
    this.#rentals.unshift(rental);
    this.#setLine(line.id, { state: "rented" });
    this.record({ level: "info", code: "rental.granted", line: line.id, details: { days: request.days } });
    return rental;
  }

  async endRental(id: RentalId): Promise<RentalView> {
    const index = this.#rentals.findIndex((candidate) => candidate.id === id);
    const rental = this.#rentals[index];
    if (rental === undefined) throw new AppError("rental.unknown", "the box has no such rental");
    if (rental.state !== "active") throw new AppError("rental.not_active", `the rental is ${rental.state}`);
    const ended: RentalView = { ...rental, state: "ended", ended_at: this.#clock.now() };
    this.#rentals[index] = ended;
    this.#setLine(rental.line, { state: "resting", rests_until: this.#clock.now() + 7 * DAY_MS });
    this.record({ level: "info", code: "rental.ended", line: rental.line });
    return ended;
  }

  onChange(listener: (frame: LiveFrame) => void): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  setSlot(id: string, patch: Partial<SlotView>): void {
    const index = this.#slots.findIndex((slot) => slot.id === id);
    const slot = this.#slots[index];
    if (slot === undefined) throw new Error(`no slot ${id}`);
    const changed = { ...slot, ...patch };
    this.#slots[index] = changed;
    this.#emit({ type: "slot", slot: changed });
  }

  /** A slot comes up that was not there. */
  addSlot(slot: SlotView): void {
    this.#slots.push(slot);
    this.#emit({ type: "slot", slot });
  }

  removeSlot(id: string): void {
    const index = this.#slots.findIndex((slot) => slot.id === id);
    if (index >= 0) this.#slots.splice(index, 1);
    this.record({ level: "info", code: "slot.removed", slot: id });
  }

  addLine(line: LineView): void {
    this.#lines.push(line);
    this.#emit({ type: "rentals", lines: [...this.#lines], rentals: [...this.#rentals] });
  }

  setOverview(patch: Partial<Overview>): void {
    this.#overview = { ...this.#overview, ...patch, now: this.#clock.now() };
    this.#emit({ type: "overview", overview: this.#overview });
  }

  setReceipts(rows: readonly Receipt[]): void {
    this.#storedReceipts = [...rows];
  }

  record(event: Pick<BoxEvent, "level" | "code"> & Partial<BoxEvent>): void {
    const full = { slot: null, line: null, details: {}, ...event, seq: ++this.#seq, at: this.#clock.now() };
    this.#events.push(full);
    if (this.#events.length > 500) this.#events.shift();
    this.#emit({ type: "event", event: full });
  }

  tellCall(call: CallNews): void {
    this.#emit({ type: "call", call });
  }

  tellSms(sms: SmsView): void {
    this.#emit({ type: "sms", sms });
  }

  /** One SMS comes in at a slot and waits in the outbox. */
  receive(id: string): void {
    const slot = this.#slots.find((candidate) => candidate.id === id);
    if (slot === undefined) throw new Error(`no slot ${id}`);
    this.setSlot(id, { received: slot.received + 1, last_sms_at: this.#clock.now() });
    this.#countRental(slot.line?.id, (rental) => ({ messages: rental.messages + 1, waiting: rental.waiting + 1 }));
    const { counts, outbox } = this.#overview;
    this.setOverview({
      counts: { ...counts, received: counts.received + 1 },
      outbox: { depth: outbox.depth + 1, oldest_ms: outbox.oldest_ms ?? 0 },
    });
  }

  /** Begins the story: every second something happens. */
  start(): void {
    this.record({ level: "info", code: "box.started", details: { slots: this.#slots.length } });
    this.#schedule();
  }

  stop(): void {
    this.#tick?.();
  }

  #schedule(): void {
    this.#tick = this.#clock.after(millis(1000), "fake box story", () => {
      this.#story(++this.#ticks);
      this.#schedule();
    });
  }

  #story(tick: number): void {
    const ready = this.#slots.filter((slot) => slot.state === "ready");
    for (let i = this.#random.int(0, 3); i > 0; i--) this.receive(this.#random.pick(ready).id);
    const waver = this.#random.pick(ready);
    this.setSlot(waver.id, {
      signal_dbm: Math.max(-113, Math.min(-55, (waver.signal_dbm ?? -90) + this.#random.int(-4, 4))),
    });
    const phase = tick % 90;
    if (phase === 40) this.#relay("down");
    if (phase === 55) this.#relay("up");
    if (phase === 20) this.#fail("s2");
    if (phase === 32) this.#heal("s2");
    if (this.#overview.relay.state === "up") this.#forward();
    else this.#age();
    if (tick % 15 === 0) this.#emit({ type: "rentals", lines: [...this.#lines], rentals: [...this.#rentals] });
  }

  #relay(state: "up" | "down"): void {
    const up = state === "up";
    const problem = up ? null : { code: "relay.unreachable", message: "the relay cannot be used now" };
    this.setOverview({ relay: { ...this.#overview.relay, state, since: this.#clock.now(), problem } });
    this.record({
      level: up ? "info" : "warn",
      code: `relay.${state}`,
      details: up ? {} : { reason: "relay.unreachable" },
    });
  }

  #fail(id: string): void {
    const problem = { code: "modem.timeout", message: "the modem does not answer", hint: "Check the USB cable." };
    this.setSlot(id, { state: "down", step: "waiting", problem, since: this.#clock.now(), signal_dbm: null });
    this.record({ level: "error", code: "slot.down", slot: id, details: { reason: "modem.timeout" } });
  }

  #heal(id: string): void {
    this.setSlot(id, { state: "ready", step: "ready", problem: null, since: this.#clock.now(), signal_dbm: -77 });
    this.record({ level: "info", code: "slot.ready", slot: id });
  }

  #forward(): void {
    const { counts, outbox } = this.#overview;
    const sent = Math.min(outbox.depth, this.#random.int(1, 6));
    const depth = outbox.depth - sent;
    const acknowledged = Math.min(counts.forwarded, counts.acknowledged + this.#random.int(0, 3));
    for (const rental of this.#rentals) this.#countRental(rental.line, () => ({ waiting: 0 }));
    this.setOverview({
      counts: { ...counts, forwarded: counts.forwarded + sent, acknowledged },
      outbox: { depth, oldest_ms: depth === 0 ? null : 900 },
    });
  }

  #age(): void {
    const { depth, oldest_ms } = this.#overview.outbox;
    this.setOverview({ outbox: { depth, oldest_ms: depth === 0 ? null : (oldest_ms ?? 0) + 1000 } });
  }

  #countRental(line: string | undefined, change: (rental: RentalView) => Partial<RentalView>): void {
    const index = this.#rentals.findIndex((rental) => rental.line === line && rental.state === "active");
    const rental = this.#rentals[index];
    if (rental !== undefined) this.#rentals[index] = { ...rental, ...change(rental) };
  }

  #setLine(id: string, patch: Partial<LineView>): void {
    const index = this.#lines.findIndex((line) => line.id === id);
    const line = this.#lines[index];
    if (line === undefined) return;
    this.#lines[index] = { ...line, ...patch };
    const slot = this.#slots.find((candidate) => candidate.line?.id === id);
    const rented = this.#lines[index]?.state === "rented";
    if (slot?.line) this.setSlot(slot.id, { line: { ...slot.line, rented } });
    this.#emit({ type: "rentals", lines: [...this.#lines], rentals: [...this.#rentals] });
  }

  #seedRentals(now: number): void {
    this.#lines.forEach((line, index) => {
      if (index % 3 === 2) return;
      if (index % 7 === 5) {
        this.#lines[index] = { ...line, state: "resting", rests_until: now + this.#random.int(1, 7) * DAY_MS };
        const over = seedRental(this.#random, line, now);
        this.#rentals.push({ ...over, state: "ended", ended_at: now - DAY_MS, waiting: 0 });
        return;
      }
      this.#lines[index] = { ...line, state: "rented" };
      this.#rentals.push(seedRental(this.#random, line, now));
    });
  }

  #seedOverview(now: number, scale: 0 | 1): Overview {
    return {
      version: "0.1.0",
      provider: "zdSsdN6l5LAAt5XijC1DaoeVMWtSiVlFBLzjQyq-0O0",
      started_at: now - 9 * 3_600_000,
      now,
      clock: "trusted",
      intake: { state: "running", problem: null },
      counts: {
        ...{ received: 12_846 * scale, forwarded: 12_841 * scale, acknowledged: 12_702 * scale },
        ...{ duplicates: 17 * scale, undecodable: 2 * scale, unrented: 143 * scale, denied: 58 * scale },
      },
      outbox: { depth: 5 * scale, oldest_ms: scale === 0 ? null : 1400 },
      relay: { url: "https://gateway.ness.cx", state: "up", since: now - 3_900_000, problem: null },
    };
  }

  /** Tells a frame as the box would. */
  emit(frame: LiveFrame): void {
    this.#emit(frame);
  }

  #emit(frame: LiveFrame): void {
    for (const listener of [...this.#listeners]) listener(frame);
  }
}

/** The id of the fake's first rental in a given state, for tests that act on one. */
export async function firstRental(box: FakeBoxConsole, state: RentalView["state"]): Promise<RentalId> {
  const rental = (await box.rentals()).find((candidate) => candidate.state === state);
  if (rental === undefined) throw new Error(`the fake box has no ${state} rental`);
  return rentalId(rental.id);
}
