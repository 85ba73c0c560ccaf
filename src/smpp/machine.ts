// The life of an account, pure: connect, bind, take messages, prove now and then that the link lives, say goodbye. The shell in
// `smpp-slot.ts` runs the effects; it decides nothing.

import { assertNever, type BackoffPolicy, type Millis, millis, minutes, seconds } from "../base/index.ts";
import { REOPEN_BACKOFF, type SlotFault } from "../core/index.ts";
import { BIND_TIMEOUT, NEEDS_A_PERSON, SILENT, UNBOUND } from "./faults.ts";
import type { SmppEffect, SmppInput, SmppPhase, SmppState, SmppStep, SmppTimer } from "./smpp-state.ts";

export const BIND_LIMIT: Millis = seconds(10);
/** Between two enquire_link of an idle session. */
export const PROBE_EVERY: Millis = seconds(30);
/** After an answer: soon, as until then a broken session leaves open whether the gateway has it; a batch of answers shares one. */
export const PROBE_SOON: Millis = millis(20);
export const PROBE_LIMIT: Millis = seconds(10);
/** For messages under way and the unbind together. */
export const LEAVE_LIMIT: Millis = seconds(2);
/** After a refusal that only a person can mend: gateways lock out who tries too often. */
export const PATIENT_BACKOFF: BackoffPolicy = { first: seconds(30), max: minutes(10) };
/** Refusals without a reason in a row after which that is what they are: by then both modes have been tried. */
const PLAIN_REFUSALS = 2;

const nothing = (state: SmppState): SmppStep => ({ state, effects: [] });
const arm = (timer: SmppTimer, delay: Millis): SmppEffect => ({ type: "arm", timer, delay });
const disarm = (timer: SmppTimer): SmppEffect => ({ type: "disarm", timer });

function enter(state: SmppState, phase: SmppPhase, ...effects: readonly SmppEffect[]): SmppStep {
  return { state: { ...state, phase }, effects };
}

const ended = { underWay: 0, probing: false, unproven: false } as const;

function stopped(state: SmppState, ...before: readonly SmppEffect[]): SmppStep {
  return enter({ ...state, ...ended }, { kind: "stopped" }, ...before, { type: "close" });
}

function reopening(fault: SlotFault, failures: number): SmppEffect {
  if (NEEDS_A_PERSON.has(fault.code)) return { type: "arm_reopen", policy: PATIENT_BACKOFF, attempt: failures };
  const patient = failures - PLAIN_REFUSALS + 1;
  return fault.code === "smpp.bind_refused" && patient > 0
    ? { type: "arm_reopen", policy: PATIENT_BACKOFF, attempt: patient }
    : { type: "arm_reopen", policy: REOPEN_BACKOFF, attempt: failures };
}

function down(state: SmppState, fault: SlotFault, ...before: readonly SmppEffect[]): SmppStep {
  const failures = state.failures + 1;
  const known = state.problem?.code === fault.code;
  const report: readonly SmppEffect[] = known ? [] : [{ type: "report", code: "slot.down", reason: fault.code }];
  const other = state.mode === "receiver" ? "transceiver" : "receiver";
  // A gateway without receivers may refuse the bind, hang up, or not answer; only a word about the account speaks of neither mode.
  const change =
    state.phase.kind === "binding" &&
    state.anyMode &&
    !NEEDS_A_PERSON.has(fault.code) &&
    fault.code !== "smpp.already_bound";
  return enter(
    { ...state, ...ended, failures, problem: fault, mode: change ? other : state.mode },
    { kind: "waiting" },
    ...before,
    { type: "close" },
    reopening(fault, failures),
    ...report,
  );
}

function bound(state: SmppState): SmppStep {
  const ready: SmppEffect = { type: "report", code: "slot.ready", reason: null };
  const next = { ...state, failures: 0, problem: null };
  return enter(next, { kind: "bound" }, disarm("answer"), arm("probe", PROBE_EVERY), ready);
}

function unbind(state: SmppState): SmppStep {
  return enter(state, { kind: "unbinding" }, { type: "unbind" });
}

function settled(before: SmppState): SmppStep {
  const state = { ...before, underWay: Math.max(0, before.underWay - 1) };
  const { phase, underWay } = state;
  if (phase.kind === "bound") {
    const soon = !state.probing && !state.unproven ? [arm("probe", PROBE_SOON)] : [];
    return { state: { ...state, unproven: true }, effects: soon };
  }
  if (phase.kind !== "finishing") return nothing(before);
  if (underWay > 0) return nothing(state);
  return phase.by === "us" ? unbind(state) : down(state, UNBOUND, { type: "answer_unbind" });
}

