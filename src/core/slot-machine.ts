// The life of a slot, pure: open the port, bring the modem up step by step, read what lies on the SIM, stay ready, and climb the
// recovery ladder when something breaks. The shell in `modem/` runs the effects and reports back; it decides nothing.

import {
  assertNever,
  backoffDelay,
  type ErrorCode,
  type ErrorContext,
  type Millis,
  millis,
  seconds,
} from "../base/index.ts";
import type { ProblemBody, RecoveryRung } from "../protocol/index.ts";
import {
  atFoot,
  climb,
  type FaultKind,
  faultKind,
  PATIENT_BACKOFF,
  REOPEN_BACKOFF,
  type Recovery,
  ROAMING_BACKOFF,
  ruleOf,
  settle,
} from "./recovery.ts";

/** Start-up steps in their order. `probe` finds the modem talking; `notify` asks for +CMTI; `drain` reads what is stored already. */
export const START_STEPS = ["probe", "configure", "identify", "sim", "network", "storage", "notify", "drain"] as const;
export type StartStep = (typeof START_STEPS)[number];

export type SlotPhase =
  | { readonly kind: "idle" }
  | { readonly kind: "opening" }
  | { readonly kind: "starting"; readonly step: StartStep }
  | { readonly kind: "ready"; readonly since: Millis }
  /** The port is closed; a timer runs. */
  | { readonly kind: "waiting" }
  /** The modem is being restarted, taken off the bus, or without power. */
  | { readonly kind: "resetting"; readonly rung: ResetRung }
  | { readonly kind: "stopped" };

/** What is done to a modem from outside of its conversation. */
export type ResetRung = "cfun" | "usb_reset" | "power";

export interface SlotState {
  readonly phase: SlotPhase;
  /** Start-ups that failed in a row. */
  readonly failures: number;
  /** Rounds that failed in a row while ready. */
  readonly silent: number;
  readonly problem: ProblemBody | null;
  readonly recovery: Recovery;
  /** The reset that comes before the next start. */
  readonly pending: ResetRung | null;
}

export const slotInitial: SlotState = {
  phase: { kind: "idle" },
  failures: 0,
  silent: 0,
  problem: null,
  recovery: atFoot,
  pending: null,
};

export interface SlotFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly context?: ErrorContext;
}

export type SlotInput =
  | { readonly type: "start" }
  | { readonly type: "opened" }
  | { readonly type: "step_done"; readonly step: StartStep }
  /** Opening, a start-up step or the port itself failed. */
  | { readonly type: "failed"; readonly fault: SlotFault; readonly fraction: number }
  /** While ready: a round of sweep and poll went well, or it failed. */
  | { readonly type: "round_ok" }
  | {
      readonly type: "round_failed";
      readonly fault: SlotFault;
      readonly fraction: number;
      /** The modem has been mute for so long that no more rounds are waited for. */
      readonly hung: boolean;
    }
  /** A boot message was seen: the modem restarted by itself and has forgotten its settings. */
  | { readonly type: "modem_restarted" }
  /** The reset has been done, or has failed; the start-up will tell which. */
  | { readonly type: "reset_done" }
  | { readonly type: "timer" }
  /** Somebody wants the slot to be tried at once, with a reset before it or without. */
  | { readonly type: "retry"; readonly reset: ResetRung | null }
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
  /** Restarts the modem by command over the open port. */
  | { readonly type: "restart_modem" }
  /** Resets the closed port's device. */
  | { readonly type: "reset_device"; readonly rung: "usb_reset" | "power" }
  | {
      readonly type: "report";
      readonly code: "slot.ready" | "slot.down" | "slot.restarted" | "slot.recovering" | "slot.gave_up";
      readonly reason: ErrorCode | RecoveryRung | null;
    };

export interface SlotStep {
  readonly state: SlotState;
  readonly effects: readonly SlotEffect[];
}

/** What the shell knows at the moment of an input. */
export interface SlotMoment {
  /** Monotonic. */
  readonly now: Millis;
  /** Rungs that there are means for. */
  readonly rungs: readonly RecoveryRung[];
}

/** Rounds that may fail before the slot starts over: a network scan keeps some modems mute for a while. */
export const SILENT_ROUNDS = 3;
/** From the restart by command to the first opening: no modem boots faster. */
export const BOOT_PAUSE: Millis = seconds(5);

const nothing = (state: SlotState): SlotStep => ({ state, effects: [] });
const RESETS: ReadonlySet<string> = new Set<ResetRung>(["cfun", "usb_reset", "power"]);
const isReset = (rung: RecoveryRung | null): rung is ResetRung => rung !== null && RESETS.has(rung);

function pauseBefore(state: SlotState, kind: FaultKind, fraction: number): Millis {
  if (state.problem?.code === "sim.roaming_refused") return backoffDelay(ROAMING_BACKOFF, state.failures, fraction);
  if (kind === "person") return backoffDelay(PATIENT_BACKOFF, state.failures, fraction);
  const rule = kind === "modem" ? ruleOf(state.recovery) : null;
  if (rule === null || rule.rung === "at") return backoffDelay(REOPEN_BACKOFF, state.failures, fraction);
  return backoffDelay(rule.pause, state.recovery.attempts, fraction);
}

