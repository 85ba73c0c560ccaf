// The life of the Node-RED process beside the box; pure. It is started again with growing pauses when it ends or falls silent, and
// after several failures in a row in safe mode: the editor opens, the flows stand still, and the owner can mend them.

import type { Millis } from "../../base/index.ts";
import { backoffDelay, minutes, seconds } from "../../base/index.ts";

export type NodeRedState =
  | { readonly kind: "stopped" }
  | {
      readonly kind: "starting" | "running";
      readonly safe: boolean;
      readonly misses: number;
      readonly failures: number;
    }
  /** Told to end, by force if need be; `next` is what follows. */
  | { readonly kind: "ending"; readonly failures: number; readonly next: "stop" | "start" | "safe" | "retry" }
  | { readonly kind: "waiting"; readonly failures: number };

export type NodeRedInput =
  | { readonly kind: "start" }
  /** Asked whether it lives: it does, or it did not answer in time. */
  | { readonly kind: "answered" }
  | { readonly kind: "missed" }
  | { readonly kind: "exited" }
  | { readonly kind: "due" }
  /** It has run for long without a fault. */
  | { readonly kind: "settled" }
  | { readonly kind: "restart"; readonly safe: boolean }
  | { readonly kind: "stop" };

export type NodeRedEffect =
  | { readonly kind: "spawn"; readonly safe: boolean }
  /** `now`: it has stopped listening, so only SIGKILL helps. */
  | { readonly kind: "end"; readonly now: boolean }
  | { readonly kind: "wait"; readonly for: Millis }
  | { readonly kind: "tell"; readonly what: "ready" | "ended" | "silent" | "safe" };

export interface NodeRedStep {
  readonly state: NodeRedState;
  readonly effects: readonly NodeRedEffect[];
}

/** Questions without an answer before it counts as silent. While it starts it has more time: a Pi needs half a minute. */
export const MISSES = { running: 3, starting: 12 };
/** Failures in a row before it is started in safe mode. */
export const SAFE_AFTER = 3;
export const PAUSE = { first: seconds(2), max: minutes(5) };

const nothing = (state: NodeRedState): NodeRedStep => ({ state, effects: [] });

function spawn(safe: boolean, failures: number): NodeRedStep {
  const tell: readonly NodeRedEffect[] = safe ? [{ kind: "tell", what: "safe" }] : [];
  return { state: { kind: "starting", safe, misses: 0, failures }, effects: [...tell, { kind: "spawn", safe }] };
}

/** `fraction` in [0, 1) spreads the pause. */
function pause(failures: number, fraction: number): NodeRedStep {
  return {
    state: { kind: "waiting", failures },
    effects: [{ kind: "wait", for: backoffDelay(PAUSE, failures, fraction) }],
  };
}

export function nodeRed(state: NodeRedState, input: NodeRedInput, fraction: number): NodeRedStep {
  switch (state.kind) {
    case "stopped":
      return input.kind === "start" ? spawn(false, 0) : nothing(state);
    case "starting":
    case "running":
      return alive(state, input, fraction);
    case "ending":
      return ending(state, input, fraction);
    case "waiting":
      if (input.kind === "due") return spawn(state.failures >= SAFE_AFTER, state.failures);
      if (input.kind === "restart") return spawn(input.safe, 0);
      return input.kind === "stop" ? nothing({ kind: "stopped" }) : nothing(state);
  }
}

type Alive = Extract<NodeRedState, { readonly kind: "starting" | "running" }>;

function alive(state: Alive, input: NodeRedInput, fraction: number): NodeRedStep {
  const { failures } = state;
  switch (input.kind) {
    case "answered": {
      const next: NodeRedState = { ...state, kind: "running", misses: 0 };
      return { state: next, effects: state.kind === "starting" ? [{ kind: "tell", what: "ready" }] : [] };
    }
    case "missed": {
      const misses = state.misses + 1;
      if (misses < MISSES[state.kind]) return nothing({ ...state, misses });
      const effects: readonly NodeRedEffect[] = [
        { kind: "tell", what: "silent" },
        { kind: "end", now: true },
      ];
      return { state: { kind: "ending", failures: failures + 1, next: "retry" }, effects };
    }
    case "exited": {
      const { state: next, effects } = pause(failures + 1, fraction);
      return { state: next, effects: [{ kind: "tell", what: "ended" }, ...effects] };
    }
    case "settled":
      // In safe mode no flow runs: that says nothing about them.
      return nothing(state.safe ? state : { ...state, failures: 0 });
    case "restart":
      return {
        state: { kind: "ending", failures: 0, next: input.safe ? "safe" : "start" },
        effects: [{ kind: "end", now: false }],
      };
    case "stop":
      return { state: { kind: "ending", failures, next: "stop" }, effects: [{ kind: "end", now: false }] };
    case "start":
    case "due":
      return nothing(state);
  }
}

type Ending = Extract<NodeRedState, { readonly kind: "ending" }>;

function ending(state: Ending, input: NodeRedInput, fraction: number): NodeRedStep {
  if (input.kind === "stop") return nothing({ ...state, next: "stop" });
  if (input.kind !== "exited") return nothing(state);
  switch (state.next) {
    case "stop":
      return nothing({ kind: "stopped" });
    case "start":
      return spawn(false, 0);
    case "safe":
      return spawn(true, 0);
    case "retry":
      return pause(state.failures, fraction);
  }
}
