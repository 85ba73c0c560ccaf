// Which lines a slot serves. A modem: the one bound to the SIM's ICCID wherever the SIM is, else the one configured for the slot.

import type { LineId, SlotId } from "../base/index.ts";
import type { Line } from "../core/index.ts";

export function lineChooser(lines: () => readonly Line[]): (slot: SlotId, iccid: string | null) => LineId | null {
  return (slot, iccid) => {
    const bound = lines().find((line) => line.iccid !== null && line.iccid === iccid);
    if (bound !== undefined) return bound.id;
    // A line that is bound to another SIM is not served by whatever SIM lies in its slot.
    return lines().find((line) => line.slot === slot && line.iccid === null)?.id ?? null;
  };
}

/** The lines that name a slot: of an account of a gateway there may be many. */
export function slotLines(lines: () => readonly Line[]): (slot: SlotId) => readonly Line[] {
  return (slot) => lines().filter((line) => line.slot === slot);
}
