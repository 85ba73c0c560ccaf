// Calls of the box: modems on one side, phones over Asterisk on the other, and the desk between them.

import {
  type Clock,
  type CryptoSuite,
  type Disposer,
  type Logger,
  messageOf,
  type Random,
  toBase64url,
  type UnixMs,
} from "../base/index.ts";
import type { VoiceSection } from "../config/index.ts";
import {
  type BoxViews,
  CallBook,
  CallDesk,
  type CallHub,
  type CallsConsole,
  type CallsFact,
  callNewsOf,
  callsConsole,
  type EventLog,
  type IntakePort,
  MissedCalls,
  type Payments,
  paidCalls,
  type Rentals,
  type SipAccounts,
  type SlotDriver,
  SoundChecks,
} from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import type { FileBoxStore } from "../store/index.ts";
import {
  AriClient,
  AsteriskEdge,
  AsteriskGateway,
  AudioSocketServer,
  DrachtioEdge,
  type SipEdge,
  SpokenWords,
  SrfConnection,
  STASIS_APP,
} from "../voice/index.ts";
import { callTermsOf, lineCallsOf } from "./call-rules.ts";
import type { LiveConfig } from "./live-config.ts";
import { createRelayEdge, discreet, type RelayGateway, relayView } from "./relay-gateway.ts";
import { watchSipCertificate } from "./sip-certificate-watch.ts";
import type { SlotFleet } from "./slot-fleet.ts";
import type { SoundThread } from "./sound/sound-thread.ts";
import { DIGESTS, type PreparedCalls, type VoiceSetup } from "./voice-setup.ts";

export interface VoiceDeps {
  readonly section: VoiceSection;
  readonly setup: VoiceSetup;
  readonly live: Pick<LiveConfig, "current">;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly store: Pick<FileBoxStore, "calls">;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly rentals: Rentals;
  readonly sip: SipAccounts;
  readonly fleet: SlotFleet;
  readonly payments: Payments | null;
  /** Where phones register at the relay; else null. */
  readonly gateway: RelayGateway | null;
  readonly identity: Identity;
  readonly callHub: CallHub;
  readonly views: Pick<BoxViews, "callChanged">;
  readonly intake: Pick<IntakePort, "accept">;
  readonly sound: SoundThread | null;
}

export interface VoiceServices {
  readonly console: CallsConsole;
  /** Errors: `voice.audiosocket_port`, the store's. */
  start(): Promise<void>;
  /** Ends all calls; before the slots stop. Idempotent. */
  stop(): Promise<void>;
}

function sipEdge(deps: VoiceDeps, wire: AriClient): SipEdge {
  const { section, setup, clock, random, log, gateway, identity } = deps;
  const { host, realm = host, asterisk, drachtio } = section;
  const common = { clock, random, log, realm };
  const { anchorPort, drachtioSecret: secret } = setup;
  if (gateway !== null) {
    return createRelayEdge({ ...deps, gateway, anchorPort, provider: toBase64url(identity.verify) });
  }
  if (setup.edge === "asterisk" || drachtio === undefined || secret === null) {
    return new AsteriskEdge({ ...common, wire, digests: DIGESTS });
  }
  const way = { host: drachtio.host, port: drachtio.port, secret: secret.reveal(), clock };
  return new DrachtioEdge({
    ...common,
    domain: host,
    connect: (signal) => SrfConnection.open(way, signal),
    anchor: { host: "127.0.0.1", port: asterisk.sip_port },
    sip: { host: "127.0.0.1", port: setup.anchorPort },
  });
}

function createGateway(deps: VoiceDeps, words: SpokenWords): AsteriskGateway {
  const { section, setup, sound, clock, random, log } = deps;
  const { url, user, audiosocket } = section.asterisk;
  const wire = new AriClient({ ...deps, url, user, password: setup.ariPassword, app: STASIS_APP });
  const { host, port } = audiosocket;
  const audio = sound?.server(host, port) ?? new AudioSocketServer({ host, port, clock, log });
  const edge = sipEdge(deps, wire);
  return new AsteriskGateway({ wire, edge, audio, audioHost: `${host}:${port}`, words, clock, random, log });
}

interface Made {
  readonly gateway: AsteriskGateway;
  readonly book: CallBook;
  readonly desk: CallDesk;
  readonly missed: MissedCalls;
}

