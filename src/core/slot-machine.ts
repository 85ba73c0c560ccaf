// The life of a slot, pure: open the port, bring the modem up step by step, read what lies on the SIM, stay ready, and start over
// when something breaks. The shell in `modem/` runs the effects and reports back; it decides nothing.

import { assertNever, type BackoffPolicy, backoffDelay, type ErrorCode, type Millis, seconds } from "../base/index.ts";
import type { ProblemBody } from "../protocol/index.ts";

/** Start-up steps in their order. `probe` finds the modem talking; `notify` asks for +CMTI; `drain` reads what is stored already. */
export const START_STEPS = ["probe", "configure", "identify", "sim", "network", "storage", "notify", "drain"] as const;
export type StartStep = (typeof START_STEPS)[number];

export type SlotPhase =
  | { readonly kind: "idle" }
  | { readonly kind: "opening" }
  | { readonly kind: "starting"; readonly step: StartStep }
  | { readonly kind: "ready" }
  /** The port is closed; a timer runs. */
  | { readonly kind: "waiting" }
  | { readonly kind: "stopped" };

export interface SlotState {
  readonly phase: SlotPhase;
  /** Start-ups that failed in a row. */
  readonly failures: number;
  /** Rounds that failed in a row while ready. */
  readonly silent: number;
  readonly problem: ProblemBody | null;
}

export const slotInitial: SlotState = { phase: { kind: "idle" }, failures: 0, silent: 0, problem: null };

export interface SlotFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

export type SlotInput =
  | { readonly type: "start" }
  | { readonly type: "opened" }
  | { readonly type: "step_done"; readonly step: StartStep }
  /** Opening, a start-up step or the port itself failed. */
  | { readonly type: "failed"; readonly fault: SlotFault; readonly fraction: number }
  /** While ready: a round of sweep and poll went well, or it failed. */
  | { readonly type: "round_ok" }
  | { readonly type: "round_failed"; readonly fault: SlotFault; readonly fraction: number }
  /** A boot message was seen: the modem restarted by itself and has forgotten its settings. */
  | { readonly type: "modem_restarted" }
  | { readonly type: "timer" }
  | { readonly type: "stop" };

export type SlotEffect =
  | { readonly type: "open" }
  /** Ends everything that runs on the port, then closes it. */
  | { readonly type: "close" }
  /** Ends everything that runs on the port, which stays open. */
  | { readonly type: "begin_again" }
  | { readonly type: "run_step"; readonly step: StartStep }
  | { readonly type: "begin_rounds" }
  | { readonly type: "arm_timer"; readonly delay: Millis }
  | {
      readonly type: "report";
      readonly code: "slot.ready" | "slot.down" | "slot.restarted";
      readonly reason: ErrorCode | null;
    };

export interface SlotStep {
  readonly state: SlotState;
  readonly effects: readonly SlotEffect[];
}

/** Short at its longest, as opening costs little: a modem that is plugged in again is back in service within ten seconds. */
export const REOPEN_BACKOFF: BackoffPolicy = { first: seconds(1), max: seconds(8) };
/** Rounds that may fail before the slot starts over: a network scan keeps some modems mute for a while. */
export const SILENT_ROUNDS = 3;
/** A fault that only a person can mend is looked at again at this pace, so that the SIM is not worn by trying. */
export const PATIENT_BACKOFF: BackoffPolicy = { first: seconds(30), max: seconds(30) };
const NEEDS_A_PERSON: ReadonlySet<string> = new Set([
  "sim.pin_required",
  "sim.puk_required",
  "sim.missing",
  "sim.failure",
  "sim.locked_to_operator",
]);

const nothing = (state: SlotState): SlotStep => ({ state, effects: [] });

function down(state: SlotState, fault: SlotFault, fraction: number): SlotStep {
  const failures = state.failures + 1;
  const policy = NEEDS_A_PERSON.has(fault.code) ? PATIENT_BACKOFF : REOPEN_BACKOFF;
  const { code, message, hint } = fault;
  const problem: ProblemBody = { code, message, ...(hint === undefined ? {} : { hint }) };
  const known = state.problem?.code === code;
  const report: readonly SlotEffect[] = known ? [] : [{ type: "report", code: "slot.down", reason: code }];
  return {
    state: { phase: { kind: "waiting" }, failures, silent: 0, problem },
    effects: [{ type: "close" }, { type: "arm_timer", delay: backoffDelay(policy, failures, fraction) }, ...report],
  };
}

function startAt(state: SlotState, step: StartStep): SlotStep {
  return { state: { ...state, phase: { kind: "starting", step }, silent: 0 }, effects: [{ type: "run_step", step }] };
}

function stepDone(state: SlotState, step: StartStep): SlotStep {
  // A late report of a step that is no longer the current one changes nothing.
  if (state.phase.kind !== "starting" || state.phase.step !== step) return nothing(state);
  const next = START_STEPS[START_STEPS.indexOf(step) + 1];
  if (next !== undefined) return startAt(state, next);
  return {
    state: { phase: { kind: "ready" }, failures: 0, silent: 0, problem: null },
    effects: [{ type: "begin_rounds" }, { type: "report", code: "slot.ready", reason: null }],
  };
}

function roundFailed(state: SlotState, input: Extract<SlotInput, { type: "round_failed" }>): SlotStep {
  if (state.phase.kind !== "ready") return nothing(state);
  const silent = state.silent + 1;
  return silent >= SILENT_ROUNDS ? down(state, input.fault, input.fraction) : nothing({ ...state, silent });
}

/** One step. Every input is legal in every phase; what makes no sense there changes nothing. */
export function stepSlot(state: SlotState, input: SlotInput): SlotStep {
  const { kind } = state.phase;
  if (kind === "stopped") return nothing(state);
  switch (input.type) {
    case "start":
      return kind === "idle"
        ? { state: { ...state, phase: { kind: "opening" } }, effects: [{ type: "open" }] }
        : nothing(state);
    case "opened":
      return kind === "opening" ? startAt(state, "probe") : nothing(state);
    case "step_done":
      return stepDone(state, input.step);
    case "failed":
      return kind === "waiting" || kind === "idle" ? nothing(state) : down(state, input.fault, input.fraction);
    case "round_ok":
      return nothing(kind === "ready" && state.silent > 0 ? { ...state, silent: 0 } : state);
    case "round_failed":
      return roundFailed(state, input);
    case "modem_restarted":
      return restarted(state);
    case "timer":
      return kind === "waiting"
        ? { state: { ...state, phase: { kind: "opening" } }, effects: [{ type: "open" }] }
        : nothing(state);
    case "stop":
      return { state: { ...state, phase: { kind: "stopped" } }, effects: [{ type: "close" }] };
    default:
      return assertNever(input, "slot input");
  }
}

/** What was set up is forgotten by the modem, so all of it is done again. While probing nothing has been set up yet. */
function restarted(state: SlotState): SlotStep {
  const { phase } = state;
  if (phase.kind !== "ready" && (phase.kind !== "starting" || phase.step === "probe")) return nothing(state);
  const again = startAt(state, "probe");
  const report: SlotEffect = { type: "report", code: "slot.restarted", reason: null };
  return { state: again.state, effects: [{ type: "begin_again" }, report, ...again.effects] };
}
