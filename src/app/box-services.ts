// Wires the box's rules to their adapters. What one service must tell another goes over a small bus, so that the order in which they
// are made does not matter.

import {
  type Disposer,
  Events,
  type LineId,
  type RentalId,
  rentalId,
  type SlotId,
  toBase64url,
  type UnixMs,
} from "../base/index.ts";
import { ownNames } from "../chain/index.ts";
import {
  AlertHub,
  BalanceWatch,
  BoxViews,
  CallHub,
  type CatchUp,
  type ChapPool,
  type ClockSetting,
  createSealer,
  type DoctorCheck,
  type Escrows,
  EventArchive,
  EventLog,
  escrowCheck,
  Forwarder,
  type HeldMessage,
  Intake,
  type IntakeCommit,
  isSenderDenied,
  NumberQuery,
  type OrderDesk,
  type Payments,
  ReceiptCollector,
  type RecordMirror,
  Rentals,
  type SipAccounts,
  type SlotStatus,
  TwinWatch,
  Ussd,
} from "../core/index.ts";
import { deriveKey } from "../envelope/index.ts";
import type { Phones } from "../phone/index.ts";
import { balanceRules } from "./balance-rules.ts";
import { createClockSetting } from "./clock-services.ts";
import { createEscrows } from "./escrow-services.ts";
import { FleetControl } from "./fleet-control.ts";
import { createFleet, type FleetDeps } from "./fleet-services.ts";
import type { HardwareScout } from "./hardware-scout.ts";
import { isOwnLine } from "./kept-services.ts";
import { createMarket, createRecordMirror } from "./market-services.ts";
import { createPayments, paymentsCheck } from "./payment-services.ts";
import { acceptanceCheck, createProofs, type ProofServices, proofsCheck } from "./proof-services.ts";
import { publishingCheck } from "./publishing-check.ts";
import { createPublishing, offerOf, type PublishingServices } from "./publishing-services.ts";
import { type BoxRelay, createBoxRelay } from "./relay-services.ts";
import { createCatchUp } from "./restore-services.ts";
import { senderLevels } from "./sender-levels.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { createSipAccounts } from "./sip-services.ts";
import type { SlotFleet } from "./slot-fleet.ts";
import { createTelemetry, type TelemetryServices } from "./telemetry-services.ts";

interface BusEvents {
  readonly grant: RentalId;
  readonly committed: IntakeCommit;
  /** Link state, outbox or receipts changed. */
  readonly delivery: null;
  readonly slot: SlotId;
}

interface Shared extends ServiceDeps {
  readonly bus: Events<BusEvents>;
  readonly events: EventLog;
  readonly now: () => UnixMs;
}

export interface BoxServices {
  readonly events: EventLog;
  readonly archive: EventArchive;
  readonly rentals: Rentals;
  readonly relay: BoxRelay;
  readonly forwarder: Forwarder;
  readonly collector: ReceiptCollector;
  readonly intake: Intake;
  /** After a restore. */
  readonly catchUp: CatchUp;
  readonly twins: TwinWatch;
  readonly views: BoxViews;
  readonly fleet: SlotFleet;
  readonly phones: Phones;
  readonly scout: HardwareScout;
  /** Null on a machine that somebody else looks after. */
  readonly clockSetting: ClockSetting | null;
  readonly control: FleetControl;
  readonly ussd: Ussd;
  readonly telemetry: TelemetryServices;
  readonly alertHub: AlertHub;
  readonly callHub: CallHub;
  /** Messages for lines that nobody rents, once they are stored. */
  onHeld(listener: (held: HeldMessage) => void): Disposer;
  /** Null where no balance is asked for. */
  readonly balances: BalanceWatch | null;
  readonly numbers: NumberQuery;
  readonly proofs: ProofServices;
  /** Of renters' phones. */
  readonly sip: SipAccounts;
  /** Null on a box without an Emercoin node. */
  readonly payments: Payments | null;
  /** Answers renters; null where nothing can be paid. */
  readonly desk: OrderDesk | null;
  /** Null where nothing can be paid. */
  readonly chapPool: ChapPool | null;
  readonly mirror: RecordMirror;
  /** Null on a box without an Emercoin node. */
  readonly escrows: Escrows | null;
  /** Null on a box without an Emercoin node. */
  readonly publishing: PublishingServices | null;
  /** What the doctor asks the services: what stands half done. Each service adds its own. */
  readonly checks: readonly DoctorCheck[];
}

const LIVE_SETTINGS = [
  ...["intake.sender_policy", "lines.*.sender_policy", "ussd.per_hour"],
  ...["listing.tiers", "listing.features", "listing.endpoints", "listing.days", "lines.*.listing"],
];

function createRentals(shared: Shared, sip: () => SipAccounts): Rentals {
  const { rest_after_day: afterDay, rest_after_longer: afterLonger } = shared.config.rental;
  return new Rentals({
    ...shared,
    policy: { afterDay, afterLonger },
    senderRules: senderLevels(() => shared.live.current),
    isOwn: isOwnLine(shared.config),
    sipTerms: (rental) => sip().terms(rental),
    onGrant: (rental) => {
      sip().granted(rental);
      shared.bus.emit("grant", rental.id);
    },
  });
}

