// One USSD session with the network, pure (TS 22.090, TS 27.007 7.15): a request, its answer, and the menu that may follow. The shell in
// `modem/` runs the effects; it decides nothing. A slot has one session at a time, as the network has.

import { AppError, assertNever, type ErrorCode, type Millis, minutes, seconds } from "../base/index.ts";

/** What the network says to one request. `more`: it waits for a reply. */
export interface UssdAnswer {
  readonly text: string;
  readonly more: boolean;
}

/** From the request to the answer: networks take 1-15 s, and give up by themselves within 60 s or not at all (TS 24.090 sets no limit). */
export const ANSWER_LIMIT: Millis = seconds(45);
/** An open menu keeps a channel of the radio busy, and everybody else out. */
export const MENU_LIMIT: Millis = minutes(2);

interface FaultText {
  readonly message: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

const FAULTS = {
  busy: { message: "another USSD session runs in this slot", hint: "Wait for its end, or end it.", retryable: true },
  no_session: { message: "no USSD session waits for a reply", hint: "Begin with a code such as *100#." },
  cancelled: { message: "the USSD session was ended from here", hint: "Begin again." },
  ended: { message: "the network ended the USSD session", hint: "Begin again.", retryable: true },
  taken: { message: "another program answered the USSD session", hint: "Close other programs that use the modem." },
  unknown_code: { message: "the network does not know this USSD code", hint: "Look up the operator's codes." },
  network_timeout: { message: "the network gave up the USSD session", hint: "Try again in a moment.", retryable: true },
  no_answer: { message: "the network did not answer the USSD code in time", hint: "Try again later.", retryable: true },
  failed: { message: "the modem refused the USSD code", hint: "Check that the slot is registered.", retryable: true },
  interrupted: {
    message: "the slot was restarted, unplugged or stopped in the USSD session",
    hint: "Begin again when the slot is ready.",
    retryable: true,
  },
} as const satisfies Record<string, FaultText>;
export type UssdFault = keyof typeof FAULTS;

/** The coded error of a fault, `ussd.<fault>`. It never holds what was sent: a code may hold a PIN or a voucher. */
export function ussdError(fault: UssdFault): AppError {
  const { message, hint, retryable = false }: FaultText = FAULTS[fault];
  const code: ErrorCode = `ussd.${fault}`;
  return new AppError(code, message, { hint, retryable });
}

export type UssdPhase =
  | { readonly kind: "idle" }
  /** A request is on its way; its caller waits. */
  | { readonly kind: "asking" }
  /** The network waits for a reply. */
  | { readonly kind: "open" }
  /** The session is being ended; what still comes of it is nobody's answer. */
  | { readonly kind: "closing" }
  | { readonly kind: "stopped" };

export const ussdIdle: UssdPhase = { kind: "idle" };

export type UssdInput =
  | { readonly type: "ask" | "reply"; readonly text: string }
  | { readonly type: "cancel" }
  /** +CUSD; `text` is decoded, empty where there was none. */
  | { readonly type: "urc"; readonly status: number; readonly text: string }
  /** The modem answered the last request with an error. A modem that does not answer it is not heard of here: the answer may still come. */
  | { readonly type: "refused" }
  | { readonly type: "timer" }
  /** The command that ends the session is done, whatever became of it. */
  | { readonly type: "closed" }
  | { readonly type: "stop" };

export type UssdOutcome = UssdAnswer | { readonly fault: UssdFault };

export type UssdEffect =
  | { readonly type: "send"; readonly text: string }
  /** Ends the session at the network: AT+CUSD=2. */
  | { readonly type: "end" }
  /** Takes the place of a timer that runs. */
  | { readonly type: "arm_timer"; readonly delay: Millis }
  | { readonly type: "disarm_timer" }
  /** To the caller who waits for the answer. */
  | { readonly type: "settle"; readonly outcome: UssdOutcome }
  /** To the caller of this very input, who does not get in. */
  | { readonly type: "refuse"; readonly fault: UssdFault }
  /** The network said this without being asked. */
  | { readonly type: "notice"; readonly text: string };

export interface UssdStep {
  readonly phase: UssdPhase;
  readonly effects: readonly UssdEffect[];
}

const DISARM: UssdEffect = { type: "disarm_timer" };
const settle = (outcome: UssdOutcome): UssdEffect => ({ type: "settle", outcome });
const noticeOf = (text: string): readonly UssdEffect[] => (text === "" ? [] : [{ type: "notice", text }]);
const stay = (phase: UssdPhase, ...effects: readonly UssdEffect[]): UssdStep => ({ phase, effects });

function send(text: string): UssdStep {
  return stay({ kind: "asking" }, { type: "send", text }, { type: "arm_timer", delay: ANSWER_LIMIT });
}

function close(...effects: readonly UssdEffect[]): UssdStep {
  return stay({ kind: "closing" }, DISARM, ...effects, { type: "end" });
}

/** Why a session ended that gave no text: <m> of +CUSD (TS 27.007 7.15). */
const ENDINGS: ReadonlyMap<number, UssdFault> = new Map([
  [2, "ended"],
  [3, "taken"],
  [4, "unknown_code"],
  [5, "network_timeout"],
]);

function answered(status: number, text: string): UssdStep {
  if (status === 1)
    return stay({ kind: "open" }, settle({ text, more: true }), { type: "arm_timer", delay: MENU_LIMIT });
  const ending = ENDINGS.get(status);
  // Many networks give the last text together with the end (2), and some give an error's words with 4.
  const final = status === 0 || (text !== "" && status !== 3);
  return stay(ussdIdle, DISARM, settle(final ? { text, more: false } : { fault: ending ?? "failed" }));
}

function told(phase: UssdPhase, status: number, text: string): UssdStep {
  switch (phase.kind) {
    case "asking":
      return answered(status, text);
    case "open":
      // The menu again, or its end: the network need not wait for a reply.
      if (status === 1) return stay(phase, { type: "arm_timer", delay: MENU_LIMIT }, ...noticeOf(text));
      return stay(ussdIdle, DISARM, ...noticeOf(text));
    case "idle":
      // Nobody is here to answer what the network asks by itself.
      return status === 1 ? close(...noticeOf(text)) : stay(phase, ...noticeOf(text));
    case "closing":
    case "stopped":
      return stay(phase);
  }
}

function stop(phase: UssdPhase): UssdStep {
  const waiting = phase.kind === "asking" ? [settle({ fault: "interrupted" })] : [];
  return stay({ kind: "stopped" }, DISARM, ...waiting);
}

const REFUSALS: Readonly<Record<"asking" | "open" | "closing" | "stopped", UssdFault>> = {
  asking: "busy",
  open: "busy",
  closing: "busy",
  stopped: "interrupted",
};

/** One step. Every input is legal in every phase; what makes no sense there changes nothing, or is refused. */
export function stepUssd(phase: UssdPhase, input: UssdInput): UssdStep {
  const { kind } = phase;
  switch (input.type) {
    case "ask":
      return kind === "idle" ? send(input.text) : stay(phase, { type: "refuse", fault: REFUSALS[kind] });
    case "reply":
      if (kind === "open") return send(input.text);
      return stay(phase, {
        type: "refuse",
        fault: kind === "idle" || kind === "closing" ? "no_session" : REFUSALS[kind],
      });
    case "cancel":
      if (kind === "asking") return close(settle({ fault: "cancelled" }));
      return kind === "open" ? close() : stay(phase);
    case "urc":
      return told(phase, input.status, input.text);
    case "refused":
      // In a menu the network may still hold the session open.
      return kind === "asking" ? close(settle({ fault: "failed" })) : stay(phase);
    case "timer":
      if (kind === "asking") return close(settle({ fault: "no_answer" }));
      return kind === "open" ? close() : stay(phase);
    case "closed":
      return kind === "closing" ? stay(ussdIdle) : stay(phase);
    case "stop":
      return kind === "stopped" ? stay(phase) : stop(phase);
    default:
      return assertNever(input, "USSD input");
  }
}
