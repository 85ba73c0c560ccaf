// The life of a rental, pure: who may rent a line when, what ends a rental, and what must then happen.

import { assertNever, days, type Millis, type UnixMs, unixMs } from "../base/index.ts";
import type { Line, Rental } from "./model.ts";

export interface RestPolicy {
  /** How long a number rests after a rental of up to a day. */
  readonly afterDay: Millis;
  /** How long a number rests after a longer rental. */
  readonly afterLonger: Millis;
}

export type LineState =
  | { readonly kind: "free" }
  | { readonly kind: "rented"; readonly rental: Rental }
  | { readonly kind: "resting"; readonly until: UnixMs };

/** When the line may go to somebody else after `rental`: services the last renter signed up for still send codes to it. */
export function restEnds(rental: Rental, policy: RestPolicy): UnixMs {
  const rest = rental.expiresAt - rental.startsAt <= days(1) ? policy.afterDay : policy.afterLonger;
  return unixMs((rental.endedAt ?? rental.expiresAt) + rest);
}

/** The line's state for `renter` (its verify key): the last renter himself may come back without a rest. */
export function lineState(
  line: Line,
  rentals: readonly Rental[],
  options: { readonly now: UnixMs; readonly policy: RestPolicy; readonly renter?: string },
): LineState {
  let until = unixMs(0);
  for (const rental of rentals) {
    if (rental.lineId !== line.id) continue;
    if (rental.state === "active") return { kind: "rented", rental };
    if (rental.renter.verify === options.renter) continue;
    until = unixMs(Math.max(until, restEnds(rental, options.policy)));
  }
  return until > options.now ? { kind: "resting", until } : { kind: "free" };
}

export type RentalInput =
  | { readonly type: "tick"; readonly now: UnixMs; readonly clockTrusted: boolean }
  | { readonly type: "end"; readonly now: UnixMs }
  | { readonly type: "credit"; readonly credit: number | null }
  /** Paid on; an earlier end than it has changes nothing. */
  | { readonly type: "extend"; readonly until: UnixMs }
  /** What is sealed in the grant has changed: the renter must get it anew. */
  | { readonly type: "reissue" };

export type RentalEffect =
  /** Save the rental and tell the relay its new revision. */
  | { readonly type: "publish" }
  | { readonly type: "report"; readonly code: "rental.expired" | "rental.ended" | "rental.extended" };

export interface RentalStep {
  readonly rental: Rental;
  readonly effects: readonly RentalEffect[];
}

function finish(rental: Rental, state: "ended" | "expired", at: UnixMs): RentalStep {
  return {
    rental: { ...rental, state, endedAt: at, rev: rental.rev + 1 },
    effects: [{ type: "publish" }, { type: "report", code: state === "expired" ? "rental.expired" : "rental.ended" }],
  };
}

/** Whether the rental has run out. A clock in doubt ends nothing: a renter must not lose paid days to a flat battery. */
export function isOver(rental: Rental, clock: { readonly now: UnixMs; readonly clockTrusted: boolean }): boolean {
  return clock.clockTrusted && clock.now >= rental.expiresAt;
}

/** One step of the rental's machine. A rental that is over stays over: every input leaves it as it is. */
export function stepRental(rental: Rental, input: RentalInput): RentalStep {
  if (rental.state !== "active") return { rental, effects: [] };
  switch (input.type) {
    case "tick":
      return isOver(rental, input) ? finish(rental, "expired", rental.expiresAt) : { rental, effects: [] };
    case "end":
      return finish(rental, "ended", input.now);
    case "credit":
      return { rental: { ...rental, credit: input.credit, rev: rental.rev + 1 }, effects: [{ type: "publish" }] };
    case "extend":
      if (input.until <= rental.expiresAt) return { rental, effects: [] };
      return {
        rental: { ...rental, expiresAt: input.until, rev: rental.rev + 1 },
        effects: [{ type: "publish" }, { type: "report", code: "rental.extended" }],
      };
    case "reissue":
      return { rental: { ...rental, rev: rental.rev + 1 }, effects: [{ type: "publish" }] };
    default:
      return assertNever(input, "rental input");
  }
}
