// Calls as the console shows them. Whom a renter calls, and who called, is in none of it.

import { AppError, type RentalId, slotId, type UnixMs } from "../../base/index.ts";
import type {
  CallHistoryReply,
  CallNews,
  CallRecordView,
  CallsReply,
  CallView,
  SipAccountView,
} from "../../protocol/index.ts";
import type { SlotDriver } from "../ports.ts";
import type { Rentals } from "../rentals.ts";
import type { CallDesk, OpenCall } from "./call-desk.ts";
import type { CallStore, StoredCall } from "./ports-calls.ts";
import type { CallsConsole } from "./ports-calls-console.ts";
import type { CallQuality, EndCause, SipBinding, VoiceGateway } from "./ports-voice.ts";
import type { SipAccounts } from "./sip-accounts.ts";
import { NO_CHECK, type SoundChecks } from "./sound-checks.ts";

export interface CallsConsoleDeps {
  readonly desk: CallDesk;
  readonly gateway: VoiceGateway;
  readonly store: CallStore;
  readonly sip: SipAccounts;
  readonly rentals: Rentals;
  readonly fleet: () => readonly SlotDriver[];
  /** Where phones register at a relay. */
  readonly relay?: () => CallsReply["relay"];
  readonly checks: Pick<SoundChecks, "view" | "begin">;
}

const qualityView = ({ codec, encryption, lost, jitter, roundTrip }: CallQuality): CallView["quality"] => ({
  ...{ codec, encryption, lost_received: lost.received, lost_sent: lost.sent },
  ...{ jitter_ms: jitter, round_trip_ms: roundTrip },
});

async function callView(open: OpenCall): Promise<CallView> {
  const { id, direction, slot, line, rental, call } = open;
  const { phase, held } = call.state;
  // A leg that has just gone has no quality any more, and a server that does not answer must not hide the call.
  const quality = await call.phone?.quality().catch(() => null);
  return {
    ...{ id, direction, slot, line, rental, phase, held, started_at: call.startedAt, talking_at: call.talkingAt },
    sound: call.modem === null ? null : { ...call.modem.audio.counts() },
    quality: quality === null || quality === undefined ? null : qualityView(quality),
  };
}

/** What may be told of a call that changed; `cause` of one that is over. */
export function callNewsOf(
  { id, direction, slot, line, call }: OpenCall,
  cause: EndCause | null,
  at: UnixMs,
): CallNews {
  const { phase, held } = call.state;
  return {
    ...{ id, at, direction, slot, line, held, started_at: call.startedAt, talking_at: call.talkingAt },
    ...{ phase: cause === null ? phase : "over", cause: cause ?? call.state.cause },
  };
}

const recordView = (call: StoredCall & { readonly cursor: number }): CallRecordView => ({
  ...{ cursor: call.cursor, id: call.id, direction: call.direction, line: call.lineId, rental: call.rentalId },
  ...{ started_at: call.startedAt, answered_at: call.answeredAt, duration: Math.round(call.duration / 1000) },
  ...{ cause: call.cause ?? "failed", receipt: call.answeredAt !== null && call.record !== null },
});

const phonesOf = (user: string, bindings: readonly SipBinding[]): SipAccountView["phones"] =>
  bindings
    .filter((binding) => binding.user === user)
    .map(({ agent, transport, expiresAt }) => ({ agent, transport, expires_at: expiresAt }));

const relayView = (relay: CallsReply["relay"]): Pick<CallsReply, "relay"> => (relay === undefined ? {} : { relay });

export function callsConsole(deps: CallsConsoleDeps): CallsConsole {
  const { desk, gateway, store, sip, rentals, fleet } = deps;
  const accountView = (rental: RentalId): SipAccountView | null => {
    const user = sip.userOf(rental);
    const line = rentals.get(rental)?.lineId;
    if (user === null || line === undefined) return null;
    return { rental, line, user, rotation: sip.rotationOf(rental), phones: phonesOf(user, gateway.bindings()) };
  };
  const accounts = (): readonly SipAccountView[] =>
    rentals
      .all()
      .filter(({ state }) => state === "active")
      .flatMap(({ id }) => accountView(id) ?? []);
  const calls = async (): Promise<CallsReply> => {
    const state = gateway.state();
    const message = "phones cannot be reached now";
    return {
      configured: true,
      problem: state.kind === "up" ? null : { code: state.code, message, hint: state.hint },
      edge: state.kind === "up" ? state.edge : null,
      ...relayView(deps.relay?.()),
      accounts: sip.accounts().length,
      phones: gateway.bindings().length,
      voice_slots: fleet().filter((driver) => driver.voice?.ability() === "audio").length,
      calls: await Promise.all(desk.calls().map(callView)),
    };
  };
  return {
    calls,
    history: (query) => history(store, query),
    check: () => deps.checks.view(),
    beginCheck: (request) =>
      deps.checks.begin(request.kind === "loop" ? null : { slot: slotId(request.slot), number: request.number }),
    hangUp: async (id) => {
      if (!desk.hangUp(id)) throw unknownCall();
    },
    accounts: async () => accounts(),
    rotate: async (rental) => {
      await sip.rotate(rental);
      const view = accountView(rental);
      if (view !== null) return view;
      throw new AppError("call.no_account", "the rental has no SIP account any more");
    },
  };
}

async function history(
  store: Pick<CallStore, "calls">,
  { after, limit }: Parameters<CallsConsole["history"]>[0],
): Promise<CallHistoryReply> {
  const found = await store.calls({
    ...{ before: after === 0 ? null : after, limit: limit + 1, line: null, rental: null },
  });
  const page = found.filter(({ endedAt }) => endedAt !== null).slice(0, limit);
  return { calls: page.map(recordView), next: found.length > limit ? (found[limit - 1]?.cursor ?? 0) : 0 };
}

const unknownCall = (): AppError =>
  new AppError("call.unknown", "there is no such call", { hint: "It may be over: look at the list again." });

const SET_UP = "Calls are set up under `voice` in the configuration.";

/** Of a box without calls: what it had before, when it had any. */
export function noCallsConsole(store: Pick<CallStore, "calls">): CallsConsole {
  const none = { problem: null, edge: null, accounts: 0, phones: 0, voice_slots: 0, calls: [] };
  return {
    calls: async () => ({ configured: false, ...none }),
    history: (query) => history(store, query),
    hangUp: () => Promise.reject(unknownCall()),
    check: () => NO_CHECK,
    beginCheck: () => {
      throw new AppError("call.not_configured", "this box has no calls", { hint: SET_UP });
    },
    accounts: async () => [],
    rotate: async () => {
      throw new AppError("call.no_account", "this box has no calls", { hint: SET_UP });
    },
  };
}
