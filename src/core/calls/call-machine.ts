// The life of one call, pure. A call has two ends, the modem and the renter's phone; whatever happens to one is answered at the other,
// and the call is over only when both are. The shell (`call-desk.ts`) runs the effects and reports back; it decides nothing.

import { assertNever, type Millis, seconds } from "../../base/index.ts";
import type { CutOffReason } from "./metering.ts";
import type { Announcement, Digit, EndCause, ModemCallEvent, PhoneEvent } from "./ports-voice.ts";

/** What the telephone network's side gets when the call cannot be brought to a phone. */
export type Treatment =
  /** Refused: the caller hears busy, or the SIM's own diversion. */
  | "reject"
  /** Not touched: it rings until the caller or the network gives up. */
  | "ring_out"
  /** Taken, so that the caller hears why; he pays for it. */
  | "announce";

export type CallPhase =
  /** In: phones ring. */
  | "ringing"
  /** In: a phone answered, the modem is taking the call. */
  | "taking"
  /** In: nothing is done any more; the caller may hear it ring. */
  | "ignored"
  /** In: taken by the box itself, to tell the caller why nobody answers. */
  | "announcing"
  /** Out: the modem has been told the number. */
  | "dialing"
  /** Out: the other side rings. */
  | "alerting"
  /** Out: the other side took the call, the phone is being told. */
  | "answering"
  | "talking"
  /** One end or both are still to be ended. */
  | "ending"
  | "over";

export interface CallState {
  readonly direction: "in" | "out";
  readonly phase: CallPhase;
  /** The end exists and has not said `ended`. */
  readonly modem: boolean;
  readonly phone: boolean;
  readonly held: boolean;
  /** Why it is over or ending; null before. */
  readonly cause: EndCause | null;
  /** Whether it ever came to talking. */
  readonly answered: boolean;
}

export type CallTimer = "ring" | "setup" | "take" | "announce" | "end";

export type CallInput =
  | { readonly type: "modem"; readonly event: ModemCallEvent }
  | { readonly type: "phone"; readonly event: PhoneEvent }
  /** What an effect asked of an end did not work. `exists`: the modem has the call still. */
  | { readonly type: "modem_failed"; readonly cause: EndCause; readonly exists: boolean }
  | { readonly type: "phone_failed"; readonly cause: EndCause }
  | { readonly type: "timer"; readonly timer: CallTimer }
  /** Credit or minutes: soon, and now. */
  | { readonly type: "running_out" }
  | { readonly type: "ran_out"; readonly cause: CutOffReason }
  /** The owner, or the box itself when it stops. */
  | { readonly type: "hang_up"; readonly cause: EndCause };

export type CallEffect =
  | { readonly type: "ring_phones" }
  | { readonly type: "dial_modem" }
  | { readonly type: "answer_modem" }
  | { readonly type: "hang_up_modem" }
  /** 180, and the network's own sound as soon as the modem has any. */
  | { readonly type: "phone_ringing" }
  | { readonly type: "answer_phone" }
  /** Lets the caller hear why nobody answers. */
  | { readonly type: "announce"; readonly cause: EndCause }
  | { readonly type: "hang_up_phone"; readonly cause: EndCause; readonly say: Announcement | null }
  | { readonly type: "connect" }
  | { readonly type: "warn" }
  | { readonly type: "digit_to_modem"; readonly digit: Digit }
  | { readonly type: "start_timer"; readonly timer: CallTimer; readonly after: Millis }
  /** All of them. */
  | { readonly type: "stop_timers" }
  /** Both can hear each other: it costs from here. */
  | { readonly type: "talking" }
  /** Nothing of it is left. */
  | { readonly type: "over"; readonly cause: EndCause; readonly answered: boolean };

export interface CallStep {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}

export interface CallRules {
  /** How long phones ring, 5 to 60 s. Under 32 s: a dead phone would answer 408 only then (RFC 3261 timer B). */
  readonly ringTimeout: Millis;
  /** For what a caller hears whose call no phone takes. */
  readonly treatment: (cause: EndCause) => Treatment;
}

