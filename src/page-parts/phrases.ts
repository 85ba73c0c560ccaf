// Texts of one set of pages by key from one catalogue, with named places; numbers, times and plurals as the locale writes them.

type Places<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;
/** The English texts of some pages, as they are written: places and plurals are checked by them. */
export type Texts = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, string | number | boolean>>;
/** A key's places must all be given, and nothing may be given to a text without places. */
type Args<M extends Texts, K extends keyof M> = [Places<M[K]>] extends [never]
  ? []
  : [Readonly<Record<Places<M[K]>, string | number>>];

/** Keys that come in the forms `.one` and `.other`. */
export type PluralKeyOf<M extends Texts> = {
  [K in keyof M]: K extends `${infer Stem}.other` ? Stem : never;
}[keyof M];

/** Texts that every set of pages has, in its own words. */
export type SpanTexts = Readonly<
  Record<"span.s" | "span.min" | "span.h" | "span.d", `${string}{n}${string}`> &
    Record<"ago", `${string}{span}${string}`> &
    Record<"ago.now", string>
>;

const AGO_STEP = 10_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export class Phrases<M extends Texts & SpanTexts> {
  readonly locale: string;
  readonly #catalogue: Readonly<Record<keyof M, string>>;
  // Made when they are first needed: each loads tables, while the first view waits.
  #formatter: Intl.NumberFormat | null = null;
  #date: Intl.DateTimeFormat | null = null;
  #plural: Intl.PluralRules | null = null;

  constructor(catalogue: Readonly<Record<keyof M, string>>, locale: string) {
    this.locale = locale;
    this.#catalogue = catalogue;
  }

  t<K extends keyof M & string>(key: K, ...[values]: Args<M, K>): string {
    return this.#fill(this.#catalogue[key] ?? key, values ?? {});
  }

  /** The text for `count` things; `{n}` is the count. Other languages add forms such as `.few` to the same stem. */
  count(stem: PluralKeyOf<M> & string, count: number): string {
    this.#plural ??= new Intl.PluralRules(this.locale);
    const text = this.find(`${stem}.${this.#plural.select(count)}`, { n: count });
    return text ?? this.find(`${stem}.other`, { n: count }) ?? "";
  }

  /** The text of a key known only at run time (codes of the box); null when the catalogue has none. */
  find(key: string, values: Values = {}): string | null {
    return this.#has(key) ? this.#fill(this.#catalogue[key] ?? key, values) : null;
  }

  number(value: number): string {
    // Such a number is written alike in every language of the pages.
    if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
    return this.#number().format(value);
  }

  /** A decimal text such as `39300.487`, to its last digit: an amount of money is no floating-point number. */
  decimal(text: string): string {
    const [whole = "0", fraction] = text.split(".");
    const mark =
      this.#number()
        .formatToParts(1.5)
        .find(({ type }) => type === "decimal")?.value ?? ".";
    const grouped = this.#number().format(Number(whole));
    return fraction === undefined ? grouped : `${grouped}${mark}${fraction}`;
  }

  date(ms: number): string {
    this.#date ??= new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" });
    return this.#date.format(ms);
  }

  /** As `2026-11-28 18:05`, here: alike in every language, and the first view does not wait for a language's tables. */
  stamp(ms: number): string {
    const at = new Date(ms);
    const two = (n: number): string => String(n).padStart(2, "0");
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
  }

  /** A span in its largest whole unit: `12 s`, `5 min`, `3 h`, `9 d`. */
  span(ms: number): string {
    if (ms < MINUTE) return this.#known("span.s", { n: Math.max(0, Math.floor(ms / 1000)) });
    if (ms < HOUR) return this.#known("span.min", { n: Math.floor(ms / MINUTE) });
    if (ms < 2 * DAY) return this.#known("span.h", { n: Math.floor(ms / HOUR) });
    return this.#known("span.d", { n: Math.floor(ms / DAY) });
  }

  /** What is left, in its largest unit and rounded up: a rental granted for 30 days begins with 30. */
  left(ms: number): string {
    const unit = ms < MINUTE ? 1000 : ms < HOUR ? MINUTE : ms < 2 * DAY ? HOUR : DAY;
    return this.span(Math.ceil(ms / unit) * unit);
  }

  /** A countdown as a clock shows it: `4:09`. Rounded up, so that it ends when the time does. */
  clock(ms: number): string {
    const seconds = Math.ceil(Math.max(0, ms) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  /** How long ago, in steps of ten seconds below a minute, so that a screen with many of them neither flickers nor labours. */
  ago(ms: number): string {
    if (ms < AGO_STEP) return this.#known("ago.now");
    return this.#known("ago", { span: this.span(ms < MINUTE ? ms - (ms % AGO_STEP) : ms) });
  }

  #number(): Intl.NumberFormat {
    this.#formatter ??= new Intl.NumberFormat(this.locale);
    return this.#formatter;
  }

  /** A text that every set of pages has. */
  #known(key: keyof SpanTexts, values: Values = {}): string {
    return this.find(key, values) ?? "";
  }

  #has(key: string): key is keyof M & string {
    return Object.hasOwn(this.#catalogue, key);
  }

  #fill(text: string, values: Values): string {
    if (!text.includes("{")) return text;
    return text.replace(/\{(\w+)\}/g, (_whole, name: string) => {
      const value = values[name];
      return typeof value === "number" ? this.number(value) : String(value ?? "");
    });
  }
}
