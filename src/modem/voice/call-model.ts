// What the machine of a modem's calls keeps, hears and does.

import type { CallChange, CallEnd, CallEntry } from "../../at/index.ts";
import { type Millis, millis, seconds } from "../../base/index.ts";
import type { EndCause } from "../../core/index.ts";
import type { KnownCall } from "./call-match.ts";

/** While nothing is on: finds a call whose ring was never told, and one that nobody wanted. */
export const IDLE_EVERY: Millis = seconds(30);
/** Until a call is through, and while it ends. */
export const BUSY_EVERY: Millis = seconds(1);
export const SOON: Millis = millis(400);
/** The end of a call whose NO CARRIER got lost is noticed within this. */
export const ACTIVE_EVERY: Millis = seconds(3);
/** A modem lists a call only some time after it took the number. */
export const LIST_GRACE: Millis = seconds(3);
/** What a hint says of the end of a call is believed for so long when the call goes. */
export const HINT_KEEP: Millis = seconds(5);
/** Looks for the number of a caller, and for the call of a ring: both come after the first RING. */
export const RING_LOOKS = 3;
/** Hang-ups before the modem counts as one that does not obey. */
export const HANG_UPS = 6;
/** Lists in a row that could not be had while a call is on. */
export const LIST_FAILURES = 8;

export interface LiveCall extends KnownCall {
  readonly phase: "dialing" | "alerting" | "ringing" | "answering" | "active" | "ending";
  readonly number: string | null;
  /** The modem took the number, or rang: monotonic; null while ATD is under way. */
  readonly since: Millis | null;
  readonly seen: boolean;
  /** Whoever wants to hear of calls knows of it. */
  readonly told: boolean;
  readonly looks: number;
  /** Lists in a row that it was not in. */
  readonly missing: number;
  readonly hint: { readonly cause: CallEnd | null; readonly at: Millis } | null;
  /** Of a call that is being ended by us. */
  readonly cause: EndCause;
}

export interface CallsState {
  readonly call: LiveCall | null;
  /** Looks that are left for the call of a ring. */
  readonly looks: number;
  /** What +CLIP said of who rings. */
  readonly clip: string | null;
  /** Hang-ups of what there is now: how many, whether one is under way, and when the last one was done. */
  readonly hangUps: number;
  readonly hanging: boolean;
  readonly hungUpAt: Millis | null;
  readonly failures: number;
  readonly stopped: boolean;
}

export const noCalls: CallsState = {
  call: null,
  looks: 0,
  clip: null,
  hangUps: 0,
  hanging: false,
  hungUpAt: null,
  failures: 0,
  stopped: false,
};

export type CallsInput =
  /** The conversation is set up. */
  | { readonly type: "begin" }
  | { readonly type: "dial"; readonly number: string }
  /** The modem took the number. */
  | { readonly type: "dialled" }
  /** It did not; the cause where it is that of a call. */
  | { readonly type: "dial_failed"; readonly cause: EndCause | null }
  | { readonly type: "answer" }
  | { readonly type: "answered" | "answer_failed" }
  | { readonly type: "hang_up" }
  /** A hang-up has been answered, with whatever. */
  | { readonly type: "hung_up" }
  | { readonly type: "list"; readonly calls: readonly CallEntry[] }
  | { readonly type: "list_failed" }
  /** RING, +CRING, +CLIP. */
  | { readonly type: "rang"; readonly number: string | null }
  | { readonly type: "hint"; readonly change: CallChange; readonly cause: CallEnd | null }
  | { readonly type: "timer" }
  /** The conversation is over. */
  | { readonly type: "end"; readonly cause: "modem_lost" | "stopped" };

export type CallsEffect =
  | { readonly type: "look" }
  /** Takes the place of a timer that runs. */
  | { readonly type: "arm"; readonly delay: Millis }
  | { readonly type: "disarm" }
  | { readonly type: "dial"; readonly number: string }
  | { readonly type: "answer" }
  /** A dialling or answering that is under way must end first (V.250 5.6.1). */
  | { readonly type: "interrupt" }
  /** The n-th hang-up of this call, from 0. */
  | { readonly type: "hang_up"; readonly attempt: number }
  /** Somebody waits while a call is on. */
  | { readonly type: "refuse_waiting" }
  | { readonly type: "ring"; readonly number: string | null }
  | { readonly type: "alerting" | "connected" }
  | { readonly type: "ended"; readonly cause: EndCause }
  /** The modem does not end what it was told to end, or does not tell what it has. */
  | { readonly type: "give_up" };

export interface CallsStep {
  readonly state: CallsState;
  readonly effects: readonly CallsEffect[];
}
