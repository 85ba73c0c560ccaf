// What the pages may ask about a SIM's PIN: never the last try by mistake, and never a PUK. Pure.

import type { SlotView } from "../../protocol/index.ts";

/** Typed by the person who risks the last try. */
export const LAST_TRY_WORD = "yes";
/** Tries that a SIM gives (TS 51.011 11.3.2). */
export const PIN_TRIES = 3;

export type SimLock =
  | { readonly kind: "none" }
  /** `left`: tries before the SIM blocks itself; null when the modem does not tell. */
  | { readonly kind: "pin"; readonly left: number | null }
  | { readonly kind: "puk" };

export function simLockOf({ problem }: Pick<SlotView, "problem">): SimLock {
  if (problem === null) return { kind: "none" };
  if (problem.code === "sim.puk_required") return { kind: "puk" };
  if (!problem.code.startsWith("sim.pin_")) return { kind: "none" };
  const left = problem.context?.attempts_left;
  if (left === 0) return { kind: "puk" };
  return { kind: "pin", left: typeof left === "number" ? left : null };
}

/** A count that is not told may be the last one as well. */
export function risksTheSim(left: number | null): boolean {
  return left === null || left <= 1;
}

/** Whether what was typed may be sent. */
export function mayEnter(form: { readonly pin: string; readonly word: string }, left: number | null): boolean {
  if (!/^[0-9]{4,8}$/.test(form.pin)) return false;
  return !risksTheSim(left) || form.word.trim().toLowerCase() === LAST_TRY_WORD;
}
