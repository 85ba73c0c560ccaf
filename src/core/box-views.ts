// The use cases behind console and REST: assembles what the operator sees from stores, slots and services, and tells changes.

import {
  type Clock,
  type Disposer,
  Events,
  type LineId,
  type Logger,
  messageOf,
  millis,
  type RentalId,
  type SlotId,
  type UnixMs,
} from "../base/index.ts";
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
} from "../protocol/index.ts";
import type { KnownBalance } from "./balance-watch.ts";
import type { EventLog } from "./event-log.ts";
import type { IntakeHealth } from "./intake.ts";
import type { LinkState } from "./link-state.ts";
import type { HeldMessage, OutboxMessage, Rental } from "./model.ts";
import type { SlotStatus } from "./ports.ts";
import type { BoxConsole } from "./ports-console.ts";
import type { BoxStore, IntakeCommit, LineActivity } from "./ports-store.ts";
import type { Rentals } from "./rentals.ts";
import type { SenderRules } from "./sender-policy.ts";
import type { TrustedTime } from "./trusted-time.ts";

export interface BoxViewsDeps {
  readonly version: string;
  /** The box's verify key, base64url. */
  readonly provider: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly time: TrustedTime;
  readonly startedAt: UnixMs;
  readonly store: BoxStore;
  readonly rentals: Rentals;
  readonly events: EventLog;
  readonly slots: () => readonly SlotStatus[];
  /** What the network told where the SIM does not. */
  readonly numberOf?: (slot: SlotId, imsi: string | null) => string | null;
  readonly balanceOf?: (slot: SlotId) => KnownBalance | null;
  readonly intake: () => IntakeHealth;
  /** Null on a box without a relay. */
  readonly relay: { readonly url: string; readonly link: () => LinkState; readonly since: () => UnixMs } | null;
}

export class BoxViews implements BoxConsole {
  readonly #deps: BoxViewsDeps;
  readonly #changes: Events<{ frame: LiveFrame }>;
  readonly #activity = new Map<string, LineActivity>();
  readonly #disposers: Disposer[] = [];
  #overviewDue = false;
  #rentalsDue = false;
  #telling = false;

  constructor(deps: BoxViewsDeps) {
    this.#deps = deps;
    this.#changes = new Events("box-views", deps.log);
  }

  async start(): Promise<void> {
    for (const [line, activity] of await this.#deps.store.lineActivity()) this.#activity.set(line, { ...activity });
    this.#disposers.push(
      this.#deps.events.onEvent((event) => this.#changes.emit("frame", { type: "event", event })),
      this.#every(),
    );
  }

