// The box role: opens keys and store, starts every service in order, stops them in reverse.

import { join } from "node:path";
import {
  type Clock,
  type CryptoSuite,
  e164,
  type Logger,
  lineId,
  listingId,
  type Random,
  seconds,
  slotId,
  toHex,
  type UnixMs,
} from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import {
  type BoxConsole,
  brokersCheck,
  type DoctorCheck,
  type EventInput,
  type FleetConsole,
  flowsCheck,
  type Line,
  LogRing,
  noChain,
  type Rentals,
  type SettingsConsole,
  SimVault,
  type SlotStatus,
  TimeAnchor,
  TrustedTime,
} from "../core/index.ts";
import { deriveKey, type Identity } from "../envelope/index.ts";
import type { OpenLink } from "../modem/index.ts";
import { type FileBoxStore, openBoxStore } from "../store/index.ts";
import { settingsOperations, startWeb } from "../web/index.ts";
import { type Appliance, openAppliance } from "./appliance/appliance-services.ts";
import { createFan } from "./appliance/fan-services.ts";
import { Boards } from "./boards.ts";
import { type BoxServices, createServices } from "./box-services.ts";
import { type ChainLink, openChain } from "./chain-services.ts";
import { Clockwork, lastTrustedTime } from "./clockwork.ts";
import { BOX_DATABASE, openDataFolder } from "./data-folder.ts";
import { startDelivery } from "./delivery.ts";
import { boxDoctor } from "./doctor.ts";
import { runningBox } from "./doctor-services.ts";
import { type Entrance, openEntrance } from "./entrance-services.ts";
import { escrowConsole } from "./escrow-services.ts";
import { startFeatures } from "./feature-services.ts";
import { createFlows, type FlowServices } from "./flow-services.ts";
import { currentIdentity, openOrCreateKeystore } from "./keystore-file.ts";
import { LiveConfig } from "./live-config.ts";
import { createDataDisks, createMachine } from "./machine-services.ts";
import { Parts } from "./parts.ts";
import { paymentConsole } from "./payment-services.ts";
import type { PublishingServices } from "./publishing-services.ts";
import { openRelayGateway } from "./relay-gateway.ts";
import { openRelayNames, type RelayNames } from "./relay-names.ts";
import type { Machine } from "./service-deps.ts";
import { SoundThread } from "./sound/sound-thread.ts";
import { startSupport } from "./support-services.ts";
import { startTelemetry } from "./telemetry-services.ts";
import { createCalls, type VoiceServices } from "./voice-services.ts";
import { prepareCalls } from "./voice-setup.ts";

export interface BoxDeps {
  readonly dataFolder: string;
  readonly config: BoxConfig;
  /** `config` as it may change while the box runs; without it nothing of it does. */
  readonly live?: LiveConfig;
  /** Where `config` comes from, if from a file. */
  readonly configFile?: string;
  /** Without it nobody changes settings over REST. */
  readonly settings?: SettingsConsole;
  /** What the settings file holds now; without it what the box was started with. */
  readonly storedConfig?: () => Promise<BoxConfig | null>;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  /** Folder with the built console pages. */
  readonly pages: string;
  /** systemd's folder for what lasts as long as the service runs (RUNTIME_DIRECTORY). */
  readonly runtimeFolder?: string | undefined;
  /** systemd's credentials folder, if the box runs under systemd. */
  readonly credentials?: string | undefined;
  /** Where the kernel tells of devices, if not in `/sys` and `/dev`. */
  readonly machine?: Machine;
  /** Opens `sim://` ports, where a simulator runs in the same process. */
  readonly openSimLink?: OpenLink;
}

/** With the newest lines of the log, for the console and for support. */
interface LoggedDeps extends BoxDeps {
  readonly logs: LogRing;
}

export interface BoxHandle {
  readonly consoleUrl: string;
  /** What the first visitor has to type; null where nothing, or where the box has an owner. */
  readonly claimCode: string | null;
  readonly identity: Identity;
  readonly store: FileBoxStore;
  readonly console: BoxConsole;
  readonly fleet: FleetConsole;
  /** Null without an Emercoin node. */
  readonly publishing: PublishingServices | null;
  slots(): readonly SlotStatus[];
  /** The time that the box stands by. */
  readonly now: () => UnixMs;
  /** Tells the owner of something that the box cannot know itself. */
  readonly record: (event: EventInput) => void;
  /** Stops accepting, lets what is in flight become durable, closes the store last. Idempotent. */
  stop(): Promise<void>;
}

/** How long each part may take to stop. */
const PART_STOP = seconds(3);

