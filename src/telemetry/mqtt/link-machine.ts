// The state of the way to one broker, pure: when to connect, when to wait, when it is over.

import { type BackoffPolicy, backoffDelay, type Millis, minutes, seconds } from "../../base/index.ts";

export const BROKER_BACKOFF: BackoffPolicy = { first: seconds(1), max: minutes(2) };
/** A broker that throws the box out at once, again and again, is not asked every second. */
export const STEADY: Millis = seconds(30);

export type BrokerPhase =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "online"; readonly attempt: number; readonly since: Millis }
  | { readonly kind: "waiting"; readonly attempt: number }
  | { readonly kind: "stopped" };

export type BrokerInput =
  | { readonly type: "start" }
  | { readonly type: "connected"; readonly now: Millis }
  /** Could not be reached, or was lost. `fraction` in [0, 1), for jitter. */
  | { readonly type: "failed"; readonly now: Millis; readonly fraction: number }
  | { readonly type: "due" }
  | { readonly type: "stop" };

export type BrokerEffect =
  | { readonly type: "connect" }
  /** Everything that is retained, from the beginning. */
  | { readonly type: "publish_all" }
  | { readonly type: "wait"; readonly delay: Millis }
  /** Says `offline`, then closes. */
  | { readonly type: "leave" }
  /** Ends an attempt that runs or a wait. */
  | { readonly type: "abandon" };

export interface BrokerStep {
  readonly state: BrokerPhase;
  readonly effects: readonly BrokerEffect[];
}

const stay = (state: BrokerPhase): BrokerStep => ({ state, effects: [] });

export function stepBroker(state: BrokerPhase, input: BrokerInput): BrokerStep {
  if (state.kind === "stopped") return stay(state);
  switch (input.type) {
    case "start":
      return state.kind === "idle" ? connect(1) : stay(state);
    case "connected": {
      if (state.kind !== "connecting") return stay(state);
      return {
        state: { kind: "online", attempt: state.attempt, since: input.now },
        effects: [{ type: "publish_all" }],
      };
    }
    case "failed":
      return failed(state, input);
    case "due":
      return state.kind === "waiting" ? connect(state.attempt + 1) : stay(state);
    case "stop":
      return {
        state: { kind: "stopped" },
        effects: [{ type: state.kind === "online" ? "leave" : "abandon" }],
      };
  }
}

function connect(attempt: number): BrokerStep {
  return { state: { kind: "connecting", attempt }, effects: [{ type: "connect" }] };
}

function failed(state: BrokerPhase, { now, fraction }: Extract<BrokerInput, { type: "failed" }>): BrokerStep {
  if (state.kind !== "connecting" && state.kind !== "online") return stay(state);
  const steady = state.kind === "online" && now - state.since >= STEADY;
  const attempt = steady ? 1 : state.attempt;
  return {
    state: { kind: "waiting", attempt },
    effects: [{ type: "wait", delay: backoffDelay(BROKER_BACKOFF, attempt, fraction) }],
  };
}
