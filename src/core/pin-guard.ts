// Whether the box may enter a PIN, pure. A wrong PIN is tried once, ever: across restarts by what is kept, across boxes by the SIM's own
// counter. The last attempt is a person's to risk, and a PUK is never entered at all.

import type { ErrorCode } from "../base/index.ts";

/** Tries that a SIM gives a PIN (TS 51.011 11.3.2, TS 102 221 9.5.1); a right PIN sets the counter back to it. */
export const PIN_ATTEMPTS = 3;

/**
 * What came of entering the PIN that is kept. `trying` is written before it is sent: whoever finds it does not know how it ended.
 * `asked`: a person wants one try although the counter may not be full.
 */
export type PinOutcome = "new" | "asked" | "trying" | "right" | "wrong";

export interface PinQuestion {
  readonly outcome: PinOutcome;
  /** Tries that were left when a person asked: that very try, not one more in a box that was restored from a backup. */
  readonly askedAt: number | null;
  /** Tries that the SIM has left for its PIN; null when the modem does not tell. */
  readonly attemptsLeft: number | null;
}

export interface PinRefusal {
  readonly kind: "refuse";
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

export type PinVerdict = { readonly kind: "enter" } | PinRefusal;

const HINT_ENTER = "Enter the SIM's PIN in the console or by `numberbox slot pin`, or switch it off in a phone.";

const refuse = (code: ErrorCode, message: string, hint: string): PinRefusal => ({
  kind: "refuse",
  code,
  message,
  hint,
});

const left = (count: number | null): string => (count === null ? "" : ` (${count} of ${PIN_ATTEMPTS} tries left)`);

/** What there is to say while no PIN is known. */
export function pinUnknown(attemptsLeft: number | null): PinRefusal {
  return refuse("sim.pin_required", `the SIM asks for its PIN${left(attemptsLeft)}`, HINT_ENTER);
}

/** Whether the PIN that is kept may be entered now. */
export function mayEnterPin({ outcome, askedAt, attemptsLeft }: PinQuestion): PinVerdict {
  if (outcome === "wrong")
    return refuse(
      "sim.pin_wrong",
      `the PIN of this SIM was wrong${left(attemptsLeft)}; it is not tried again`,
      HINT_ENTER,
    );
  if (outcome === "asked" && askedAt === attemptsLeft) return { kind: "enter" };
  if (attemptsLeft !== null && attemptsLeft < PIN_ATTEMPTS) {
    const message = `a PIN of this SIM was wrong before${left(attemptsLeft)}; the box does not try by itself`;
    return refuse("sim.pin_attempts", message, HINT_ENTER);
  }
  if (outcome === "trying" && attemptsLeft === null) {
    // A full counter would prove that the PIN was right, or never got there.
    const message =
      "the box was interrupted while it entered the PIN, and the modem does not tell whether it was right";
    return refuse("sim.pin_in_doubt", message, HINT_ENTER);
  }
  return { kind: "enter" };
}

/**
 * Whether a person's PIN is taken. `confirmed`: the person has said that the last try may be used; `wasWrong`: this very PIN was wrong. A
 * full counter shows that the SIM was opened elsewhere since, perhaps to give it that PIN.
 */
export function mayTakePin(attemptsLeft: number | null, confirmed: boolean, wasWrong = false): PinVerdict {
  if (attemptsLeft === 0)
    return refuse("sim.puk_required", "the SIM asks for its PUK", "Enter the PUK in a phone; the box never does.");
  if (wasWrong && attemptsLeft !== PIN_ATTEMPTS && !confirmed) {
    const hint = "Look the PIN up again; a request that is sent twice costs a try.";
    return refuse("sim.pin_wrong", `this very PIN was wrong for this SIM${left(attemptsLeft)}`, hint);
  }
  if (attemptsLeft === 1 && !confirmed) {
    const hint = "Look the PIN up again, or confirm that the last try may be used.";
    return refuse(
      "sim.last_attempt",
      "this is the last try: a wrong PIN blocks the SIM until its PUK is entered",
      hint,
    );
  }
  return { kind: "enter" };
}