/** Starts a box. Errors: those of keystore, store, configuration and web; whatever was started before is stopped again. */
export async function startBox(given: BoxDeps): Promise<BoxHandle> {
  const logs = new LogRing(given.clock);
  const deps: LoggedDeps = { ...given, logs, log: logs.over(given.log) };
  const parts = new Parts(deps.clock, deps.log);
  try {
    const opened = await openBox(deps, parts);
    const { store, services, identity } = opened;
    const consoleUrl = await startServices(deps, opened, parts);
    const slots = (): readonly SlotStatus[] => services.fleet.list().map((driver) => driver.status());
    return {
      consoleUrl,
      claimCode: opened.appliance.claimCode,
      identity,
      store,
      console: services.views,
      fleet: services.control,
      publishing: services.publishing,
      slots,
      now: () => opened.time.now(),
      record: (event) => services.events.record(event),
      stop: () => parts.stop(PART_STOP),
    };
  } catch (error) {
    await parts.stop(PART_STOP);
    throw error;
  }
}

interface OpenBox {
  readonly store: FileBoxStore;
  readonly identity: Identity;
  readonly services: BoxServices;
  readonly time: TrustedTime;
  readonly chain: ChainLink | null;
  /** Undefined on a box that asks no node for hosts. */
  readonly names: RelayNames | undefined;
  readonly entrance: Entrance;
  /** Null on a box without calls. */
  readonly voice: VoiceServices | null;
  readonly appliance: Appliance;
}

async function openBox(deps: BoxDeps, parts: Parts): Promise<OpenBox> {
  const { config, clock, random, suite, log, credentials, openSimLink, machine = { sys: "/sys", dev: "/dev" } } = deps;
  const folder = await openDataFolder(deps.dataFolder);
  parts.started("data folder", () => folder.release());
  const { unlock } = config;
  const keys = await openOrCreateKeystore({ folder: folder.path, unlock, credentials, suite, random }, "provider");
  const identity = currentIdentity(keys);
  const store = await openBoxStore({ file: join(folder.path, BOX_DATABASE), clock, log });
  parts.started("store", () => store.close());
  const time = new TrustedTime(clock, await lastTrustedTime(store));
  const timeAnchor = await TimeAnchor.open(store, log);
  const { storageKey } = keys;
  const sims = new SimVault({ store, random, log, key: deriveKey(suite, storageKey, "numberbox/sims/v1") });
  await sims.load();
  const boards = await Boards.load(config, folder.path);
  const chain = config.emercoin === undefined ? null : await openChain({ ...deps, section: config.emercoin, log });
  parts.started("chain", async () => chain?.stop());
  const names = await openRelayNames({ ...deps, node: chain?.node, store });
  const entrance = await openEntrance({ ...deps, store, storageKey });
  parts.started("certificates", async () => entrance.stop());
  const now = (): UnixMs => time.now();
  const calls = await prepareCalls(config.voice, { ...deps, dataFolder: folder.path, now });
  const voiceSetup = calls.setup;
  const gateway = await openRelayGateway({ ...deps, store, names });
  const live = deps.live ?? new LiveConfig(config, { log });
  const fan = createFan(deps);
  fan?.start();
  parts.started("fan", async () => fan?.stop());
  const sound = calls.setup === null ? null : new SoundThread({ machine, clock, log });
  parts.started("sound", async () => sound?.stop());
  const services = createServices({
    ...deps,
    sipCertificate: () => voiceSetup?.certificate?.current() ?? null,
    sipGateway: () => gateway?.known ?? null,
    certificates: () => entrance.certificates(),
    ...{ live, chain, names, store, identity, storageKey, time, timeAnchor, sims },
    ...{ boards, machine, fan, openSimLink, sound },
  });
  await services.archive.load();
  parts.started("events", () => services.archive.stop());
  await services.rentals.load();
  await services.sip.load();
  await services.scout.load();
  await saveLines(config, services.rentals, random);
  const voice = createCalls(config.voice, calls, { ...deps, ...services, store, live, now, gateway, identity, sound });
  const appliance = await openAppliance({
    ...deps,
    ...services,
    live,
    settings: store,
    entrance,
    voiceSetup,
    machine: createMachine({ ...deps, fan }),
    disks: createDataDisks(deps),
  });
  return { store, identity, services, time, chain, names, entrance, voice, appliance };
}

/** Inner parts first: what takes messages in starts when everything behind it is ready, and stops before it. */
async function startServices(deps: LoggedDeps, box: OpenBox, parts: Parts): Promise<string> {
  const { store, services, time } = box;
  const { intake, views, relay, phones, fleet, events } = services;
  await intake.start();
  parts.started("intake", () => intake.stop());
  const behind = await services.catchUp.begin();
  await phones.load();
  parts.started("phones", () => phones.stop());
  await views.start();
  parts.started("views", () => views.stop());
  await startChain(box, parts);
  const url = await startConsole(deps, box, parts);
  parts.started("relay client", () => relay.stop());
  await startDelivery(services, parts, behind);
  const clockwork = new Clockwork({ ...deps, ...services, time, settings: store });
  clockwork.start();
  parts.started("clockwork", () => clockwork.stop());
  phones.start();
  startSources(services, parts);
  await box.voice?.start();
  parts.started("calls", async () => box.voice?.stop());
  startTelemetry(services.telemetry, parts);
  events.record({ level: "info", code: "box.started", details: { slots: fleet.list().length } });
  return url;
}

