// The light and the button of a box: what the one shows and what the other means. Pure.

import { type Millis, millis, minutes, seconds } from "../../base/index.ts";
import type { SlotStatus } from "../ports.ts";

/** Steady, or for so long on and off in turn; null is dark. */
export type LightPattern = "steady" | readonly Millis[] | null;

export interface PanelFacts {
  /** Null while no box runs. */
  readonly slots: readonly Pick<SlotStatus, "state">[] | null;
  /** Whether the first visitor is waited for. */
  readonly unclaimed: boolean;
  /** Alerts that fire. */
  readonly alerts: number;
}

export const LIGHTS = {
  /** All is well. */
  good: "steady",
  /** It starts. */
  starting: [millis(500), millis(500)],
  /** It waits for its owner. */
  unclaimed: [millis(100), millis(1900)],
  /** Something needs a person. */
  trouble: [millis(150), millis(150), millis(150), millis(1050)],
  /** The button was held long enough: let go now, and nothing happens. */
  warning: [millis(80), millis(80)],
} as const satisfies Readonly<Record<string, LightPattern>>;
export type LightName = keyof typeof LIGHTS;

export function lightOf({ slots, unclaimed, alerts }: PanelFacts): LightName {
  if (slots === null) return "starting";
  if (unclaimed) return "unclaimed";
  const failing = slots.some(({ state }) => state === "down");
  return failing || alerts > 0 ? "trouble" : "good";
}

/** Held for so long it warns, and for so long it deletes everything. */
export const WARN_AFTER: Millis = seconds(3);
export const RESET_AFTER: Millis = seconds(10);
/** Something that lies on the button for longer than this is no finger, and a button that is shorted says so from the start. */
export const STUCK_AFTER: Millis = minutes(1);

export interface ButtonState {
  /** Monotonic, since when it is held; null while it is not. */
  readonly since: Millis | null;
  readonly warned: boolean;
  readonly done: boolean;
}
export const idleButton: ButtonState = { since: null, warned: false, done: false };

export type ButtonInput =
  | { readonly type: "pressed" | "released"; readonly at: Millis }
  | { readonly type: "time"; readonly at: Millis };
export type ButtonEffect = "warn" | "calm" | "factory_reset";

export interface ButtonStep {
  readonly state: ButtonState;
  readonly effects: readonly ButtonEffect[];
  /** Monotonic, when it wants to be told of the time; null for not at all. */
  readonly wakeAt: Millis | null;
}

/** Deletes at the release, not amid the hold: whoever sees the warning can go on holding until a minute is over, and nothing happens. */
export function stepButton(state: ButtonState, input: ButtonInput): ButtonStep {
  const { at } = input;
  if (input.type === "pressed") {
    const fresh = { since: at, warned: false, done: false };
    return { state: fresh, effects: [], wakeAt: millis(at + WARN_AFTER) };
  }
  if (state.since === null) return { state, effects: [], wakeAt: null };
  const held = at - state.since;
  if (input.type === "released") {
    const calm = state.warned ? (["calm"] as const) : [];
    const isReset = held >= RESET_AFTER && held < STUCK_AFTER;
    return { state: idleButton, effects: isReset ? ["factory_reset"] : calm, wakeAt: null };
  }
  if (held >= STUCK_AFTER)
    return { state: { ...state, done: true }, effects: state.done ? [] : ["calm"], wakeAt: null };
  if (held < WARN_AFTER) return { state, effects: [], wakeAt: millis(state.since + WARN_AFTER) };
  const effects = state.warned ? [] : (["warn"] as const);
  return { state: { ...state, warned: true }, effects, wakeAt: millis(state.since + STUCK_AFTER) };
}

/** What a battery (UPS HAT) tells by a line: the mains are gone, or back. */
export interface MainsState {
  readonly lostAt: Millis | null;
}
export interface MainsStep {
  readonly state: MainsState;
  readonly effects: readonly ("tell_lost" | "tell_back" | "power_off")[];
}

/** Turns off once the mains were away for `delay`; a flicker is told and forgotten. */
export function stepMains(state: MainsState, input: ButtonInput, delay: Millis): MainsStep {
  if (input.type === "pressed") {
    return state.lostAt === null ? { state: { lostAt: input.at }, effects: ["tell_lost"] } : { state, effects: [] };
  }
  if (state.lostAt === null) return { state, effects: [] };
  if (input.type === "released") return { state: { lostAt: null }, effects: ["tell_back"] };
  return input.at - state.lostAt >= delay ? { state, effects: ["power_off"] } : { state, effects: [] };
}
