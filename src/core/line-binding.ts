// Which line a slot's SIM is, pure. A line belongs to its SIM: where the SIM goes, the line and its rental go. A line that was set up for a
// slot, before its SIM was known, is bound to the first SIM seen there.

import type { SlotId } from "../base/index.ts";
import type { Line } from "./model.ts";
import type { SlotStatus } from "./ports.ts";
import type { SimIdentity } from "./ports-slot.ts";
import { START_STEPS } from "./slot-machine.ts";

export type Binding =
  /** The SIM's own line, perhaps of another slot until now. */
  | { readonly kind: "bound"; readonly line: Line }
  /** The slot's line, which has no SIM yet; `learn` is what to keep of this one, null when it does not tell who it is. */
  | { readonly kind: "first"; readonly line: Line; readonly learn: SimIdentity | null }
  /** The slot's line, whose SIM has another identity: served by nobody until the owner says so. */
  | { readonly kind: "other_sim"; readonly line: Line }
  /** Two slots show the same SIM identity: the second is served by its slot alone, as one of them must be wrong. `learn` as above. */
  | { readonly kind: "twin"; readonly line: Line; readonly learn: SimIdentity | null }
  | { readonly kind: "none" };

export interface BindingQuestion {
  readonly slot: SlotId;
  readonly sim: SimIdentity;
  readonly lines: readonly Line[];
  /** Slots that serve a line now, by line. */
  readonly served: ReadonlyMap<Line["id"], SlotId>;
}

function isOf(line: Line, { iccid, imsi }: SimIdentity): boolean {
  if (line.iccid !== null) return line.iccid === iccid;
  return line.imsi !== null && line.imsi === imsi;
}

/** One is enough, and an ICCID is the card itself. */
function whatToLearn({ iccid, imsi }: SimIdentity): SimIdentity | null {
  if (iccid !== null) return { iccid, imsi: null };
  return imsi === null ? null : { iccid: null, imsi };
}

/** Whether a slot has no SIM any more that could be known: it waits, or opens its port. A slot that starts anew has its SIM. */
export function hasLeft({ state, step }: Pick<SlotStatus, "state" | "step">): boolean {
  return state === "down" && !START_STEPS.some((each) => each === step);
}

const isBound = (line: Line): boolean => line.iccid !== null || line.imsi !== null;

export function bindLine({ slot, sim, lines, served }: BindingQuestion): Binding {
  const own = lines.filter((line) => isOf(line, sim));
  const free = lines.find((line) => line.slot === slot && !isBound(line));
  if (own.length > 0) {
    const unserved = own.filter(({ id }) => (served.get(id) ?? slot) === slot);
    // Of twins each has the line of its slot.
    const line = unserved.find((each) => each.slot === slot) ?? unserved[0];
    if (line !== undefined) return { kind: "bound", line };
    return free === undefined ? { kind: "none" } : { kind: "twin", line: free, learn: whatToLearn(sim) };
  }
  if (free !== undefined) return { kind: "first", line: free, learn: whatToLearn(sim) };
  const taken = lines.find((line) => line.slot === slot);
  return taken === undefined ? { kind: "none" } : { kind: "other_sim", line: taken };
}