type Delivery = Pick<BoxServices, "relay" | "forwarder" | "collector" | "twins">;

function createDelivery(shared: Shared, rentals: Rentals, proofs: ProofServices): Delivery {
  const { identity, suite, time, bus } = shared;
  // Nothing is dated into a day whose tree stands.
  const now = (): UnixMs => proofs.service.dated();
  const provider = toBase64url(identity.verify);
  const relay = createBoxRelay({ ...shared, provider, onTime: (at: UnixMs) => time.witness(at) });
  const onChange = (): void => bus.emit("delivery", null);
  const forwarder = new Forwarder({ ...shared, relay, now, onChange, acceptance: acceptanceCheck(suite) });
  const twins = new TwinWatch({ ...shared, relay });
  const collector = new ReceiptCollector({
    ...shared,
    relay,
    now,
    provider,
    rentalOf: (id) => rentals.get(id),
    mayAsk: () => relay.url !== null && forwarder.link.kind !== "down",
    onAnswer: (box) => {
      forwarder.answered();
      twins.saw(box);
    },
    onSaved: onChange,
  });
  return { relay, forwarder, collector, twins };
}

function createIntake(shared: Shared, rentals: Rentals): Intake {
  const { config, suite, storageKey } = shared;
  return new Intake({
    ...shared,
    fingerprints: { suite, key: deriveKey(suite, storageKey, "numberbox/fingerprint/v1") },
    sealer: createSealer({
      ...shared,
      partKey: deriveKey(suite, storageKey, "numberbox/part-key/v1"),
      lineOf: (id) => rentals.line(id),
    }),
    activeRental: (line) => rentals.active(line),
    isDenied: (line, from) => isSenderDenied(from, rentals.line(line)?.number ?? null, rentals.senderLevels(line)),
    unrented: config.intake.unrented,
    isOwn: isOwnLine(config),
    lateParts: config.intake.late_parts,
    settings: { maxBatch: config.intake.max_batch, partTimeout: config.intake.part_timeout },
    onCommitted: (commit) => shared.bus.emit("committed", commit),
  });
}

type Viewed = Pick<BoxServices, "rentals" | "relay" | "forwarder" | "intake" | "fleet" | "balances" | "numbers">;

function createViews(shared: Shared, made: Viewed): BoxViews {
  const { now, bus } = shared;
  const { forwarder, fleet, intake } = made;
  const { url } = made.relay;
  let since = now();
  let kind = forwarder.link.kind;
  bus.on("delivery", () => {
    if (forwarder.link.kind !== kind) since = now();
    kind = forwarder.link.kind;
  });
  return new BoxViews({
    ...shared,
    ...made,
    provider: toBase64url(shared.identity.verify),
    startedAt: now(),
    slots: () => fleet.list().map((driver) => driver.status()),
    numberOf: (slot, imsi) => made.numbers.numberOf(slot, imsi),
    balanceOf: (slot) => made.balances?.balanceOf(slot) ?? null,
    intake: () => intake.health,
    relay: url === null ? null : { url, link: () => forwarder.link, since: () => since },
  });
}

function createBalances(shared: Shared, ussd: Ussd, slots: () => readonly SlotStatus[]): BalanceWatch | null {
  const { config, bus } = shared;
  const ruleFor = balanceRules(config);
  if (config.balance === undefined || ruleFor === null) return null;
  const { every } = config.balance;
  return new BalanceWatch({ ...shared, ussd, slots, every, ruleFor, onChange: (slot) => bus.emit("slot", slot) });
}

function connect(bus: Events<BusEvents>, { forwarder, views, fleet, events }: BoxServices, now: () => UnixMs): void {
  bus.on("grant", (rental) => forwarder.notify(rental));
  bus.on("delivery", () => views.countsChanged());
  bus.on("slot", (slot) => views.slotChanged(slot));
  bus.on("committed", (commit) => {
    views.stored([...commit.outbox, ...commit.held], now());
    views.dropped(commit.denied);
    for (const id of new Set(commit.outbox.map((row) => row.message.rental_id))) forwarder.notify(rentalId(id));
  });
  events.onEvent((event) => {
    // What stayed on the SIMs while the disk was full is fetched at once.
    if (event.code === "intake.resumed") for (const driver of fleet.list()) driver.nudge();
  });
}

function createNumbers(shared: Shared, ussd: Ussd, slots: () => readonly SlotStatus[]): NumberQuery {
  const { config, bus } = shared;
  const { code = null, operators = {} } = config.own_number ?? {};
  const codeFor = (imsi: string | null): string | null =>
    operators[imsi?.slice(0, 6) ?? ""] ?? operators[imsi?.slice(0, 5) ?? ""] ?? code;
  return new NumberQuery({ ...shared, ussd, slots, codeFor, onChange: (slot) => bus.emit("slot", slot) });
}

