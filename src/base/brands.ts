// Branded primitives: made by one parse function each, so that a value's meaning survives the call chain.

import { AppError } from "./errors.ts";

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Milliseconds since 1970-01-01T00:00:00Z by the wall clock (may jump). */
export type UnixMs = Brand<number, "UnixMs">;
/** A span or a monotonic reading in milliseconds. */
export type Millis = Brand<number, "Millis">;
/** Modem position of the box, stable across USB renumbering. Lower-case letters, digits, `.`, `_`, `-`; 1-32 characters. */
export type SlotId = Brand<string, "SlotId">;
/** One phone number of the box, bound to a SIM. Same alphabet as `SlotId`. Not the number itself. */
export type LineId = Brand<string, "LineId">;
/** 16-64 lower-case hex digits (F§5.3 of the ecosystem's formats). */
export type ListingId = Brand<string, "ListingId">;
/** 32 lower-case hex digits. */
export type RentalId = Brand<string, "RentalId">;
/** 32 lower-case hex digits, derived (never random): see `core/intake`. */
export type MessageId = Brand<string, "MessageId">;
/** `+` and 7-15 digits (ITU-T E.164), leniently checked. */
export type E164 = Brand<string, "E164">;

export const unixMs = (value: number): UnixMs => value as UnixMs;
export const millis = (value: number): Millis => value as Millis;
export const seconds = (value: number): Millis => (value * 1000) as Millis;
export const minutes = (value: number): Millis => (value * 60_000) as Millis;
export const hours = (value: number): Millis => (value * 3_600_000) as Millis;
export const days = (value: number): Millis => (value * 86_400_000) as Millis;
/** Whole seconds since 1970. */
export const unixSecondsOf = (at: UnixMs): number => Math.floor(at / 1000);

function matcher<T extends string>(name: string, pattern: RegExp, shape: string): (value: string) => T {
  return (value) => {
    if (!pattern.test(value)) {
      throw new AppError("base.bad_value", `${name} must be ${shape}`, { context: { name, length: value.length } });
    }
    return value as T;
  };
}

export const slotId = matcher<SlotId>("slot id", /^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -");
export const lineId = matcher<LineId>("line id", /^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -");
export const listingId = matcher<ListingId>("listing id", /^[0-9a-f]{16,64}$/, "16-64 lower-case hex digits");
export const rentalId = matcher<RentalId>("rental id", /^[0-9a-f]{32}$/, "32 lower-case hex digits");
export const messageId = matcher<MessageId>("message id", /^[0-9a-f]{32}$/, "32 lower-case hex digits");
export const e164 = matcher<E164>("phone number", /^\+[0-9]{7,15}$/, "an E.164 number such as +15550100");
