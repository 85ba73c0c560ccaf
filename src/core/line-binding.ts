// Which line a slot's SIM is, pure. A line belongs to its SIM: where the SIM goes, the line and its rental go. A line that was set up for a
// slot, before its SIM was known, is bound to the first SIM seen there.

import type { SlotId } from "../base/index.ts";
import type { Line } from "./model.ts";
import type { SimIdentity } from "./ports-slot.ts";

export type Binding =
  /** The SIM's own line, perhaps of another slot until now. */
  | { readonly kind: "bound"; readonly line: Line }
  /** The slot's line, which has no SIM yet; `learn` is what to keep of this one, null when it does not tell who it is. */
  | { readonly kind: "first"; readonly line: Line; readonly learn: SimIdentity | null }
  /** The slot's line, whose SIM has another identity: served by nobody until the owner says so. */
  | { readonly kind: "other_sim"; readonly line: Line }
  /** Two slots show the same SIM identity: the second is served by its slot alone, as one of them must be wrong. */
  | { readonly kind: "twin"; readonly line: Line }
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

const isBound = (line: Line): boolean => line.iccid !== null || line.imsi !== null;

export function bindLine({ slot, sim, lines, served }: BindingQuestion): Binding {
  const own = lines.find((line) => isOf(line, sim));
  const free = lines.find((line) => line.slot === slot && !isBound(line));
  if (own !== undefined) {
    const by = served.get(own.id);
    if (by === undefined || by === slot) return { kind: "bound", line: own };
    return free === undefined ? { kind: "none" } : { kind: "twin", line: free };
  }
  if (free !== undefined) {
    const { iccid, imsi } = sim;
    // One is enough, and an ICCID is the card itself.
    const learn = iccid !== null ? { iccid, imsi: null } : imsi !== null ? { iccid: null, imsi } : null;
    return { kind: "first", line: free, learn };
  }
  const taken = lines.find((line) => line.slot === slot);
  return taken === undefined ? { kind: "none" } : { kind: "other_sim", line: taken };
}
