// Is a PDU that a modem shows a new message, or one that was committed before a crash and not yet deleted? Pure.

import type { SeenPdu, StorageLocation } from "./model.ts";

export type DedupeVerdict =
  | { readonly kind: "duplicate"; readonly occurrence: number }
  | { readonly kind: "new"; readonly occurrence: number };

/**
 * Judges by the rows with the same hash (line and PDU, time stamp included). The same bytes at the same place, not yet known to be
 * deleted, are a second reading. The same bytes elsewhere, or at a place that was emptied since, are a second real message: two
 * equal texts within one second both arrive. A direct delivery (+CMT, no location) that comes again is the network's repetition
 * after a lost acknowledgement (TS 24.011 RP-ACK), hence a duplicate.
 */
export function judge(rows: readonly SeenPdu[], location: StorageLocation): DedupeVerdict {
  let next = 0;
  for (const row of rows) {
    const same = location === null ? row.location === null : row.location === location && !row.deleted;
    if (same) return { kind: "duplicate", occurrence: row.occurrence };
    next = Math.max(next, row.occurrence + 1);
  }
  return { kind: "new", occurrence: next };
}
