// The calls of one modem, pure. +CLCC is the truth: it is asked for while anything is on, and at every hint. What a modem says unasked is
// a hint only: such lines get lost, carry numbers of their own, and come late. At most one call is ours; what else the modem has is
// ended.

import type { CallEnd, CallEntry } from "../../at/index.ts";
import { assertNever, type Millis } from "../../base/index.ts";
import type { EndCause } from "../../core/index.ts";
import { entryOfCall, rings, voiceCalls } from "./call-match.ts";
import {
  ACTIVE_EVERY,
  BUSY_EVERY,
  type CallsEffect,
  type CallsInput,
  type CallsState,
  type CallsStep,
  HANG_UPS,
  HINT_KEEP,
  IDLE_EVERY,
  LIST_FAILURES,
  LIST_GRACE,
  type LiveCall,
  RING_LOOKS,
  SOON,
} from "./call-model.ts";

const LOOK: CallsEffect = { type: "look" };
const arm = (delay: Millis): CallsEffect => ({ type: "arm", delay });
const step = (state: CallsState, ...effects: readonly CallsEffect[]): CallsStep => ({ state, effects });

const CAUSES: Readonly<Record<CallEnd, EndCause>> = {
  no_carrier: "unreachable",
  no_dialtone: "unreachable",
  busy: "busy",
  no_answer: "no_answer",
  declined: "declined",
  unreachable: "unreachable",
  congested: "congested",
};

/** What the end of a call that was dialled and not answered means. */
export const causeOf = (end: CallEnd): EndCause => CAUSES[end];

const freshHint = ({ hint }: LiveCall, now: Millis): LiveCall["hint"] =>
  hint !== null && now - hint.at <= HINT_KEEP ? hint : null;

/** Why a call is gone that is in the list no more. */
function causeOfEnd(call: LiveCall, now: Millis): EndCause {
  if (call.phase === "ending") return call.cause;
  if (call.connected) return "hung_up";
  if (call.direction === "in") return "cancelled";
  const told = freshHint(call, now)?.cause ?? null;
  // NO CARRIER says no more than that it is over.
  if (told !== null && told !== "no_carrier") return causeOf(told);
  return call.phase === "alerting" ? "no_answer" : "unreachable";
}

function over(state: CallsState, cause: EndCause): CallsStep {
  const told = state.call?.told === true;
  const free: CallsState = { ...state, call: null, looks: 0, clip: null };
  return step(free, ...(told ? [{ type: "ended", cause } as const] : []));
}

const pauseOf = ({ phase, told }: LiveCall): Millis => {
  if (phase === "active") return ACTIVE_EVERY;
  return phase === "answering" || phase === "ending" || !told ? SOON : BUSY_EVERY;
};

/** One more hang-up, unless one is under way or the last was only just; gives up on a modem that does not obey. */
function hangUp(state: CallsState, now: Millis): CallsStep {
  if (state.hanging) return step(state);
  if (state.hungUpAt !== null && now - state.hungUpAt < BUSY_EVERY) return step(state, arm(SOON));
  if (state.hangUps >= HANG_UPS) return step(state, { type: "give_up" });
  const attempt = state.hangUps;
  return step({ ...state, hanging: true, hangUps: attempt + 1 }, { type: "hang_up", attempt });
}

const calm = (state: CallsState): CallsState => ({ ...state, hangUps: 0, hungUpAt: null });

function newRing(state: CallsState, entry: CallEntry, now: Millis): CallsState {
  const call: LiveCall = {
    phase: "ringing",
    direction: "in",
    id: entry.id,
    listed: entry.number,
    number: entry.number ?? state.clip,
    connected: false,
    since: now,
    seen: true,
    told: false,
    looks: RING_LOOKS,
    missing: 0,
    hint: null,
    cause: "failed",
  };
  return { ...state, call, looks: 0, clip: null };
}

