// What a restored box makes of a grant that it finds at its relay, pure. The grant is the box's own signed word, given before or after
// the backup; the one with the higher `rev` is the later one.

import { lineId, listingId, rentalId, type UnixMs, unixMs } from "../../base/index.ts";
import type { RentalGrant } from "../../protocol/index.ts";
import type { Line, Rental } from "../model.ts";

export type GrantVerdict =
  /** As the box has it. */
  | { readonly kind: "known" }
  /** Later than the backup: the rental is as the grant says. */
  | { readonly kind: "adopt"; readonly rental: Rental }
  /** No line of this box has the grant's listing. */
  | { readonly kind: "foreign" };

function stateAt(
  grant: RentalGrant,
  local: Rental | null,
  now: UnixMs,
): Pick<Rental, "state" | "endedAt" | "expiresAt"> {
  const end = unixMs(grant.expires_at * 1000);
  // Nothing but an early end makes a rental shorter; how long it was to last is only known here.
  if (local !== null && grant.expires_at < Math.ceil(local.expiresAt / 1000))
    return { state: "ended", endedAt: unixMs(Math.min(end, now)), expiresAt: local.expiresAt };
  return end > now
    ? { state: "active", endedAt: null, expiresAt: end }
    : { state: "expired", endedAt: end, expiresAt: end };
}

/** Judges one grant, whose signature is good, against the rental of that id. */
export function judgeGrant(
  grant: RentalGrant,
  known: { readonly local: Rental | null; readonly lines: readonly Line[]; readonly now: UnixMs },
): GrantVerdict {
  const { local, lines, now } = known;
  if (local !== null && local.rev >= grant.rev) return { kind: "known" };
  const line = local?.lineId ?? lines.find((each) => each.listingId === grant.listing_id)?.id;
  if (line === undefined) return { kind: "foreign" };
  const rental: Rental = {
    id: rentalId(grant.rental_id),
    lineId: lineId(line),
    listingId: listingId(grant.listing_id),
    renter: grant.renter,
    envelopeVersion: grant.envelope_version,
    startsAt: unixMs(grant.starts_at * 1000),
    ...stateAt(grant, local, now),
    rev: grant.rev,
    credit: grant.credit,
    // Which senders a renter does not want is sealed in the grant: what the backup says of it stays.
    senderRules: local?.senderRules ?? null,
  };
  return { kind: "adopt", rental };
}
