// What a number's beginning tells: its country, and whether a call there costs more than others. Pure.

import { NUMBERING_ROWS } from "./numbering-data.ts";

export interface NumberingPlan {
  /** ISO 3166, such as `DE`. */
  readonly country: string;
  readonly callingCode: string;
  /** Dialled before a calling code instead of `+`. */
  readonly abroad: readonly string[];
  /** Dialled before a national number; empty where there is none. */
  readonly trunk: string;
  /** Lengths of national numbers, without the trunk prefix. */
  readonly lengths: ReadonlySet<number>;
  /** Beginnings that tell it from other countries with its calling code; empty for the main one. */
  readonly leading: readonly string[];
  /** Beginnings that cost more than a call. */
  readonly dear: readonly string[];
}

/**
 * Calling codes of no country (ITU-T E.164 list of assigned codes), and whether they cost more than a call: satellites, networks that
 * are nowhere, personal and premium numbers. 800 is free for whoever calls.
 */
const SHARED_CODES: ReadonlyMap<string, "dear" | "plain"> = new Map([
  ["800", "plain"],
  ["808", "dear"],
  ["870", "dear"],
  ["878", "dear"],
  ["881", "dear"],
  ["882", "dear"],
  ["883", "dear"],
  ["888", "dear"],
  ["979", "dear"],
]);

const words = (text: string): readonly string[] => (text === "" ? [] : text.split(" "));

function lengthsOf(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const span of words(text)) {
    const [low = 0, high = low] = span.split("-").map(Number);
    for (let length = low; length <= high; length++) found.add(length);
  }
  return found;
}

function planOf(row: string): NumberingPlan {
  const [country = "", callingCode = "", abroad = "", trunk = "", lengths = "", leading = "", dear = ""] =
    row.split("|");
  const lists = { abroad: words(abroad), leading: words(leading), dear: words(dear) };
  return { country, callingCode, trunk, lengths: lengthsOf(lengths), ...lists };
}

const PLANS: readonly NumberingPlan[] = NUMBERING_ROWS.map(planOf);
const BY_CODE: ReadonlyMap<string, readonly NumberingPlan[]> = Map.groupBy(PLANS, (plan) => plan.callingCode);
const BY_COUNTRY: ReadonlyMap<string, NumberingPlan> = new Map(PLANS.map((plan) => [plan.country, plan]));

const beginsWith = (digits: string, beginnings: readonly string[]): boolean =>
  beginnings.some((each) => digits.startsWith(each));

/** The plan of a country; null for one that there is not. */
export function planOfCountry(country: string): NumberingPlan | null {
  return BY_COUNTRY.get(country) ?? null;
}

/** A number as the world dials it, taken apart. */
export interface PlacedNumber {
  readonly callingCode: string;
  readonly national: string;
  /** Null for codes of no country. */
  readonly plan: NumberingPlan | null;
  /** Whether it costs more than a call. */
  readonly dear: boolean;
  /** Whether the plan has numbers of this form. */
  readonly possible: boolean;
}

/** In North America: an area and an exchange that do not begin with 0 or 1, and an area that is no service. */
const NANP = /^[2-9](?!11)\d\d[2-9]\d{6}$/;

function isPossible(plan: NumberingPlan, national: string): boolean {
  if (!plan.lengths.has(national.length)) return false;
  // What is short where numbers are long is a service that answers within the country.
  if (plan.trunk === "0" && national.length < 7 && Math.max(...plan.lengths) >= 10) return false;
  if (plan.callingCode === "1") return NANP.test(national);
  // `+49 (0) 30`: the digit is dialled inside the country only.
  return !(plan.trunk === "0" && national.startsWith("0"));
}

/** `digits` without `+`. Null where no calling code is assigned. */
export function placeNumber(digits: string): PlacedNumber | null {
  for (const length of [1, 2, 3]) {
    const callingCode = digits.slice(0, length);
    const national = digits.slice(length);
    const shared = SHARED_CODES.get(callingCode);
    if (shared !== undefined) {
      return { callingCode, national, plan: null, dear: shared === "dear", possible: national.length >= 7 };
    }
    const plans = BY_CODE.get(callingCode);
    const plan = plans?.find(({ leading }) => beginsWith(national, leading)) ?? plans?.find((each) => isMain(each));
    if (plans === undefined || plan === undefined) continue;
    // A range may be dear in one country of a shared code and is then dear for all who share it.
    const dear = plans.some((each) => beginsWith(national, each.dear)) || isExchange976(callingCode, national);
    return { callingCode, national, plan, dear, possible: isPossible(plan, national) };
  }
  return null;
}

/** 976 in any area of North America is premium. */
const isExchange976 = (callingCode: string, national: string): boolean =>
  callingCode === "1" && national.startsWith("976", 3);

const isMain = (plan: NumberingPlan): boolean => plan.leading.length === 0;

/** The country of an E.164 number; null for none. */
export function countryOf(number: string): string | null {
  return placeNumber(number.replace(/^\+/, ""))?.plan?.country ?? null;
}

/** Whether plans of this calling code name any dear range: where none does, nothing is known of its prices. */
export function knowsPrices(callingCode: string): boolean {
  return (BY_CODE.get(callingCode) ?? []).some(({ dear }) => dear.length > 0);
}