/** A caller is told of when its number is known, or has not come for a while. */
function announce(state: CallsState, call: LiveCall): CallsStep {
  if (call.told) return step(state, arm(pauseOf(call)));
  if (call.number === null && call.looks > 0)
    return step({ ...state, call: { ...call, looks: call.looks - 1 } }, arm(SOON));
  return step({ ...state, call: { ...call, told: true } }, { type: "ring", number: call.number }, arm(BUSY_EVERY));
}

function listedWithoutCall(state: CallsState, entries: readonly CallEntry[], now: Millis): CallsStep {
  const stranger = entries.some((entry) => !rings(entry));
  if (stranger) return hangUp(state, now);
  const quiet = calm(state);
  const [ringing] = entries;
  if (ringing !== undefined) {
    const next = newRing(quiet, ringing, now);
    return next.call === null ? step(next) : announce(next, next.call);
  }
  if (quiet.looks === 0) return step({ ...quiet, clip: null }, arm(IDLE_EVERY));
  return step({ ...quiet, looks: quiet.looks - 1 }, arm(SOON));
}

/** The call is not in the list: once may be an answer that was another's. */
function listedWithoutIt(state: CallsState, call: LiveCall, at: Listing): CallsStep {
  const { entries, now } = at;
  if (call.since === null) return step(state, arm(BUSY_EVERY));
  if (!call.seen && now - call.since < LIST_GRACE) return step(state, arm(SOON));
  if (call.missing === 0 && freshHint(call, now) === null)
    return step({ ...state, call: { ...call, missing: 1 } }, LOOK);
  const gone = over(state, causeOfEnd(call, now));
  const rest = listedWithoutCall(gone.state, entries, now);
  return step(rest.state, ...gone.effects, ...rest.effects);
}

interface Listing {
  readonly entries: readonly CallEntry[];
  readonly now: Millis;
}

const updated = (state: CallsState, call: LiveCall, ...effects: readonly CallsEffect[]): CallsStep =>
  step({ ...state, call }, ...effects, arm(pauseOf(call)));

/** What the line of our call says of it. */
function progress(state: CallsState, call: LiveCall, entry: CallEntry, now: Millis): CallsStep {
  const active = entry.state === "active" || entry.state === "held";
  switch (call.phase) {
    case "dialing":
    case "alerting":
      if (active) return updated(state, { ...call, phase: "active", connected: true }, { type: "connected" });
      if (entry.state === "alerting" && call.phase === "dialing")
        return updated(state, { ...call, phase: "alerting" }, { type: "alerting" });
      return updated(state, call);
    case "ringing":
      // Nobody here has taken it, so nobody here hears it.
      if (active) return ending({ ...state, call }, "failed", now);
      return announce({ ...state, call }, call);
    case "answering":
      if (!active) return updated(state, call);
      return updated(state, { ...call, phase: "active", connected: true }, { type: "connected" });
    case "active":
      return updated(state, call);
    case "ending":
      return hangUp({ ...state, call }, now);
    default:
      return assertNever(call.phase, "phase of a call");
  }
}

function listed(state: CallsState, calls: readonly CallEntry[], now: Millis): CallsStep {
  const entries = voiceCalls(calls);
  const before: CallsState = { ...state, failures: 0 };
  const { call } = before;
  if (call === null) return listedWithoutCall(before, entries, now);
  const entry = entryOfCall(call, entries);
  if (entry === null) return listedWithoutIt(before, call, { entries, now });
  const found: LiveCall = {
    ...call,
    id: entry.id,
    listed: call.listed ?? entry.number,
    number: call.direction === "in" ? (entry.number ?? call.number) : call.number,
    seen: true,
    missing: 0,
  };
  const next = progress(before, found, entry, now);
  const waits = found.phase === "active" && entries.some((each) => each !== entry && rings(each));
  return waits ? step(next.state, { type: "refuse_waiting" }, ...next.effects) : next;
}

function ending(state: CallsState, cause: EndCause, now: Millis): CallsStep {
  const { call } = state;
  if (call === null || call.phase === "ending") return step(state);
  const underWay = call.since === null || call.phase === "answering";
  const next = hangUp({ ...calm(state), call: { ...call, phase: "ending", cause } }, now);
  return step(next.state, ...(underWay ? [{ type: "interrupt" } as const] : []), ...next.effects);
}

