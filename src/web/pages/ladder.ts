// The recovery ladder as it is drawn: every step there is, which the slot has the means for, where the box is on it. Pure.

import { type RecoveryRung, type RecoveryView, recoveryRung } from "../../protocol/index.ts";

/** Rungs that a person may ask for. */
const ASKED = ["at", "cfun", "usb_reset", "power"] as const;
export type AskedRung = (typeof ASKED)[number];

/** `absent`: the slot has no means for it, and the box passes it over. */
export type RungLook = "passed" | "current" | "ahead" | "absent";

export interface RungStep {
  readonly rung: RecoveryRung;
  readonly look: RungLook;
  /** What a button on this step asks for; null where there is nothing to ask. */
  readonly ask: AskedRung | null;
}

const RUNGS: readonly RecoveryRung[] = recoveryRung.options;

function isAsked(rung: RecoveryRung): rung is AskedRung {
  return ASKED.some((each) => each === rung);
}

/** The mildest step first. Nothing is passed or current while nothing has to be recovered. */
export function ladderOf({ rung: current, rungs }: RecoveryView): readonly RungStep[] {
  const at = current === null ? -1 : RUNGS.indexOf(current);
  return RUNGS.map((rung, place) => {
    const has = rungs.includes(rung);
    const look = rung === current ? "current" : !has ? "absent" : place < at ? "passed" : "ahead";
    return { rung, look, ask: has && isAsked(rung) ? rung : null };
  });
}

/** What takes the modem off the bus or its power also hits what it is doing: that is asked for twice. */
export function needsConfirmation(rung: AskedRung): boolean {
  return rung === "usb_reset" || rung === "power";
}

/** `now`: a try is under way. A number: ms until the next one. Null: none is planned. */
export function nextTry({ rung, next_at }: RecoveryView, now: number): "now" | number | null {
  if (next_at !== null) return Math.max(0, next_at - now);
  return rung === null || rung === "drain" ? null : "now";
}