function finishing(state: SmppState, by: "gateway" | "us"): SmppStep {
  return enter(state, { kind: "finishing", by }, disarm("probe"), disarm("answer"), arm("leave", LEAVE_LIMIT));
}

function stop(state: SmppState): SmppStep {
  switch (state.phase.kind) {
    case "bound": {
      const leaving = finishing(state, "us");
      if (state.underWay > 0) return leaving;
      const { state: next, effects } = unbind(leaving.state);
      return { state: next, effects: [...leaving.effects, ...effects] };
    }
    case "finishing":
      return nothing({ ...state, phase: { kind: "finishing", by: "us" } });
    case "unbinding":
      return nothing(state);
    default:
      return stopped(state);
  }
}

function gatewayUnbinds(state: SmppState): SmppStep {
  switch (state.phase.kind) {
    case "bound":
      return state.underWay > 0 ? finishing(state, "gateway") : down(state, UNBOUND, { type: "answer_unbind" });
    case "binding":
      return down(state, UNBOUND, { type: "answer_unbind" });
    case "unbinding":
    case "finishing":
      return state.phase.kind === "finishing" && state.phase.by === "gateway"
        ? nothing(state)
        : { state, effects: [{ type: "answer_unbind" }] };
    default:
      return nothing(state);
  }
}

function failed(state: SmppState, fault: SlotFault): SmppStep {
  const { phase } = state;
  switch (phase.kind) {
    case "opening":
    case "binding":
    case "bound":
      return down(state, fault);
    case "finishing":
      return phase.by === "us" ? stopped(state) : down(state, UNBOUND);
    case "unbinding":
      return stopped(state);
    default:
      return nothing(state);
  }
}

function timer(state: SmppState, which: SmppTimer): SmppStep {
  const { phase } = state;
  switch (which) {
    case "reopen":
      return phase.kind === "waiting" ? enter(state, { kind: "opening" }, { type: "open" }) : nothing(state);
    case "probe":
      if (phase.kind !== "bound" || state.probing) return nothing(state);
      return {
        state: { ...state, probing: true, unproven: false },
        effects: [{ type: "enquire" }, arm("answer", PROBE_LIMIT)],
      };
    case "answer":
      if (phase.kind === "binding") return down(state, BIND_TIMEOUT);
      return phase.kind === "bound" && state.probing ? down(state, SILENT) : nothing(state);
    case "leave":
      if (phase.kind === "finishing" && phase.by === "gateway") return down(state, UNBOUND, { type: "answer_unbind" });
      if (phase.kind === "finishing") return stopped(state, { type: "unbind" });
      return phase.kind === "unbinding" ? stopped(state) : nothing(state);
    default:
      return assertNever(which, "SMPP timer");
  }
}

function linkAnswered(state: SmppState): SmppStep {
  if (state.phase.kind !== "bound" || !state.probing) return nothing(state);
  const delay = state.unproven ? PROBE_SOON : PROBE_EVERY;
  return {
    state: { ...state, probing: false },
    effects: [{ type: "confirm" }, disarm("answer"), arm("probe", delay)],
  };
}

/** Whether a message may go to the intake; any other is to be refused for now. */
export function takesMessages(state: SmppState): boolean {
  return state.phase.kind === "bound";
}

/** One step. Every input is legal in every phase; what makes no sense there changes nothing. */
export function stepSmpp(state: SmppState, input: SmppInput): SmppStep {
  const { kind } = state.phase;
  if (kind === "stopped") return nothing(state);
  switch (input.type) {
    case "start":
      return kind === "idle" ? enter(state, { kind: "opening" }, { type: "open" }) : nothing(state);
    case "opened":
      return kind === "opening"
        ? enter(state, { kind: "binding" }, { type: "bind", mode: state.mode }, arm("answer", BIND_LIMIT))
        : nothing(state);
    case "bind_accepted":
      return kind === "binding" ? bound(state) : nothing(state);
    case "failed":
      return failed(state, input.fault);
    case "delivery":
      return nothing(kind === "bound" ? { ...state, underWay: state.underWay + 1 } : state);
    case "settled":
      return settled(state);
    case "link_answered":
      return linkAnswered(state);
    case "gateway_unbinds":
      return gatewayUnbinds(state);
    case "unbind_answered":
      return kind === "unbinding" ? stopped(state) : nothing(state);
    case "timer":
      return timer(state, input.timer);
    case "stop":
      return stop(state);
    default:
      return assertNever(input, "SMPP input");
  }
}