/** What goes into the chain; what was on its way goes on. */
async function startChain({ chain, services }: OpenBox, parts: Parts): Promise<void> {
  const { publishing, payments, escrows } = services;
  await payments?.load();
  chain?.start();
  await publishing?.start();
  parts.started("publishing", async () => publishing?.stop());
  await escrows?.load();
  escrows?.start();
  parts.started("escrows", async () => escrows?.stop());
}

/** What the services know of themselves. */
function checksOf({ checks, telemetry }: BoxServices, flows: FlowServices | null): readonly DoctorCheck[] {
  const brokers = brokersCheck(() => telemetry.mqtt.brokers());
  return [...checks, brokers, ...(flows === null ? [] : [flowsCheck(() => flows.console.view())])];
}

async function startConsole(deps: LoggedDeps, box: OpenBox, parts: Parts): Promise<string> {
  const { store, services, chain, time, entrance } = box;
  const { views, ussd, phones, control, proofs, publishing, payments, escrows, rentals } = services;
  const { listen, names, behind_proxy: behindProxy } = deps.config.web;
  const { node_red: section } = deps.config;
  const now = () => time.now();
  const authority = () => entrance.web.tls?.source.authority() ?? null;
  const flows = await createFlows({ ...deps, section, settings: store, events: services.events, now, authority });
  const settings = deps.settings === undefined ? [] : settingsOperations(deps.settings);
  const doctor = boxDoctor({
    ...deps,
    store,
    chain,
    names: box.names,
    checks: checksOf(services, flows),
    running: runningBox(services, time, deps.config),
  });
  const support = startSupport({ ...deps, ...services, doctor, now });
  const web = await startWeb({
    ...{ ...deps, listen, names, behindProxy, settings: store, answers: store.answers, ...entrance.web },
    ...box.appliance.web,
    ...{ box: views, ussd, phones, fleet: control, proofs, chain: chain?.console ?? noChain },
    doctor,
    telemetry: services.telemetry,
    ...(payments === null ? {} : { payments: paymentConsole(payments, rentals, time) }),
    ...(escrows === null ? {} : { escrow: escrowConsole(escrows, { config: deps.config, time }) }),
    ...(publishing === null ? {} : { publishing, directory: publishing.directory }),
    ...(flows === null ? {} : { flows }),
    operations: [
      ...box.appliance.operations,
      ...settings,
      ...(await startFeatures({ ...deps, ...box, doctor }, parts)),
      ...support,
    ],
  });
  parts.started("web", () => web.stop());
  await flows?.start(web.url);
  box.appliance.start();
  parts.started("panel", () => box.appliance.stop());
  parts.started("flows", async () => flows?.stop());
  return web.url;
}

/** Where messages come from, and what is asked of their SIMs. */
function startSources({ fleet, scout, numbers, balances }: BoxServices, parts: Parts): void {
  fleet.start();
  parts.started("slots", () => fleet.stop());
  scout.start();
  parts.started("hardware scout", () => scout.stop());
  numbers.start();
  parts.started("own numbers", () => numbers.stop());
  balances?.start();
  parts.started("balances", async () => balances?.stop());
}

/**
 * Where a line is and which SIM it has: what the configuration says of the SIM counts, otherwise what was learnt. A line that gets
 * another number gets another SIM.
 */
function simOf(line: BoxConfig["lines"][number], known: Line | null): Pick<Line, "slot" | "iccid" | "imsi"> {
  const slot = line.slot === undefined ? null : slotId(line.slot);
  if (line.iccid !== undefined) return { slot, iccid: line.iccid, imsi: null };
  if (known === null || known.number !== line.number) return { slot, iccid: null, imsi: null };
  const { iccid, imsi } = known;
  return { slot: iccid === null && imsi === null ? slot : known.slot, iccid, imsi };
}

/** Makes the configured lines known; a new one gets a listing id of 16 random hex digits. */
async function saveLines(config: BoxConfig, rentals: Rentals, random: Random): Promise<void> {
  for (const line of config.lines) {
    await rentals.saveLine({
      id: lineId(line.id),
      number: e164(line.number),
      ...simOf(line, rentals.line(lineId(line.id))),
      listingId: listingId(toHex(random.bytes(8))),
    });
  }
}
