// Calls of the box: modems on one side, phones over Asterisk on the other, and the desk between them.

import {
  type Clock,
  type CryptoSuite,
  type Disposer,
  Events,
  type Logger,
  messageOf,
  type Random,
  type RentalId,
  type UnixMs,
} from "../base/index.ts";
import type { BoxConfig, VoiceSection } from "../config/index.ts";
import {
  CallBook,
  CallDesk,
  type CallsConsole,
  callsConsole,
  type EventLog,
  type Payments,
  paidCalls,
  type Rentals,
  type SipAccounts,
  type SlotDriver,
} from "../core/index.ts";
import type { FileBoxStore } from "../store/index.ts";
import {
  AriClient,
  AsteriskEdge,
  AsteriskGateway,
  AudioSocketServer,
  DrachtioEdge,
  type SipEdge,
  SrfConnection,
  STASIS_APP,
} from "../voice/index.ts";
import { callTermsOf, lineCallsOf } from "./call-rules.ts";
import type { LiveConfig } from "./live-config.ts";
import type { SlotFleet } from "./slot-fleet.ts";
import { DIGESTS, type VoiceSetup } from "./voice-setup.ts";

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
}

export interface VoiceServices {
  readonly console: CallsConsole;
  /** Errors: `voice.audiosocket_port`, the store's. */
  start(): Promise<void>;
  /** Ends all calls; before the slots stop. Idempotent. */
  stop(): Promise<void>;
  onChange(listener: () => void): Disposer;
}

function sipEdge({ section, setup, clock, random, log }: VoiceDeps, wire: AriClient): SipEdge {
  const { host, realm = host, asterisk, drachtio } = section;
  const common = { clock, random, log, realm };
  const { drachtioSecret: secret } = setup;
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

function createGateway(deps: VoiceDeps): AsteriskGateway {
  const { section, setup, clock, random, log } = deps;
  const { url, user, audiosocket } = section.asterisk;
  const wire = new AriClient({ ...deps, url, user, password: setup.ariPassword, app: STASIS_APP });
  const { host, port } = audiosocket;
  const audio = new AudioSocketServer({ host, port, clock, log });
  const edge = sipEdge(deps, wire);
  return new AsteriskGateway({ wire, edge, audio, audioHost: `${host}:${port}`, clock, random, log });
}

/** Makes what calls need; nothing runs yet. */
export function createVoice(deps: VoiceDeps): VoiceServices {
  const { live, rentals, sip, events, log, now, fleet, store, payments } = deps;
  const changes = new Events<{ changed: null }>("calls", log);
  const gateway = createGateway(deps);
  const config = (): BoxConfig => live.current;
  const rentalById = (id: RentalId | null) => (id === null ? null : rentals.get(id));
  const book = new CallBook({
    ...{ ...deps, store: store.calls, now },
    terms: (rental, direction) => callTermsOf(config(), rental, direction),
    money: payments === null ? null : paidCalls(payments.book),
  });
  const desk = new CallDesk({
    ...{ ...deps, gateway, ledger: book, now },
    lineCalls: (line) => lineCallsOf(config(), line),
    activeRental: (line) => rentals.active(line),
    userOf: (rental) => sip.userOf(rental.id),
    rentalOf: (user) => rentalById(sip.rentalOf(user)),
    onChange: () => changes.emit("changed", null),
  });
  const disposers: Disposer[] = [];
  const attach = (driver: SlotDriver): void => {
    const { voice } = driver;
    if (voice === undefined) return;
    const { id } = driver.status();
    const line = () => {
      const { lineId } = driver.status();
      return lineId === null ? null : rentals.line(lineId);
    };
    disposers.push(desk.attach({ id, voice, line }));
  };
  const tellAccounts = (): void => {
    // The edge takes them as soon as it is up.
    gateway.setAccounts(sip.accounts()).catch((error) => log.warn("sip_accounts_wait", { reason: messageOf(error) }));
    for (const { rental } of desk.calls()) if (rental !== null && sip.userOf(rental) === null) desk.rentalEnded(rental);
  };
  const tellState = (): void => {
    const state = gateway.state();
    const up = state.kind === "up";
    const details = up ? { edge: state.edge } : { reason: state.code };
    events.record({ level: up ? "info" : "warn", code: up ? "voice.up" : "voice.down", details });
    changes.emit("changed", null);
  };
  return {
    console: callsConsole({ desk, gateway, store: store.calls, sip, rentals, fleet: () => fleet.list() }),
    onChange: (listener) => changes.on("changed", listener),
    start: async () => {
      await book.load();
      disposers.push(gateway.onState(tellState), sip.onChange(tellAccounts), fleet.onAdded(attach));
      fleet.list().forEach(attach);
      await gateway.start();
      desk.start();
      tellAccounts();
      if (deps.setup.changed.length > 0) {
        events.record({
          level: "info",
          code: "voice.configuration_changed",
          details: { files: deps.setup.changed.length },
        });
      }
    },
    stop: async () => {
      await desk.stop();
      for (const dispose of disposers.splice(0)) dispose();
      await gateway.stop();
      await book.stop();
    },
  };
}

/** Null on a box without calls. */
export function createCalls(
  section: VoiceSection | undefined,
  setup: VoiceSetup | null,
  deps: Omit<VoiceDeps, "section" | "setup">,
): VoiceServices | null {
  return section === undefined || setup === null ? null : createVoice({ ...deps, section, setup });
}
