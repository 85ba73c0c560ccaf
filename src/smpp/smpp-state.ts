// What the machine of an account knows, is told and wants done, and how it begins.

import type { BackoffPolicy, ErrorCode, Millis } from "../base/index.ts";
import type { SlotFault } from "../core/index.ts";

export type BindMode = "receiver" | "transceiver";

export type SmppPhase =
  | { readonly kind: "idle" }
  | { readonly kind: "opening" }
  | { readonly kind: "binding" }
  | { readonly kind: "bound" }
  /** No new messages are taken; those under way are finished and answered before goodbye is said, or answered. */
  | { readonly kind: "finishing"; readonly by: "gateway" | "us" }
  /** Our unbind is out. */
  | { readonly kind: "unbinding" }
  /** The connection is closed; a timer runs. */
  | { readonly kind: "waiting" }
  | { readonly kind: "stopped" };

export interface SmppState {
  readonly phase: SmppPhase;
  readonly mode: BindMode;
  /** Whether a refused bind is tried in the other mode. */
  readonly anyMode: boolean;
  /** Sessions in a row that never came to be. */
  readonly failures: number;
  readonly problem: SlotFault | null;
  /** Messages that the intake has and that are not answered yet. */
  readonly underWay: number;
  /** An enquire_link is out. */
  readonly probing: boolean;
  /** Something was answered since the last enquire_link went out. */
  readonly unproven: boolean;
}

/** `auto` binds as receiver, and as transceiver with gateways that have no receivers. */
export function smppInitial(bind: "auto" | BindMode): SmppState {
  return {
    phase: { kind: "idle" },
    mode: bind === "auto" ? "receiver" : bind,
    anyMode: bind === "auto",
    failures: 0,
    problem: null,
    underWay: 0,
    probing: false,
    unproven: false,
  };
}

/** `reopen` connects again; `probe` sends the next enquire_link; `answer` waits for one answer of the gateway; `leave` ends a goodbye. */
export type SmppTimer = "reopen" | "probe" | "answer" | "leave";

export type SmppInput =
  | { readonly type: "start" }
  | { readonly type: "opened" }
  | { readonly type: "bind_accepted" }
  /** Opening or the bind failed, or the connection is gone or unusable. */
  | { readonly type: "failed"; readonly fault: SlotFault }
  /** A message goes to the intake; only when `takesMessages`. */
  | { readonly type: "delivery" }
  /** A message was answered, well or not. */
  | { readonly type: "settled" }
  | { readonly type: "link_answered" }
  | { readonly type: "gateway_unbinds" }
  | { readonly type: "unbind_answered" }
  | { readonly type: "timer"; readonly timer: SmppTimer }
  | { readonly type: "stop" };

export type SmppEffect =
  | { readonly type: "open" }
  | { readonly type: "bind"; readonly mode: BindMode }
  /** Ends the connection, the timers and whatever waits for one. */
  | { readonly type: "close" }
  | { readonly type: "enquire" }
  /** What was answered before the last enquire_link has reached the gateway. */
  | { readonly type: "confirm" }
  | { readonly type: "unbind" }
  | { readonly type: "answer_unbind" }
  | { readonly type: "arm"; readonly timer: SmppTimer; readonly delay: Millis }
  | { readonly type: "disarm"; readonly timer: SmppTimer }
  | { readonly type: "arm_reopen"; readonly policy: BackoffPolicy; readonly attempt: number }
  | { readonly type: "report"; readonly code: "slot.ready" | "slot.down"; readonly reason: ErrorCode | null };

export interface SmppStep {
  readonly state: SmppState;
  readonly effects: readonly SmppEffect[];
}
