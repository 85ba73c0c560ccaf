// Whether digits call for help, behind whatever prefix: the network's own rules differ, and it must not get to try.

import { EMERGENCY_NUMBERS } from "./emergency-numbers.ts";
import { type NumberingPlan, placeNumber } from "./numbering-plan.ts";

export interface EmergencyContext {
  /** The plan that the digits are dialled in; null where it is not known. */
  readonly home: NumberingPlan | null;
  /** Numbers that the SIM itself names. */
  readonly extra: ReadonlySet<string>;
  /** The digits begin with a calling code. */
  readonly international: boolean;
}

/** Longest emergency number with any prefix; longer digits are looked at no further. */
const MAX_DIGITS = 20;

/** For calls abroad, in use somewhere (ITU E.164 dialling procedures). */
const ABROAD = ["00", "011", "0011", "010", "810", "009", "001", "119"] as const;
/** What gets a line out of a house's exchange, and trunk prefixes. */
const EXITS = ["0", "1", "8", "9"] as const;

const isOne = (digits: string, extra: ReadonlySet<string>): boolean =>
  EMERGENCY_NUMBERS.has(digits) || extra.has(digits);

/** With and without zeros and exits before it. */
function* unprefixed(digits: string): Generator<string> {
  yield digits;
  yield digits.replace(/^0+/, "");
  for (const exit of EXITS) if (digits.startsWith(exit)) yield digits.slice(exit.length);
}

function nationalOf(digits: string): string | null {
  const placed = placeNumber(digits);
  return placed === null ? null : placed.national;
}

/** Whether `digits` (0-9 alone) are an emergency number as they are, or behind prefixes of any kind. */
export function isEmergency(digits: string, { home, extra, international }: EmergencyContext): boolean {
  if (digits.length === 0 || digits.length > MAX_DIGITS) return false;
  const starts = [digits];
  const ownAbroad = home?.abroad ?? [];
  for (const prefix of [...ABROAD, ...ownAbroad]) {
    if (!international && digits.startsWith(prefix)) starts.push(digits.slice(prefix.length));
  }
  for (const start of starts) {
    for (const each of unprefixed(start)) if (isOne(each, extra)) return true;
    const national = international || start !== digits ? nationalOf(start) : null;
    if (national === null) continue;
    for (const each of unprefixed(national)) if (isOne(each, extra)) return true;
    // Digits behind it do not matter to every network, and no whole number is that short.
    const known = international || ownAbroad.some((prefix) => digits === prefix + start);
    if (known && /^0*112/.test(national) && national.length < 7) return true;
  }
  return false;
}