/** The network itself gives up an unanswered call after about two minutes. */
const SETUP_LIMIT = seconds(150);
/** From the command to take a call to the modem's word that it is connected. */
const TAKE_LIMIT = seconds(10);
/** An end that was told to end and does not say so is given up: its own adapter goes on clearing it. */
const END_LIMIT = seconds(15);
/** What the caller hears is over before; a silent modem takes no frames. */
const ANNOUNCING = { type: "start_timer", timer: "announce", after: seconds(10) } as const;

const initial = { held: false, cause: null, answered: false } as const;

/** A call from the network, for a renter whose phones are to ring. */
export function beginIncoming(rules: CallRules): CallStep {
  return {
    state: { ...initial, direction: "in", phase: "ringing", modem: true, phone: true },
    effects: [{ type: "ring_phones" }, { type: "start_timer", timer: "ring", after: rules.ringTimeout }],
  };
}

/** A call from the network that goes to nobody: no rental, or a line with no voice. */
export function beginUnwanted(rules: CallRules, cause: EndCause): CallStep {
  const state: CallState = { ...initial, direction: "in", phase: "ringing", modem: true, phone: false };
  return turnAway(rules, state, cause);
}

/** A call that a phone dialled and policy allowed. */
export function beginOutgoing(): CallStep {
  return {
    state: { ...initial, direction: "out", phase: "dialing", modem: true, phone: true },
    effects: [{ type: "dial_modem" }, { type: "start_timer", timer: "setup", after: SETUP_LIMIT }],
  };
}

/** A call that a phone dialled and that is not made. */
export function beginRefused(cause: EndCause, say: Announcement | null): CallStep {
  const state: CallState = { ...initial, direction: "out", phase: "dialing", modem: false, phone: true };
  return end(state, cause, say);
}

/** Does what the line's owner wants for a call that no phone takes. */
function turnAway(rules: CallRules, state: CallState, cause: EndCause): CallStep {
  const treatment = state.modem ? rules.treatment(cause) : "reject";
  if (treatment === "reject") return end(state, cause);
  const effects: CallEffect[] = [{ type: "stop_timers" }];
  if (state.phone) effects.push({ type: "hang_up_phone", cause, say: null });
  if (treatment === "ring_out") return { state: { ...state, phase: "ignored", cause }, effects };
  effects.push({ type: "answer_modem" }, { type: "start_timer", timer: "take", after: TAKE_LIMIT });
  return { state: { ...state, phase: "announcing", cause }, effects };
}

/** Ends what is left of both ends. The first cause stays. */
function end(state: CallState, cause: EndCause, say: Announcement | null = null): CallStep {
  const first = state.cause ?? cause;
  const next: CallState = { ...state, phase: "ending", cause: first };
  const effects: CallEffect[] = [{ type: "stop_timers" }];
  if (state.modem) effects.push({ type: "hang_up_modem" });
  if (state.phone) effects.push({ type: "hang_up_phone", cause: first, say });
  if (!state.modem && !state.phone) return finish(next);
  effects.push({ type: "start_timer", timer: "end", after: END_LIMIT });
  return { state: next, effects };
}

function finish(state: CallState): CallStep {
  const cause = state.cause ?? "failed";
  return {
    state: { ...state, phase: "over", modem: false, phone: false, cause },
    effects: [{ type: "stop_timers" }, { type: "over", cause, answered: state.answered }],
  };
}

const WAITS_TO_TALK: ReadonlySet<CallPhase> = new Set(["taking", "answering", "announcing"]);
const stay = (state: CallState, ...effects: readonly CallEffect[]): CallStep => ({ state, effects });

/** One end said that it is over. */
function gone(state: CallState, cause: EndCause): CallStep {
  if (state.phase !== "ending") return end(state, cause);
  return state.modem || state.phone ? stay(state) : finish(state);
}

function failed(state: CallState, cause: EndCause): CallStep {
  return state.phase === "ending" && (state.modem || state.phone) ? stay(state) : end(state, cause);
}

function modemEvent(state: CallState, event: ModemCallEvent): CallStep {
  switch (event.type) {
    case "ended":
      return gone({ ...state, modem: false }, modemCause(state, event.cause));
    case "digit":
      return stay(state);
    case "alerting":
      if (state.phase !== "dialing") return stay(state);
      return stay({ ...state, phase: "alerting" }, { type: "phone_ringing" });
    case "connected":
      return modemConnected(state);
    default:
      return assertNever(event, "modem event");
  }
}