function endCauseOf({ connected, direction }: LiveCall): EndCause {
  if (connected) return "hung_up";
  return direction === "in" ? "declined" : "cancelled";
}

function dialed(state: CallsState, number: string): CallsStep {
  if (state.call !== null) return step(state);
  const call: LiveCall = {
    phase: "dialing",
    direction: "out",
    id: null,
    listed: null,
    number,
    connected: false,
    since: null,
    seen: false,
    told: true,
    looks: 0,
    missing: 0,
    hint: null,
    cause: "failed",
  };
  return step({ ...calm(state), call, looks: 0, clip: null }, { type: "dial", number });
}

/** What is left of it in the modem after all, for instance because only its answer got lost, is found by the look. */
function dialFailed(state: CallsState, cause: EndCause | null): CallsStep {
  const { call } = state;
  if (call === null || call.direction !== "out" || call.since !== null) return step(state);
  const gone = over(state, call.phase === "ending" ? call.cause : (cause ?? "failed"));
  return step(gone.state, ...gone.effects, LOOK);
}

function hinted(state: CallsState, input: Extract<CallsInput, { type: "hint" }>, now: Millis): CallsStep {
  const { call } = state;
  if (call === null || input.change !== "ended") return step(state, LOOK);
  // The first that names a cause is the one that knows: NO CARRIER follows BUSY.
  const cause = freshHint(call, now)?.cause ?? input.cause;
  return step({ ...state, call: { ...call, hint: { cause, at: now } } }, LOOK);
}

function rang(state: CallsState, number: string | null): CallsStep {
  const { call } = state;
  if (call === null) return step({ ...state, looks: RING_LOOKS, clip: number ?? state.clip }, LOOK);
  if (call.phase !== "ringing" || call.number !== null || number === null) return step(state, LOOK);
  return step({ ...state, call: { ...call, number } }, LOOK);
}

function listFailed(state: CallsState): CallsStep {
  const failures = state.failures + 1;
  const next = { ...state, failures };
  const busy = state.call !== null || state.hangUps > 0;
  if (busy && failures >= LIST_FAILURES) return step(next, { type: "give_up" });
  return step(next, arm(busy || state.looks > 0 ? BUSY_EVERY : IDLE_EVERY));
}

/** One step. Every input is legal in every state; what makes no sense there changes nothing. */
export function stepCalls(state: CallsState, input: CallsInput, now: Millis): CallsStep {
  if (state.stopped) return step(state);
  const { call } = state;
  switch (input.type) {
    case "begin":
    case "timer":
      return step(state, LOOK);
    case "dial":
      return dialed(state, input.number);
    case "dialled":
      if (call?.direction !== "out" || call.since !== null) return step(state);
      return step({ ...state, call: { ...call, since: now } }, LOOK);
    case "dial_failed":
      return dialFailed(state, input.cause);
    case "answer":
      if (call?.phase !== "ringing" || !call.told) return step(state);
      return step({ ...state, call: { ...call, phase: "answering" } }, { type: "answer" });
    case "answered":
      return step(state, LOOK);
    case "answer_failed":
      if (call?.phase !== "answering") return step(state, LOOK);
      return step({ ...state, call: { ...call, phase: "ringing" } }, LOOK);
    case "hang_up":
      return call === null ? step(state) : ending(state, endCauseOf(call), now);
    case "hung_up":
      return step({ ...state, hanging: false, hungUpAt: now }, LOOK);
    case "list":
      return listed(state, input.calls, now);
    case "list_failed":
      return listFailed(state);
    case "rang":
      return rang(state, input.number);
    case "hint":
      return hinted(state, input, now);
    case "end": {
      const gone = over(state, input.cause);
      return step({ ...gone.state, stopped: true }, { type: "disarm" }, ...gone.effects);
    }
    default:
      return assertNever(input, "call input");
  }
}