  stop(): void {
    for (const dispose of this.#disposers.splice(0)) dispose();
  }

  /** A slot changed. */
  slotChanged(id: SlotId): void {
    const status = this.#deps.slots().find((slot) => slot.id === id);
    if (status !== undefined) this.#tellSlot(status);
  }

  /** Messages were stored, one row each. */
  stored(rows: readonly (OutboxMessage | HeldMessage)[], at: UnixMs): void {
    const slots = this.#deps.slots();
    for (const row of rows) this.#changes.emit("frame", { type: "sms", sms: smsView(row, slots) });
    const changed = new Set<LineId>();
    for (const { lineId } of rows) {
      const { received = 0, denied = 0 } = this.#activity.get(lineId) ?? {};
      this.#activity.set(lineId, { received: received + 1, lastAt: at, denied });
      changed.add(lineId);
    }
    for (const slot of slots) if (slot.lineId !== null && changed.has(slot.lineId)) this.#tellSlot(slot);
    this.countsChanged();
  }

  /** A call began, changed or is over. */
  callChanged(call: CallNews): void {
    this.#changes.emit("frame", { type: "call", call });
  }

  /** Messages were dropped unread. */
  dropped(rows: IntakeCommit["denied"]): void {
    for (const { lineId, count } of rows) {
      const activity = this.#activity.get(lineId) ?? { received: 0, lastAt: null, denied: 0 };
      this.#activity.set(lineId, { ...activity, denied: activity.denied + count });
    }
    this.countsChanged();
  }

  /** Counters, outbox or link changed: told soon, and at most twice a second. */
  countsChanged(): void {
    this.#overviewDue = true;
  }

  rentalsChanged(): void {
    this.#rentalsDue = true;
    this.#overviewDue = true;
  }

  async overview(): Promise<Overview> {
    const { store, time, intake, relay } = this.#deps;
    const [counts, depth] = await Promise.all([store.counters(), store.depth()]);
    const now = time.now();
    const health = intake();
    return {
      version: this.#deps.version,
      provider: this.#deps.provider,
      started_at: this.#deps.startedAt,
      now,
      clock: time.confidence,
      intake: { state: health.state, problem: health.error?.toJSON() ?? null },
      counts,
      outbox: { depth: depth.waiting, oldest_ms: depth.oldest === null ? null : Math.max(0, now - depth.oldest) },
      relay: relay === null ? noRelay(this.#deps.startedAt) : relayView(relay),
    };
  }

  slots(): readonly SlotView[] {
    return this.#deps.slots().map((status) => this.#slotView(status));
  }

  async lines(): Promise<readonly LineView[]> {
    return this.#deps.rentals.lines().map((line) => {
      const state = this.#deps.rentals.state(line);
      return {
        id: line.id,
        number: line.number,
        // A slot that is down shows the line that it had last, which may be elsewhere now.
        slot: this.#deps.slots().find((slot) => slot.lineId === line.id && slot.state === "ready")?.id ?? line.slot,
        listing_id: line.listingId,
        state: state.kind,
        rests_until: state.kind === "resting" ? state.until : null,
        denied: this.#activity.get(line.id)?.denied ?? 0,
      };
    });
  }