const heldBy =
  (bus: Events<BusEvents>): BoxServices["onHeld"] =>
  (listener) =>
    bus.on("committed", ({ held }) => held.forEach(listener));

function slotBus(bus: Events<BusEvents>): Pick<FleetDeps, "slotChanged" | "onSlot"> {
  return { slotChanged: (id) => bus.emit("slot", id), onSlot: (listener) => bus.on("slot", listener) };
}

interface Checked extends Pick<BoxServices, "publishing" | "escrows" | "payments" | "proofs"> {
  readonly chain: ServiceDeps["chain"];
  readonly now: () => UnixMs;
}

function createChecks({ chain, publishing, escrows, payments, proofs, now }: Checked): readonly DoctorCheck[] {
  const checks = [proofsCheck(proofs)];
  if (chain !== null && publishing !== null) {
    checks.push(publishingCheck({ ...publishing, ownNames: () => ownNames(chain.node.session) }));
    if (escrows !== null) checks.push(escrowCheck({ escrows, publisher: publishing.publisher, now }));
  }
  if (payments !== null) checks.push(paymentsCheck(payments));
  return checks;
}

/** What stands in the chain under names: nothing on a box without a node. */
function createNames(shared: Shared, rentals: Rentals, mirror: RecordMirror) {
  const { chain } = shared;
  if (chain === null) return { publishing: null, anchor: null, escrows: null };
  const publishing = createPublishing({ ...shared, chain, lines: () => rentals.lines(), mirrors: [mirror] });
  const { publisher } = publishing;
  const escrows = createEscrows({ ...shared, chain, publisher });
  return { publishing, anchor: { publisher, node: chain.node }, escrows };
}

/** Where telemetry hears of alerts and calls, on a box that has them. */
function createHubs({ config, log }: ServiceDeps) {
  const [alertHub, callHub] = [new AlertHub(log), new CallHub()];
  const alerts = config.alerts.enabled ? alertHub : null;
  return { alertHub, callHub, feeds: { alerts, calls: config.voice === undefined ? null : callHub } };
}

/** Makes all services of the box and connects them; starts none. */
export function createServices(deps: ServiceDeps): BoxServices {
  const { log, time } = deps;
  // What the services below ask for each time that they need it.
  deps.live.register({ paths: LIVE_SETTINGS });
  const bus = new Events<BusEvents>("box", log);
  const shared: Shared = { ...deps, bus, events: new EventLog(time, log), now: () => time.now() };
  const { keep, keep_for: keepFor } = deps.config.events;
  const archive = new EventArchive({ ...shared, store: deps.store.events, keep, keepFor });
  const rentals: Rentals = createRentals(shared, () => sip);
  const tierOf = (rental: RentalId): string | null => payments?.book.tierOf(rental) ?? null;
  const sip = createSipAccounts({ ...shared, tierOf }, rentals);
  const { chain } = deps;
  const mirror = createRecordMirror({ ...deps, relay: () => delivery.relay });
  const { publishing, anchor, escrows } = createNames(shared, rentals, mirror);
  const proofs = createProofs({ ...shared, proofs: deps.store.proofs, calls: deps.store.calls, chain: anchor });
  const offer = (line: LineId) => offerOf(deps.live.current, line);
  const payments: Payments | null =
    chain === null ? null : createPayments({ ...shared, rentals, chain, offer, escrows });
  const delivery = createDelivery(shared, rentals, proofs);
  const market =
    payments === null || delivery.relay.url === null
      ? { desk: null, chapPool: null }
      : createMarket({ ...shared, ...delivery, payments, rentals, offer });
  const intake = createIntake(shared, rentals);
  const clockSetting = createClockSetting(shared);
  const parts = createFleet({ ...shared, ...slotBus(bus), clockSetting }, rentals, intake);
  const { fleet } = parts;
  const perHour = (): number => deps.live.current.ussd.per_hour;
  const ussd = new Ussd({ clock: deps.clock, slots: () => fleet.list(), perHour });
  const statuses = (): readonly SlotStatus[] => fleet.list().map((driver) => driver.status());
  const balances = createBalances(shared, ussd, statuses);
  const numbers = createNumbers(shared, ussd, statuses);
  const made = {
    ...{ events: shared.events, archive, rentals, sip, proofs, intake },
    ...{ publishing, payments, ...market, mirror, escrows },
    catchUp: createCatchUp(shared, { ...delivery, rentals, intake }),
    ussd,
    balances,
    numbers,
    clockSetting,
    ...parts,
  };
  const views = createViews(shared, { ...made, ...delivery });
  const control = new FleetControl({ ...shared, ...parts, rentals, views });
  const checks = createChecks({ chain, publishing, escrows, payments, proofs, now: shared.now });
  const { feeds, ...hubs } = createHubs(deps);
  const telemetry = createTelemetry({ ...shared, views, fleet: control, ussd, balances, publishing, ...feeds });
  const services: BoxServices = {
    ...delivery,
    ...made,
    views,
    control,
    checks,
    telemetry,
    ...hubs,
    onHeld: heldBy(bus),
  };
  connect(bus, services, shared.now);
  return services;
}
