// Finds the amount in what an operator answers to a balance code. Pure. Operators word it in every way: `Ihr Guthaben beträgt 5,78 Euro`,
// `Balans:-12.50r`, `Your Main Bal is Rs.1,234.50`, with dates, bonuses and phone numbers around it.

export interface Balance {
  /** Decimal, with a point and no separators, such as `-1234.50`. */
  readonly amount: string;
  /** ISO 4217, null where nobody names one. */
  readonly currency: string | null;
}

export interface BalanceHints {
  /** Finds the amount as its first group, in place of the search. */
  readonly pattern?: string | undefined;
  /** Where the answer names none. */
  readonly currency?: string | null | undefined;
}

/** How answers name currencies, lower case. `r` alone is Beeline's rouble. */
const CURRENCIES: Readonly<Record<string, string>> = {
  EUR: "€ eur euro euros",
  GBP: "£ gbp",
  USD: "$ usd us$",
  RUB: "₽ руб рублей рубля рубль rub rur р r",
  UAH: "₴ грн uah hrn гривень",
  BYN: "byn бел.руб",
  INR: "₹ rs inr rs.",
  PLN: "zł zl pln złotych",
  CZK: "kč kc czk",
  CHF: "chf fr sfr",
  SEK: "sek",
  NOK: "nok",
  DKK: "dkk",
  BGN: "лв lv bgn leva",
  ZAR: "zar",
  NGN: "₦ ngn naira",
  KES: "ksh kes ksh.",
  GHS: "ghs ghc gh¢",
  AUD: "aud",
  // Names that several countries share: the SIM's own decides.
  "": "kr kr. r",
};

function readCurrencies(): ReadonlyMap<string, string> {
  const names = Object.entries(CURRENCIES).flatMap(([code, words]) =>
    words.split(" ").map((word) => [word, code] as const),
  );
  return new Map(names);
}

const CODE_OF = readCurrencies();
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const NAMES = [...CODE_OF.keys()]
  .sort((a, b) => b.length - a.length)
  .map(escaped)
  .join("|");
const NUMBER = String.raw`[-−–]?\s?\d{1,3}(?:[ '\u00a0\u202f.,]\d{2,3})*(?:[.,]\d{1,3})?(?!\d)|[-−–]?\d+(?:[.,]\d{1,3})?`;
/** An amount with its currency before or behind it; letters on, as of `Rsomething`, make it none. */
const BEHIND = new RegExp(String.raw`(?<![\d.,/-]|\d:)(${NUMBER})\s?(${NAMES})(?!\p{L})`, "giu");
const BEFORE = new RegExp(String.raw`(?<!\p{L})([-−–]?)(${NAMES})\s?:?\s?(${NUMBER})(?![\d/%]|[.:-]\d)`, "giu");
/** Without a currency only what has cents. */
const BARE = new RegExp(String.raw`(?<![\d.,/*#+-]|\d:)(${NUMBER})(?<=[.,]\d{1,2})(?![\d/%*#]|[.:-]\d)`, "gu");
/** What stands before the amount that is meant. */
const BALANCE_WORD =
  /guthaben|kontostand|balance|\bbal\b|credit|saldo|solde|crédito|credito|kredit|stan konta|konto|zůstatek|баланс|balans|рахунку|счет|наличност/iu;
/** How far behind such a word its amount may stand. */
const REACH = 60;

/** Decimal text of a number as people write it; null for what is none. One separator with three digits behind it groups thousands. */
function decimal(written: string): string | null {
  const negative = /^[-−–]/.test(written);
  const text = written.replace(/[-−–\s'\u00a0\u202f]/g, "");
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  const separators = text.replace(/\d/g, "");
  const same = new Set(separators).size === 1;
  const fraction = last === -1 ? "" : text.slice(last + 1);
  const groups = last === -1 || (same && (separators.length > 1 || (fraction.length === 3 && !text.startsWith("0"))));
  const whole = (groups ? text : text.slice(0, last)).replace(/\D/g, "").replace(/^0+(?=\d)/, "");
  if (whole === "" || whole.length > 12) return null;
  return `${negative ? "-" : ""}${whole}${groups || fraction === "" ? "" : `.${fraction}`}`;
}

interface Found {
  readonly at: number;
  readonly amount: string;
  readonly currency: string;
}

function found(at: number, written: string, name: string): Found[] {
  const amount = decimal(written);
  return amount === null ? [] : [{ at, amount, currency: CODE_OF.get(name.toLowerCase()) ?? "" }];
}

/** The amount behind the first word for a balance, else the first one. */
function choose(text: string, all: readonly Found[]): Found | undefined {
  const word = text.search(BALANCE_WORD);
  const near = word === -1 ? undefined : all.find(({ at }) => at >= word && at - word <= REACH);
  return near ?? all[0];
}

function search(text: string): Found | undefined {
  const named = [
    ...[...text.matchAll(BEHIND)].flatMap((hit) => found(hit.index, hit[1] ?? "", hit[2] ?? "")),
    ...[...text.matchAll(BEFORE)].flatMap((hit) => found(hit.index, `${hit[1] ?? ""}${hit[3] ?? ""}`, hit[2] ?? "")),
  ].sort((a, b) => a.at - b.at);
  if (named.length > 0) return choose(text, named);
  // Without a currency only a number behind such a word is money.
  const word = BALANCE_WORD.exec(text);
  if (word === null) return undefined;
  const bare = [...text.matchAll(BARE)].flatMap((hit) => found(hit.index, hit[1] ?? "", ""));
  return bare.find(({ at }) => at > word.index && at - word.index <= REACH);
}

/** The balance in an operator's answer; null when none is found. `pattern` must compile. */
export function parseBalance(text: string, { pattern, currency = null }: BalanceHints = {}): Balance | null {
  const flat = text.replace(/\s+/g, " ");
  if (pattern !== undefined) {
    const amount = decimal(new RegExp(pattern, "iu").exec(flat)?.[1] ?? "");
    return amount === null ? null : { amount, currency };
  }
  const hit = search(flat);
  return hit === undefined ? null : { amount: hit.amount, currency: hit.currency || currency };
}

/** Whether `amount` is less than `limit`; both decimal, as `Balance.amount`. */
export function isBelow(amount: string, limit: string): boolean {
  return Number(amount) < Number(limit);
}