function make(deps: VoiceDeps): Made {
  const { live, rentals, sip, store, payments } = deps;
  const words = new SpokenWords({ language: () => deps.live.current.locale.language, log: deps.log });
  const gateway = createGateway(deps, words);
  const book = new CallBook({
    ...{ ...deps, store: store.calls },
    terms: (rental, direction) => callTermsOf(live.current, rental, direction),
    money: payments === null ? null : paidCalls(payments.book),
  });
  const missed = new MissedCalls({
    ...deps,
    activeRental: (line) => rentals.active(line),
    isWanted: () => live.current.voice?.missed_calls === "send",
  });
  const desk = new CallDesk({
    ...{ ...deps, gateway: discreet(deps.section, gateway), ledger: book },
    lineCalls: (line) => lineCallsOf(live.current, line),
    activeRental: (line) => rentals.active(line),
    userOf: (rental) => sip.userOf(rental.id),
    rentalOf: (user) => {
      const id = sip.rentalOf(user);
      return id === null ? null : rentals.get(id);
    },
    callerWords: () => words.of("not_available"),
    onMissed: (call) => missed.tell(call),
    onChange: (open, cause) => {
      const news = callNewsOf(open, cause, deps.now());
      deps.callHub.take(news);
      deps.views.callChanged(news);
    },
  });
  return { gateway, book, desk, missed };
}

/** Lets the desk take the calls of a slot; of a phone's or a gateway's there are none. */
function attach(driver: SlotDriver, desk: CallDesk, rentals: Rentals): Disposer {
  const { voice } = driver;
  if (voice === undefined) return () => {};
  const line = () => {
    const { lineId } = driver.status();
    return lineId === null ? null : rentals.line(lineId);
  };
  return desk.attach({ id: driver.status().id, voice, line });
}

/** What accounts there are, and the end of calls of those that are not any more. */
function tellAccounts({ sip, log }: VoiceDeps, { gateway, desk }: Made): void {
  // The edge takes them as soon as it is up.
  gateway.setAccounts(sip.accounts()).catch((error) => log.debug("sip_accounts_wait", { reason: messageOf(error) }));
  for (const { rental } of desk.calls()) if (rental !== null && sip.userOf(rental) === null) desk.rentalEnded(rental);
}

function tellState({ events }: VoiceDeps, { gateway }: Made): void {
  const state = gateway.state();
  if (state.kind === "up") events.record({ level: "info", code: "voice.up", details: { edge: state.edge } });
  else events.record({ level: "warn", code: "voice.down", details: { reason: state.code } });
}

function callsFact({ sip, fleet }: VoiceDeps, gateway: AsteriskGateway): CallsFact {
  const state = gateway.state();
  const audio = fleet.list().filter(({ voice }) => voice?.ability() === "audio");
  return {
    problem: state.kind === "up" ? null : state.code,
    edge: state.kind === "up" ? state.edge : null,
    accounts: sip.accounts().length,
    phones: gateway.bindings().length,
    slots: audio.map((driver) => driver.status().id),
    throttled: gateway.throttled(),
  };
}

/** Makes what calls need; nothing runs yet. */
export function createVoice(deps: VoiceDeps): VoiceServices {
  const { rentals, sip, events, fleet, store, setup } = deps;
  const made = make(deps);
  const { gateway, book, desk, missed } = made;
  const disposers: Disposer[] = [];
  const checks = new SoundChecks({
    ...{ ...deps, desk, lines: () => rentals.lines() },
    openLoop: (far) => gateway.openLoop(far),
  });
  const certificate = watchSipCertificate({
    ...{ ...deps, gateway, keeper: setup.certificate },
    calls: () => desk.calls().length,
  });
  const take = (driver: SlotDriver): void => void disposers.push(attach(driver, desk, rentals));
  return {
    console: callsConsole({
      ...{ ...made, checks },
      store: store.calls,
      sip,
      rentals,
      fleet: () => fleet.list(),
      relay: () => relayView(deps),
    }),
    start: async () => {
      await book.load();
      disposers.push(deps.callHub.attach(() => callsFact(deps, gateway)));
      disposers.push(gateway.onState(() => tellState(deps, made)));
      disposers.push(
        sip.onChange(() => tellAccounts(deps, made)),
        fleet.onAdded(take),
      );
      fleet.list().forEach(take);
      // Orders, and with them tiers, are known since the accounts were read.
      sip.refresh();
      await gateway.start();
      desk.start();
      tellAccounts(deps, made);
      certificate.start();
      const { length: files } = setup.changed;
      if (files > 0) events.record({ level: "info", code: "voice.configuration_changed", details: { files } });
    },
    stop: async () => {
      await certificate.stop();
      await checks.stop();
      await desk.stop();
      for (const dispose of disposers.splice(0)) dispose();
      await gateway.stop();
      await book.stop();
      await missed.stop();
    },
  };
}

/** Null on a box without calls, and on one that has to do without: there alerts and console say why. */
export function createCalls(
  section: VoiceSection | undefined,
  { setup, problem }: PreparedCalls,
  deps: Omit<VoiceDeps, "section" | "setup">,
): VoiceServices | null {
  if (problem !== null) {
    const { callHub, events } = deps;
    const nothing = { edge: null, accounts: 0, phones: 0, slots: [], throttled: null };
    callHub.attach(() => ({ problem: problem.code, ...nothing }));
    events.record({ level: "error", code: "voice.down", details: { reason: problem.code } });
  }
  return section === undefined || setup === null ? null : createVoice({ ...deps, section, setup });
}
