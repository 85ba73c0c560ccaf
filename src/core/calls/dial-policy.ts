// What may be dialled for a renter. Refuses unless every rule lets a number pass, and gives out nothing but `+` and digits, or a short
// national number of digits alone: no spelling, separator or code of what was dialled ever reaches a modem.

import type { Line } from "../model.ts";
import { dialledNumber, looksLikeEmergency } from "./dialled-text.ts";
import { isEmergency } from "./emergency-check.ts";
import { countryOf, knowsPrices, type NumberingPlan, placeNumber, planOfCountry } from "./numbering-plan.ts";
import type { Announcement } from "./ports-voice.ts";

export interface DialPolicy {
  /** ISO 3166 countries, `own` for that of the line, `any`. */
  readonly countries: readonly string[];
  /** `+` and digits, `*` at the end for any rest. Before countries and prices, never before emergency numbers or `deny`. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly premium: "refuse" | "allow";
  readonly shortCodes: "refuse" | "allow";
}

export interface DialContext {
  /** The line's own number, E.164. */
  readonly number: string;
  /** Country of the SIM where it is known better than by the number, ISO 3166. */
  readonly country?: string | null;
  /** Emergency numbers that the SIM itself names (EF ECC, TS 31.102 4.2.21). */
  readonly emergency?: readonly string[];
  readonly policy: DialPolicy;
}

/**
 * `emergency`: calls for help somewhere · `service_code`: MMI, USSD or a setting for the call · `not_a_number`: letters, pauses, other
 * scripts, too long · `unknown_number`: no such numbers · `own_number`: the line's own, which would be its mailbox · `denied`: by the
 * owner · `premium` · `short_code` · `country`.
 */
export type DialRefusalCode =
  | "call.emergency"
  | "call.service_code"
  | "call.not_a_number"
  | "call.unknown_number"
  | "call.own_number"
  | "call.denied"
  | "call.premium"
  | "call.short_code"
  | "call.country";

export type DialJudgement =
  /** `number` is what the modem dials; `country` null for a short or a country-less one. */
  | { readonly allowed: true; readonly number: string; readonly country: string | null }
  | {
      readonly allowed: false;
      readonly cause: "blocked";
      readonly say: Announcement;
      readonly code: DialRefusalCode;
    };

function refuse(code: DialRefusalCode): DialJudgement {
  return { allowed: false, cause: "blocked", say: code === "call.emergency" ? "emergency" : "blocked", code };
}

/** Decides about what a phone dialled, at most 64 characters of it; longer text is refused. Never throws. */
export function judgeDialled(dialled: string, context: DialContext): DialJudgement {
  const country = context.country ?? countryOf(context.number);
  const home = country === null ? null : planOfCountry(country);
  const emergency = new Set(context.emergency ?? []);
  if (looksLikeEmergency(dialled, home, emergency)) return refuse("call.emergency");
  const read = dialledNumber(dialled);
  if (read.kind === "service_code") return refuse("call.service_code");
  if (read.kind === "nothing") return refuse("call.not_a_number");
  const international = read.international ? read.digits : toInternational(read.digits, home);
  if (international === null) return judgeShort(read.digits, context);
  if (isEmergency(international, { home, extra: emergency, international: true })) return refuse("call.emergency");
  return judgeInternational(international, { ...context, country });
}

/** Digits with the calling code first, by the rules of the line's country; null for what is no whole number there. */
function toInternational(digits: string, home: NumberingPlan | null): string | null {
  if (home === null) return null;
  const abroad = home.abroad.filter((each) => digits.startsWith(each)).sort((a, b) => b.length - a.length)[0];
  if (abroad !== undefined) return digits.slice(abroad.length);
  const { trunk, callingCode, lengths } = home;
  if (trunk !== "" && digits.startsWith(trunk) && lengths.has(digits.length - trunk.length))
    return callingCode + digits.slice(trunk.length);
  // Elsewhere what lacks the trunk prefix is a number within a town, of which mobile networks have none.
  const bare = trunk === "" || trunk === "1" || BARE.has(home.country);
  return bare && digits.length > MAX_SHORT && lengths.has(digits.length) ? callingCode + digits : null;
}

const MAX_SHORT = 6;
/** Where people dial mobile numbers without the trunk prefix that there is; in North America (`1`) they dial all so. */
const BARE: ReadonlySet<string> = new Set([
  ...["BO", "BR", "CN", "CO", "GE", "KI", "LB", "LI", "MC", "MN", "NP", "PE", "RW", "SO", "UY"],
]);

function judgeShort(digits: string, { policy }: DialContext): DialJudgement {
  if (!/^[1-9]\d{2,5}$/.test(digits))
    return refuse(digits.length <= MAX_SHORT ? "call.short_code" : "call.unknown_number");
  return policy.shortCodes === "allow" ? { allowed: true, number: digits, country: null } : refuse("call.short_code");
}

function matches(number: string, patterns: readonly string[]): boolean {
  return patterns.some((each) => (each.endsWith("*") ? number.startsWith(each.slice(0, -1)) : each === number));
}

function judgeInternational(digits: string, context: DialContext): DialJudgement {
  const { policy, country } = context;
  const number = `+${digits}`;
  const placed = placeNumber(digits);
  if (placed === null || !placed.possible || !/^\+[1-9]\d{6,14}$/.test(number)) return refuse("call.unknown_number");
  const allowed: DialJudgement = { allowed: true, number, country: placed.plan?.country ?? null };
  if (number === context.number) return refuse("call.own_number");
  if (matches(number, policy.deny)) return refuse("call.denied");
  if (matches(number, policy.allow)) return allowed;
  if (placed.dear && policy.premium === "refuse") return refuse("call.premium");
  const target = placed.plan?.country ?? null;
  const named = policy.countries.some((each) => each === target || (each === "own" && target === country));
  if (target !== null && named) return allowed;
  if (!policy.countries.includes("any")) return refuse("call.country");
  // Where nothing is known of prices, "any" is not enough: that is where expensive ranges are sold from.
  const known = placed.plan === null || knowsPrices(placed.callingCode);
  return known || policy.premium === "allow" ? allowed : refuse("call.premium");
}

/** The same for a line by its own number, as the desk asks. */
export function dialVerdict(dialled: string, line: Pick<Line, "number">, policy: DialPolicy): DialJudgement {
  return judgeDialled(dialled, { number: line.number, policy });
}
