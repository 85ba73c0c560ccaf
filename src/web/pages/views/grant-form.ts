// What the grant dialog holds, and when it may be sent. Pure.

import type { GrantRequest } from "../../../protocol/index.ts";
import type { KeysVerdict } from "../renter-keys.ts";

export interface GrantForm {
  readonly line: string;
  readonly keys: KeysVerdict;
  readonly days: string;
  readonly version: 1 | 2;
  readonly credit: string;
}

function wholeNumber(text: string, min: number, max: number): number | null {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}

export function daysOf(form: GrantForm): number | null {
  return wholeNumber(form.days, 1, 366);
}

/** The number of SMS paid for; null for no limit; undefined when the text is no whole number. */
export function creditOf(form: GrantForm): number | null | undefined {
  if (form.credit.trim() === "") return null;
  return wholeNumber(form.credit, 0, 999_999_999) ?? undefined;
}

/** The request, once every field will do. */
export function requestOf(form: GrantForm): GrantRequest | null {
  const days = daysOf(form);
  const credit = creditOf(form);
  if (form.line === "" || form.keys.kind !== "good" || days === null || credit === undefined) return null;
  return { line: form.line, renter: form.keys.keys, days, envelope_version: form.version, credit };
}