  async rentals(): Promise<readonly RentalView[]> {
    const counts = await this.#deps.store.rentalCounts();
    const zero = { messages: 0, waiting: 0, acknowledged: 0 };
    return [...this.#deps.rentals.all()]
      .sort((a, b) => b.startsAt - a.startsAt)
      .map((rental) => this.#rentalView(rental, counts.get(rental.id) ?? zero));
  }

  events(options: { readonly after: number; readonly limit: number }): readonly BoxEvent[] {
    return this.#deps.events.list(options);
  }

  async grant(request: GrantRequest): Promise<RentalView> {
    const rental = await this.#deps.rentals.grant(request);
    this.rentalsChanged();
    return this.#rentalView(rental, { messages: 0, waiting: 0, acknowledged: 0 });
  }

  async endRental(id: RentalId): Promise<RentalView> {
    const rental = await this.#deps.rentals.end(id);
    this.rentalsChanged();
    const counts = (await this.#deps.store.rentalCounts()).get(id);
    return this.#rentalView(rental, counts ?? { messages: 0, waiting: 0, acknowledged: 0 });
  }

  async receipts(options: Parameters<BoxConsole["receipts"]>[0]): Promise<Awaited<ReturnType<BoxConsole["receipts"]>>> {
    const rows = await this.#deps.store.receipts(options);
    return rows.map((row) => ({ cursor: row.cursor, rental_id: row.rentalId, receipt: row.receipt }));
  }

  onChange(listener: (frame: LiveFrame) => void): Disposer {
    return this.#changes.on("frame", listener);
  }

  #tellSlot(status: SlotStatus): void {
    this.#changes.emit("frame", { type: "slot", slot: this.#slotView(status) });
  }

  #every(): Disposer {
    let cancel: Disposer = () => {};
    const arm = (): void => {
      cancel = this.#deps.clock.after(millis(500), "console updates", () => {
        void this.#tellDue();
        arm();
      });
    };
    arm();
    return () => cancel();
  }

  async #tellDue(): Promise<void> {
    // One at a time: on a slow disk an older picture must not arrive after a newer one.
    if (this.#telling) return;
    this.#telling = true;
    const [overviewDue, rentalsDue] = [this.#overviewDue, this.#rentalsDue];
    this.#overviewDue = false;
    this.#rentalsDue = false;
    try {
      if (overviewDue) this.#changes.emit("frame", { type: "overview", overview: await this.overview() });
      if (rentalsDue || overviewDue) {
        const [lines, rentals] = await Promise.all([this.lines(), this.rentals()]);
        this.#changes.emit("frame", { type: "rentals", lines: [...lines], rentals: [...rentals] });
      }
    } catch (error) {
      this.#deps.log.warn("console_update_failed", { reason: messageOf(error) });
      // Told with the next round.
      this.#overviewDue ||= overviewDue;
      this.#rentalsDue ||= rentalsDue;
    } finally {
      this.#telling = false;
    }
  }

  #slotView(status: SlotStatus): SlotView {
    const line = status.lineId === null ? null : this.#deps.rentals.line(status.lineId);
    const activity = line === null ? undefined : this.#activity.get(line.id);
    const { modem, recovery } = status;
    return {
      id: status.id,
      kind: status.kind,
      line:
        line === null
          ? null
          : { id: line.id, number: line.number, rented: this.#deps.rentals.active(line.id) !== null },
      state: status.state,
      step: status.step,
      since: status.since,
      problem: status.problem,
      warnings: [...status.warnings],
      manufacturer: modem?.manufacturer || null,
      model: modem?.model || null,
      firmware: modem?.revision || null,
      profile: status.profile,
      imei: modem?.imei || null,
      iccid: status.iccid,
      imsi: status.imsi,
      provider: status.provider ?? null,
      own_number: status.ownNumber ?? this.#deps.numberOf?.(status.id, status.imsi) ?? null,
      operator: status.operator,
      mcc_mnc: status.mccMnc,
      registration: status.registration,
      technology: status.technology,
      signal_dbm: status.signalDbm,
      sms_storage: status.storage === null ? null : { ...status.storage },
      battery: status.battery === null ? null : { ...status.battery },
      balance: this.#deps.balanceOf?.(status.id) ?? null,
      last_sms_at: activity?.lastAt ?? null,
      received: activity?.received ?? 0,
      recovery: {
        rung: recovery.rung,
        attempts: recovery.attempts,
        since: recovery.since,
        next_at: recovery.nextAt,
        rungs: [...recovery.rungs],
        resets_today: recovery.resetsToday,
      },
    };
  }

  #rentalView(rental: Rental, counts: { messages: number; waiting: number; acknowledged: number }): RentalView {
    return {
      id: rental.id,
      line: rental.lineId,
      number: this.#deps.rentals.line(rental.lineId)?.number ?? "",
      listing_id: rental.listingId,
      state: rental.state,
      renter: { ...rental.renter },
      envelope_version: rental.envelopeVersion,
      starts_at: rental.startsAt,
      expires_at: rental.expiresAt,
      ended_at: rental.endedAt,
      ...counts,
      credit: rental.credit,
      sender_policy: rulesView(rental.senderRules),
    };
  }
}

function relayView({ url, link, since }: NonNullable<BoxViewsDeps["relay"]>): Overview["relay"] {
  const { kind: state, code } = link();
  return {
    ...{ url, state, since: since() },
    problem: code === null ? null : { code, message: "the relay cannot be used now" },
  };
}

function noRelay(since: UnixMs): Overview["relay"] {
  const hint = "Name one in the settings, section `relay`.";
  return {
    ...{ url: "", state: "none", since },
    problem: { code: "relay.none", message: "no relay is configured: SMS wait in the outbox", hint },
  };
}

function smsView(row: OutboxMessage | HeldMessage, slots: readonly SlotStatus[]): SmsView {
  const { lineId: line, storedAt: at } = row;
  const slot = slots.find((each) => each.lineId === line)?.id ?? null;
  if (!("message" in row)) return { id: row.id, at, line, slot, rental: null, seq: null };
  const { id, rental_id: rental, seq } = row.message;
  return { id, at, line, slot, rental, seq };
}

function rulesView(rules: SenderRules | null): RentalView["sender_policy"] {
  return rules === null
    ? null
    : { presets: rules.presets === null ? null : [...rules.presets], allow: [...rules.allow], deny: [...rules.deny] };
}
