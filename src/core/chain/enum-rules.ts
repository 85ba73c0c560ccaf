// What must be given before a number is put into the chain, and which of a number's names is taken. Pure.

import { AppError, type E164 } from "../../base/index.ts";
import { enumName } from "../../registry/index.ts";
import type { NameRecord } from "./ports-chain.ts";

export interface EnumSettings {
  readonly enabled: boolean;
  /** Name of who vouches; null for nobody. */
  readonly verifier: string | null;
  /** Owner of new records; null for a fresh address each. */
  readonly address: string | null;
  /** Seconds. */
  readonly ttl: number;
  /** Term of a new record, and of a renewal. */
  readonly days: number;
}

export interface EnumConsent {
  /** The number, typed again. */
  readonly confirmNumber: string;
  readonly despiteListing: boolean;
}

/** Names that are looked at for one number. */
export const MAX_ENUM_RECORDS = 10;

function refused(reason: string, message: string, hint: string): AppError {
  return new AppError(`enum.${reason}`, message, { hint });
}

export function enumDisabled(): AppError {
  return refused(
    "disabled",
    "putting numbers into the chain is switched off",
    "A published number is public for ever. If that is what you want, set enum.enabled in the configuration.",
  );
}

export function notSip(): AppError {
  return refused("bad_sip", "the SIP address cannot be used", "Write it as sip:NAME@HOST, without blanks and `!`.");
}

/** The address that calls go to. Throws `enum.bad_sip`. */
export function sipUri(text: string): string {
  if (!/^sips?:[\x21-\x7e]{1,250}$/i.test(text) || !/^sips?:[^@!]+@[^@!]+$/i.test(text)) throw notSip();
  return text;
}

/** What the owner has not agreed to yet; null where he agreed to all. */
export function missingConsent(
  { confirmNumber, despiteListing }: EnumConsent,
  { number, listed }: { readonly number: E164; readonly listed: boolean },
): AppError | null {
  if (confirmNumber.replace(/[ ().-]/g, "") !== number) {
    return refused(
      "not_confirmed",
      "the number was not typed again as confirmation",
      "Give the line's number in the form +15550100 by --confirm.",
    );
  }
  if (!listed || despiteListing) return null;
  return refused(
    "listed",
    "a blind listing of this line is in the chain: the record can give away which number it offers",
    "Unpublish the listing first, or say --despite-listing.",
  );
}

export interface NumberedRecord {
  readonly at: number;
  readonly record: NameRecord;
  readonly own: boolean;
}

/** Where a record goes: over our own one, else to the first free name. Lookups stop at a gap, so what lies behind one does not count. */
export function placeFor(records: readonly NumberedRecord[]): { readonly at: number; readonly own: NameRecord | null } {
  for (let at = 0; at < MAX_ENUM_RECORDS; at++) {
    const taken = records.find((each) => each.at === at && each.record.state === "active");
    if (taken === undefined) return { at, own: null };
    if (taken.own) return { at, own: taken.record };
  }
  throw refused("full", `the number has ${MAX_ENUM_RECORDS} records of others`, "Ask their owners to remove them.");
}

/** Our record to remove: the last, so that none of ours is left behind a gap. Throws `enum.not_published`. */
export function lastOwn(records: readonly NumberedRecord[]): NumberedRecord {
  const own = records.filter((each) => each.own && each.record.state === "active").sort((a, b) => b.at - a.at)[0];
  if (own !== undefined) return own;
  throw refused(
    "not_published",
    "no record of this wallet for the number is in the chain",
    "Nothing is to be removed.",
  );
}

/** Refuses an owner's address that would link the number to what else it owns, or that this wallet has no key for. */
export function checkOwner(address: string, { mine, used }: { readonly mine: boolean; readonly used: boolean }): void {
  const hint = "Leave enum.address out of the configuration: each record then gets a fresh address.";
  if (!mine) throw refused("foreign_address", `the address ${address} is not in this wallet`, hint);
  if (used) throw refused("linked_address", `the address ${address} owns another name, which would be linked`, hint);
}

/** What publishing gives away, for the owner to read before he pays. */
export function enumWarnings(facts: {
  readonly number: E164;
  readonly listed: boolean;
  readonly signed: boolean;
  readonly renewal: number | null;
}): readonly string[] {
  const { number, listed, signed, renewal } = facts;
  return [
    `${number} and its SIP address become public for ever, also after you remove the record: ${enumName(number, 0)} is there for all to read.`,
    "The number is linked to the address that owns the record, and by the coins that pay for it to what else this wallet paid. Use a wallet that does nothing else.",
    ...(listed
      ? [
          "A blind listing of this line is in the chain: whoever compares times and coins learns which number it offers.",
        ]
      : []),
    ...(signed ? [] : ["No verifier signs the record: resolvers that ask for a signature ignore it."]),
    ...(renewal === null ? [] : [`The chain says the same already: the record is paid for another ${renewal} days.`]),
  ];
}