function down(before: SlotState, input: { fault: SlotFault; fraction: number }, moment: SlotMoment): SlotStep {
  const { fault, fraction } = input;
  const kind = faultKind(fault.code);
  const { phase } = before;
  const steady = phase.kind === "ready" ? settle(before.recovery, phase.since, moment.now) : before.recovery;
  const recovery = climb(steady, kind, moment);
  const { code, message, hint, context } = fault;
  const problem: ProblemBody = {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(context === undefined ? {} : { context: { ...context } }),
  };
  const pending = kind === "modem" && isReset(recovery.rung) ? recovery.rung : null;
  const state: SlotState = {
    phase: { kind: "waiting" },
    failures: before.failures + 1,
    silent: 0,
    problem,
    recovery,
    pending,
  };
  const effects: SlotEffect[] = [
    { type: "close" },
    { type: "arm_timer", delay: pauseBefore(state, kind, fraction) },
    ...(before.problem?.code === code ? [] : [{ type: "report", code: "slot.down", reason: code } as const]),
  ];
  if (pending !== null) effects.push({ type: "report", code: "slot.recovering", reason: pending });
  if (recovery.rung === "give_up" && steady.rung !== "give_up")
    effects.push({ type: "report", code: "slot.gave_up", reason: code });
  return { state, effects };
}

function startAt(state: SlotState, step: StartStep): SlotStep {
  return { state: { ...state, phase: { kind: "starting", step }, silent: 0 }, effects: [{ type: "run_step", step }] };
}

function stepDone(state: SlotState, step: StartStep, { now }: SlotMoment): SlotStep {
  // A late report of a step that is no longer the current one changes nothing.
  if (state.phase.kind !== "starting" || state.phase.step !== step) return nothing(state);
  const next = START_STEPS[START_STEPS.indexOf(step) + 1];
  if (next !== undefined) return startAt(state, next);
  return {
    state: { ...state, phase: { kind: "ready", since: now }, failures: 0, silent: 0, problem: null },
    effects: [{ type: "begin_rounds" }, { type: "report", code: "slot.ready", reason: null }],
  };
}

function roundOk(state: SlotState, { now }: SlotMoment): SlotStep {
  if (state.phase.kind !== "ready") return nothing(state);
  const recovery = settle(state.recovery, state.phase.since, now);
  return nothing(state.silent === 0 && recovery === state.recovery ? state : { ...state, silent: 0, recovery });
}

function roundFailed(
  state: SlotState,
  input: Extract<SlotInput, { type: "round_failed" }>,
  moment: SlotMoment,
): SlotStep {
  if (state.phase.kind !== "ready") return nothing(state);
  const silent = state.silent + 1;
  return input.hung || silent >= SILENT_ROUNDS ? down(state, input, moment) : nothing({ ...state, silent });
}

function open(state: SlotState): SlotStep {
  return { state: { ...state, phase: { kind: "opening" } }, effects: [{ type: "open" }] };
}

/** The pause is over: the reset that is due comes first, if it is one of the device; that by command needs the port. */
function timer(state: SlotState): SlotStep {
  if (state.phase.kind !== "waiting") return nothing(state);
  const { pending } = state;
  if (pending === null || pending === "cfun") return open(state);
  return {
    state: { ...state, phase: { kind: "resetting", rung: pending }, pending: null },
    effects: [{ type: "reset_device", rung: pending }],
  };
}

function opened(state: SlotState): SlotStep {
  if (state.phase.kind !== "opening") return nothing(state);
  if (state.pending !== "cfun") return startAt(state, "probe");
  return {
    state: { ...state, phase: { kind: "resetting", rung: "cfun" }, pending: null },
    effects: [{ type: "restart_modem" }],
  };
}

function resetDone(state: SlotState): SlotStep {
  if (state.phase.kind !== "resetting") return nothing(state);
  if (state.phase.rung !== "cfun") return open(state);
  return {
    state: { ...state, phase: { kind: "waiting" } },
    effects: [{ type: "close" }, { type: "arm_timer", delay: BOOT_PAUSE }],
  };
}

/** One step. Every input is legal in every phase; what makes no sense there changes nothing. */
export function stepSlot(state: SlotState, input: SlotInput, moment: SlotMoment): SlotStep {
  const { kind } = state.phase;
  if (kind === "stopped") return nothing(state);
  switch (input.type) {
    case "start":
      return kind === "idle" ? open(state) : nothing(state);
    case "opened":
      return opened(state);
    case "step_done":
      return stepDone(state, input.step, moment);
    case "failed":
      return kind === "waiting" || kind === "idle" ? nothing(state) : down(state, input, moment);
    case "round_ok":
      return roundOk(state, moment);
    case "round_failed":
      return roundFailed(state, input, moment);
    case "modem_restarted":
      return restarted(state);
    case "reset_done":
      return resetDone(state);
    case "timer":
      return timer(state);
    case "retry":
      return retry(state, input.reset);
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

/** A person decides: the ladder's place is kept, its pauses are not. A reset under way is left alone. */
function retry(state: SlotState, reset: ResetRung | null): SlotStep {
  const { kind } = state.phase;
  if (kind === "idle" || kind === "resetting") return nothing(state);
  const report: readonly SlotEffect[] =
    reset === null ? [] : [{ type: "report", code: "slot.recovering", reason: reset }];
  return {
    state: { ...state, phase: { kind: "waiting" }, silent: 0, pending: reset },
    effects: [{ type: "close" }, { type: "arm_timer", delay: millis(0) }, ...report],
  };
}
