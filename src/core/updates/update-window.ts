// What a box does about updates by itself, in the hours that its owner named. Pure.

import type { Millis } from "../../base/index.ts";
import type { UpdatePhase, UpdateRelease, UpdateResult } from "../../protocol/index.ts";

/** Minutes of the local day. */
export interface UpdateWindow {
  readonly from: number;
  readonly to: number;
}

/** A window may go over midnight. */
export function isWithin({ from, to }: UpdateWindow, minute: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

export interface SelfFacts {
  readonly phase: UpdatePhase;
  readonly offer: UpdateRelease | null;
  readonly history: readonly UpdateResult[];
  /** What went wrong last. */
  readonly problem: string | null;
  /** The version of the channel's that it went wrong with; null for a bundle that somebody handed in, which says nothing of the channel's. */
  readonly failed: string | null;
  /** From when on that may be tried again, on the monotonic clock; null where only a person can mend it. */
  readonly againAt: Millis | null;
  readonly now: Millis;
}

/** What failed here once is not tried again by itself, but for want of a network: the owner is told. A newer version is another matter. */
export function ownStep(facts: SelfFacts): "restart" | "install" | "nothing" {
  const { phase, offer, history, problem, failed, againAt, now } = facts;
  if (phase === "installed") return problem === null ? "restart" : "nothing";
  if (phase !== "idle" || offer === null) return "nothing";
  if (history.some(({ version, result }) => version === offer.version && result !== "confirmed")) return "nothing";
  const isOther = problem === null || failed !== offer.version;
  return isOther || (againAt !== null && now >= againAt) ? "install" : "nothing";
}
