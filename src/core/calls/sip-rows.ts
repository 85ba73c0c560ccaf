// What the box remembers of its SIP accounts: nothing secret, only how often each was rotated and what its renter was last told.

import { z } from "zod";
import { type RentalId, rentalId } from "../../base/index.ts";
import { parseJsonWith, rentalIdText } from "../../protocol/index.ts";
import type { Rental } from "../model.ts";

export interface SipRow {
  readonly rotation: number;
  /** Revision of the grant that told the renter. */
  readonly rev: number;
  /** Keyed hash of what that grant said of the account, 16 hex digits; empty for a grant without one. */
  readonly told: string;
}

const stored = z.strictObject({
  v: z.literal(1),
  rentals: z.record(
    rentalIdText,
    z.strictObject({
      rotation: z.int().min(0),
      rev: z.int().min(1),
      told: z.string().regex(/^(?:[0-9a-f]{16})?$/),
    }),
  ),
});

export type SipRows = ReadonlyMap<RentalId, SipRow>;

/** Throws `sip.unreadable`. */
export function readSipRows(text: string | null): SipRows {
  if (text === null) return new Map();
  const { rentals } = parseJsonWith(stored, text, "sip.unreadable", "what is stored of SIP accounts");
  return new Map(Object.entries(rentals).map(([id, row]) => [rentalId(id), row]));
}

export function sipRowsText(rows: SipRows): string {
  return JSON.stringify({ v: 1, rentals: Object.fromEntries(rows) });
}

/** `row` over what was known meanwhile: the later grant counts, and no rotation is ever undone. */
export function mergedRow(known: SipRow | undefined, row: SipRow): SipRow {
  if (known === undefined) return row;
  return { ...(known.rev > row.rev ? known : row), rotation: Math.max(known.rotation, row.rotation) };
}

/**
 * The rotation of a rental's account. A grant of a later revision than the one that is remembered was given by a box that knew more
 * (this one before it was restored from a backup): what it told may have been taken back since, so that its rotations are passed over.
 * Each rotation makes a revision, so that a revision is above all rotations before it.
 */
export function rotationOf(rental: Rental, row: SipRow | undefined): number {
  const { rotation, rev } = row ?? { rotation: 0, rev: 1 };
  return rental.rev > rev ? Math.max(rotation, rental.rev) : rotation;
}