/** Of a call that nobody took, the network does not say why it ended: the caller gave up. */
function modemCause(state: CallState, cause: EndCause): EndCause {
  const unanswered = state.direction === "in" && !state.answered;
  return unanswered && (cause === "hung_up" || cause === "no_answer") ? "cancelled" : cause;
}

function modemConnected(state: CallState): CallStep {
  if (state.phase === "taking") return talk(state);
  if (state.phase === "announcing") {
    const announce: CallEffect = { type: "announce", cause: state.cause ?? "failed" };
    return stay(state, { type: "stop_timers" }, announce, ANNOUNCING);
  }
  if (state.phase !== "dialing" && state.phase !== "alerting") return stay(state);
  // The phone's sign that it has the call starts the bill: a phone that is gone must not pay. The sound waits for nothing.
  return stay(
    { ...state, phase: "answering" },
    { type: "stop_timers" },
    { type: "answer_phone" },
    { type: "connect" },
    { type: "start_timer", timer: "take", after: seconds(35) },
  );
}

function talk(state: CallState): CallStep {
  // A phone that dialled has its sound since the other side took the call.
  const connect: readonly CallEffect[] = state.direction === "in" ? [{ type: "connect" }] : [];
  const talking: CallState = { ...state, phase: "talking", answered: true };
  return stay(talking, { type: "stop_timers" }, ...connect, { type: "talking" });
}

function phoneEvent(state: CallState, event: PhoneEvent, rules: CallRules): CallStep {
  switch (event.type) {
    case "ended":
      return phoneEnded({ ...state, phone: false }, event.cause, rules);
    case "answered":
      if (state.phase === "answering") return talk(state);
      if (state.phase !== "ringing") return stay(state);
      return stay(
        { ...state, phase: "taking" },
        { type: "stop_timers" },
        { type: "answer_modem" },
        { type: "start_timer", timer: "take", after: TAKE_LIMIT },
      );
    case "digit":
      return state.phase === "talking" ? stay(state, { type: "digit_to_modem", digit: event.digit }) : stay(state);
    case "held":
      return stay({ ...state, held: true });
    case "resumed":
      return stay({ ...state, held: false });
    case "ringing":
      return stay(state);
    default:
      return assertNever(event, "phone event");
  }
}

function phoneEnded(state: CallState, cause: EndCause, rules: CallRules): CallStep {
  if (state.phase === "ringing") return turnAway(rules, state, cause);
  // Whoever dials and hangs up before an answer has cancelled.
  const early = state.direction === "out" && !state.answered && cause === "hung_up";
  return gone(state, early ? "cancelled" : cause);
}

function timer(state: CallState, which: CallTimer, rules: CallRules): CallStep {
  if (which === "end") return state.phase === "ending" ? finish(state) : stay(state);
  if (which === "ring" && state.phase === "ringing") return turnAway(rules, state, "no_answer");
  if (which === "setup" && (state.phase === "dialing" || state.phase === "alerting")) return end(state, "no_answer");
  if (which === "announce" && state.phase === "announcing") return end(state, "failed");
  if (which === "take" && WAITS_TO_TALK.has(state.phase)) return end(state, "failed");
  return stay(state);
}

/** Nothing that phones do matters any more. */
const isTurnedAway = ({ phase }: CallState): boolean => phase === "ignored" || phase === "announcing";

/** One step of the call's machine. A call that is over stays over. Total: any input in any state. */
export function stepCall(state: CallState, input: CallInput, rules: CallRules): CallStep {
  if (state.phase === "over") return stay(state);
  switch (input.type) {
    case "modem":
      return modemEvent(state, input.event);
    case "phone":
      return isTurnedAway(state) && input.event.type === "ended"
        ? stay({ ...state, phone: false })
        : phoneEvent(state, input.event, rules);
    case "modem_failed":
      return failed({ ...state, modem: state.modem && input.exists }, input.cause);
    case "phone_failed":
      return failed(state, input.cause);
    case "timer":
      return timer(state, input.timer, rules);
    case "running_out":
      return state.phase === "talking" ? stay(state, { type: "warn" }) : stay(state);
    case "ran_out":
      return state.phase === "talking" ? end(state, input.cause, "no_credit") : stay(state);
    case "hang_up":
      return state.phase === "ending" ? stay(state) : end(state, input.cause);
    default:
      return assertNever(input, "call input");
  }
}
