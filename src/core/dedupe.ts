// Is a message that a slot offers a new one, or one that was committed before and is offered again? Pure.

import { hours, type Millis, type UnixMs } from "../base/index.ts";
import type { SeenPdu, StorageLocation } from "./model.ts";

export type DedupeVerdict =
  | {
      readonly kind: "duplicate";
      readonly occurrence: number;
      /** The row as it must be stored from now on; null when it stays as it is. */
      readonly moved: SeenPdu | null;
    }
  | { readonly kind: "new"; readonly occurrence: number };

/**
 * How long a gateway may still send again what it got no response for. Afterwards the same bytes are a message of their own: gateways
 * keep what they cannot deliver for a day at most, and a row whose confirmation was lost must not swallow messages for ever.
 */
const REDELIVERED_WITHIN: Millis = hours(24);

const SMPP_LOCATION = /^smpp\/([^/]+)\/[^/]+$/;

const MEMORY_LOCATION = /^([A-Z]{2}):\d+$/;

/** The memory of `SM:7`, null for places of other kinds. */
const memoryOf = (location: StorageLocation): string | null =>
  location === null ? null : (MEMORY_LOCATION.exec(location)?.[1] ?? null);

/** The session of `smpp/<session>/<n>`, null for places of other kinds. */
const sessionOf = (location: StorageLocation): string | null =>
  location === null ? null : (SMPP_LOCATION.exec(location)?.[1] ?? null);

/**
 * Judges by the rows with the same hash (line and PDU, time stamp included), all of one line and hence of one account.
 *
 * A stored message: the same bytes at the same place, not yet known to be deleted, are a second reading. The same bytes elsewhere, or
 * at a place that was emptied since, are a second real message: two equal texts within one second both arrive. But a modem receives into
 * one memory, so what waits in one and shows in another is the same message: some modems show one storage under every name, and after a
 * crash it may be read under another one first. That row moves, so that a second real message finds none.
 *
 * A direct delivery (+CMT, no location) that comes again is the network's repetition after a lost acknowledgement (TS 24.011 RP-ACK),
 * hence a duplicate.
 *
 * A message of an SMPP session (SMPP 3.4, 2.2 and 4.6): what got no deliver_sm_resp comes again in a later session, under another
 * number. So the same bytes are a redelivery while a row of another session waits for its confirmation. That row moves to the new
 * session: a second redelivery finds the next row, and within one session equal bytes are two real messages.
 */
export function judge(rows: readonly SeenPdu[], location: StorageLocation, at: UnixMs): DedupeVerdict {
  const session = sessionOf(location);
  const known = session === null ? readAgain(rows, location) : offeredTwice(rows, location);
  if (known !== undefined) return { kind: "duplicate", occurrence: known.occurrence, moved: null };
  const moved = session === null ? inOtherMemory(rows, location) : unconfirmed(rows, session, at);
  if (moved !== undefined) {
    const { occurrence } = moved;
    return { kind: "duplicate", occurrence, moved: { ...moved, location, at } };
  }
  return { kind: "new", occurrence: Math.max(-1, ...rows.map((row) => row.occurrence)) + 1 };
}

const readAgain = (rows: readonly SeenPdu[], location: StorageLocation): SeenPdu | undefined =>
  rows.find((row) => row.location === location && (location === null || !row.deleted));

function inOtherMemory(rows: readonly SeenPdu[], location: StorageLocation): SeenPdu | undefined {
  const memory = memoryOf(location);
  return rows.find((row) => {
    const other = memoryOf(row.location);
    return memory !== null && other !== null && other !== memory && !row.deleted;
  });
}

/** A place in a session never holds a second message, whatever became of the first. */
const offeredTwice = (rows: readonly SeenPdu[], location: StorageLocation): SeenPdu | undefined =>
  rows.find((row) => row.location === location);

function unconfirmed(rows: readonly SeenPdu[], session: string, at: UnixMs): SeenPdu | undefined {
  return rows.find((row) => {
    const other = sessionOf(row.location);
    // Also of a row from the future: the clock was wrong then and has been set back.
    return other !== null && other !== session && !row.deleted && Math.abs(at - row.at) < REDELIVERED_WITHIN;
  });
}
