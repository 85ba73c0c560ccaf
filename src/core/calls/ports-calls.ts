// What calls need of storage and money. What is kept in clear of a call tells no number: the other party's is in the sealed record.

import type { LineId, MicroEmc, Millis, RentalId, SlotId, UnixMs } from "../../base/index.ts";
import type { IssuedCalls } from "../proofs/issued-calls.ts";
import type { EndCause } from "./ports-voice.ts";

export interface StoredCall {
  /** 32 lower-case hex digits. */
  readonly id: string;
  readonly lineId: LineId;
  readonly slotId: SlotId;
  /** Null for a call that was nobody's. */
  readonly rentalId: RentalId | null;
  readonly direction: "in" | "out";
  readonly startedAt: UnixMs;
  /** When it began to count; null when it was not answered. */
  readonly answeredAt: UnixMs | null;
  /** Null while it is on. Never within a day whose receipts are closed. */
  readonly endedAt: UnixMs | null;
  /** Whole ms of talk, as far as they are known. */
  readonly duration: Millis;
  /** Begun minutes, of them included ones, and what the others cost. */
  readonly minutes: number;
  readonly included: number;
  readonly cost: MicroEmc;
  /** Of `cost` what the last write added: booked again after a crash, under the same key. */
  readonly lastCost: MicroEmc;
  readonly cause: EndCause | null;
  /** base64url, sealed to the renter, with the hash of its bytes; null for a call that was nobody's. */
  readonly record: { readonly sealed: string; readonly hash: string } | null;
}

/** What a rental has used. */
export interface CallUsage {
  readonly calls: number;
  readonly minutes: number;
  readonly included: number;
  readonly cost: MicroEmc;
  /** Minutes of dialled calls that were answered at `since` or later. */
  readonly dialledSince: number;
}

export interface CallQuery {
  /** Only calls before this cursor, newest first; null for the newest. */
  readonly before: number | null;
  /** 1-500. */
  readonly limit: number;
  readonly line: LineId | null;
  readonly rental: RentalId | null;
}

export interface CallStore {
  /** Inserts, or replaces what a call may change. Resolves after fsync. Errors: `store.full`, `store.busy` (retryable), `store.io`. */
  saveCall(call: StoredCall): Promise<void>;
  /** Calls without an end, oldest first: after a start, those that a crash cut. */
  openCalls(): Promise<readonly StoredCall[]>;
  calls(query: CallQuery): Promise<readonly (StoredCall & { readonly cursor: number })[]>;
  /** Of every rental that ever had a call. */
  callUsage(since: UnixMs): Promise<ReadonlyMap<RentalId, CallUsage>>;
  readonly issued: IssuedCalls;
}

/** What a call of a rental costs and how long it may be. */
export interface CallTerms {
  /** 0 for calls that cost nothing. */
  readonly pricePerMinute: MicroEmc;
  /** Minutes of the rental that cost nothing, over its whole time. */
  readonly includedMinutes: number;
  readonly maxCall: Millis;
  /** Dialled minutes in a day (UTC); null for no limit. */
  readonly minutesPerDay: number | null;
}

export interface CallCharge {
  readonly call: string;
  readonly rental: RentalId;
  /** All minutes of the call up to this one: with `call` it is what makes the charge happen once. */
  readonly upTo: number;
  readonly cost: MicroEmc;
  readonly at: UnixMs;
}

/** A rental's money. */
export interface CallMoney {
  /** What it may still spend; null for a rental that is not billed. */
  credit(rental: RentalId): MicroEmc | null;
  /** Books once: the same charge again changes nothing. */
  charge(charge: CallCharge): Promise<void>;
}
