// One phone leg as a pure state machine: what Asterisk tells of its channels goes in, events for the call and orders for Asterisk come out.

import { assertNever } from "../../base/index.ts";
import type { Digit, EndCause, PhoneEvent } from "../../core/index.ts";
import { ANSWERED_ELSEWHERE, causeOfAbandoning, causeOfEnd, causeOfRefusal, q850Of } from "./hangup-causes.ts";

export type LegState =
  /** Phones ring; `left` are those that may still answer. */
  | {
      readonly kind: "ringing";
      readonly left: readonly string[];
      readonly rang: boolean;
      readonly refusals: readonly EndCause[];
    }
  /** A phone dials and waits. */
  | { readonly kind: "dialling"; readonly channel: string }
  | { readonly kind: "talking"; readonly channel: string; readonly held: boolean }
  | { readonly kind: "over"; readonly cause: EndCause };

export type LegInput =
  | { readonly type: "rings"; readonly channel: string }
  /** Of a phone that is rung: it took the call. Of one that dialled: it was told that the call was taken. */
  | { readonly type: "answered"; readonly channel: string }
  | { readonly type: "gone"; readonly channel: string; readonly q850: number; readonly sip: number | null }
  /** Asterisk would not even begin. */
  | { readonly type: "not_begun"; readonly channel: string }
  | { readonly type: "digit"; readonly channel: string; readonly digit: Digit }
  | { readonly type: "held"; readonly channel: string; readonly held: boolean }
  | { readonly type: "hang_up"; readonly cause: EndCause };

export type LegEffect =
  | { readonly type: "emit"; readonly event: PhoneEvent }
  | { readonly type: "drop_channel"; readonly channel: string; readonly q850: number }
  | { readonly type: "hold"; readonly held: boolean }
  /** The leg is over: sound, bridge and the rest go. */
  | { readonly type: "release" };

export interface LegStep {
  readonly state: LegState;
  readonly effects: readonly LegEffect[];
}

const DIGITS = /^[0-9A-D*#]$/;

/** With several phones the most telling refusal counts: a person's before a machine's. */
const TELLING: readonly EndCause[] = ["declined", "busy", "no_answer", "unreachable", "congested"];

export function ringingLeg(channels: readonly string[]): LegStep {
  if (channels.length === 0) return over("not_registered", []);
  return { state: { kind: "ringing", left: channels, rang: false, refusals: [] }, effects: [] };
}

export function legStep(state: LegState, input: LegInput): LegStep {
  if (state.kind === "over") return lateStep(state, input);
  switch (input.type) {
    case "rings":
      return rings(state, input.channel);
    case "answered":
      return answered(state, input.channel);
    case "gone":
      return gone(state, input);
    case "not_begun":
      return gone(state, { channel: input.channel, q850: 0, sip: 500 });
    case "digit":
      return digit(state, input.channel, input.digit);
    case "held":
      return held(state, input.channel, input.held);
    case "hang_up":
      return over(input.cause, channelsOf(state), q850Of(input.cause));
    default:
      return assertNever(input, "input of a leg");
  }
}

/** All channels that the leg has now. */
export function channelsOf(state: LegState): readonly string[] {
  switch (state.kind) {
    case "ringing":
      return state.left;
    case "dialling":
    case "talking":
      return [state.channel];
    case "over":
      return [];
    default:
      return assertNever(state, "state of a leg");
  }
}

/** A phone that answers a leg which is over, as the two crossed on the wire, must not wait for anybody. */
function lateStep(state: LegState, input: LegInput): LegStep {
  const late = input.type === "answered" || input.type === "rings";
  return { state, effects: late ? [{ type: "drop_channel", channel: input.channel, q850: 16 }] : [] };
}

function over(cause: EndCause, channels: readonly string[], q850 = 16): LegStep {
  return {
    state: { kind: "over", cause },
    effects: [
      ...channels.map((channel): LegEffect => ({ type: "drop_channel", channel, q850 })),
      { type: "release" },
      { type: "emit", event: { type: "ended", cause } },
    ],
  };
}

function rings(state: LegState, channel: string): LegStep {
  if (state.kind !== "ringing" || state.rang || !state.left.includes(channel)) return { state, effects: [] };
  return { state: { ...state, rang: true }, effects: [{ type: "emit", event: { type: "ringing" } }] };
}

function answered(state: LegState, channel: string): LegStep {
  const taken: LegEffect = { type: "emit", event: { type: "answered" } };
  const talking: LegState = { kind: "talking", channel, held: false };
  if (state.kind === "dialling") {
    return channel === state.channel ? { state: talking, effects: [taken] } : { state, effects: [] };
  }
  if (state.kind === "talking") {
    // The second phone that answered in the same moment.
    const late = channel !== state.channel;
    return { state, effects: late ? [{ type: "drop_channel", channel, q850: ANSWERED_ELSEWHERE }] : [] };
  }
  if (state.kind !== "ringing") return { state, effects: [] };
  const others = state.left.filter((other) => other !== channel);
  const drops = others.map((other): LegEffect => ({ type: "drop_channel", channel: other, q850: ANSWERED_ELSEWHERE }));
  return { state: talking, effects: [...drops, taken] };
}

function gone(state: LegState, { channel, q850, sip }: { channel: string; q850: number; sip: number | null }): LegStep {
  if (state.kind === "ringing") {
    if (!state.left.includes(channel)) return { state, effects: [] };
    const left = state.left.filter((other) => other !== channel);
    const refusals = [...state.refusals, causeOfRefusal(q850, sip)];
    if (left.length > 0) return { state: { ...state, left, refusals }, effects: [] };
    return over(TELLING.find((cause) => refusals.includes(cause)) ?? "failed", []);
  }
  if (!channelsOf(state).includes(channel)) return { state, effects: [] };
  return over(state.kind === "dialling" ? causeOfAbandoning(q850) : causeOfEnd(q850), []);
}

function digit(state: LegState, channel: string, what: Digit): LegStep {
  const ours = (state.kind === "talking" || state.kind === "dialling") && state.channel === channel;
  return { state, effects: ours && DIGITS.test(what) ? [{ type: "emit", event: { type: "digit", digit: what } }] : [] };
}

function held(state: LegState, channel: string, now: boolean): LegStep {
  if (state.kind !== "talking" || state.channel !== channel || state.held === now) return { state, effects: [] };
  return {
    state: { ...state, held: now },
    effects: [
      { type: "hold", held: now },
      { type: "emit", event: { type: now ? "held" : "resumed" } },
    ],
  };
}
