// How fast SMS came and went in the last minutes, for the sparklines: differences of the box's counters in equal spans. Pure.

import type { Overview } from "../../protocol/index.ts";

/** Width of a span, in ms, and how many are kept: five minutes. */
export const SPAN_MS = 5_000;
export const SPANS = 60;

export type CountName = "received" | "forwarded" | "acknowledged";
type Counts = Readonly<Record<CountName, number>>;

export interface CountHistory {
  /** Number of the newest span since 1970. */
  readonly span: number;
  /** Oldest first, at most `SPANS`. */
  readonly rates: readonly Counts[];
  readonly last: Counts | null;
}

const ZERO: Counts = { received: 0, forwarded: 0, acknowledged: 0 };

export const historyStart: CountHistory = { span: 0, rates: [], last: null };

function countsOf(overview: Overview): Counts {
  const { received, forwarded, acknowledged } = overview.counts;
  return { received, forwarded, acknowledged };
}

function difference(counts: Counts, last: Counts): Counts {
  return {
    received: Math.max(0, counts.received - last.received),
    forwarded: Math.max(0, counts.forwarded - last.forwarded),
    acknowledged: Math.max(0, counts.acknowledged - last.acknowledged),
  };
}

function sum(a: Counts, b: Counts): Counts {
  return {
    received: a.received + b.received,
    forwarded: a.forwarded + b.forwarded,
    acknowledged: a.acknowledged + b.acknowledged,
  };
}

/** Adds what was counted since the last look to the span that `now` falls in. A clock that leaps backwards begins anew. */
export function countsSeen(history: CountHistory, overview: Overview, now: number): CountHistory {
  const span = Math.floor(now / SPAN_MS);
  const counts = countsOf(overview);
  const change = difference(counts, history.last ?? counts);
  const newSpans = span - history.span;
  if (history.last === null || newSpans < 0 || newSpans > SPANS) return { span, rates: [change], last: counts };
  if (newSpans === 0 && Object.values(change).every((value) => value === 0)) return history;
  const rates = [...history.rates, ...new Array<Counts>(newSpans).fill(ZERO)].slice(-SPANS);
  const newest = rates.pop() ?? ZERO;
  return { span, rates: [...rates, sum(newest, change)], last: counts };
}

/** After a time without a feed: what was counted meanwhile belongs to no span. */
export function resumeHistory(history: CountHistory, overview: Overview): CountHistory {
  return countsSeen({ ...history, last: countsOf(overview) }, overview, overview.now);
}

/** True once the history reaches back all its spans; until then it begins when this page was opened. */
export function isFull(history: CountHistory): boolean {
  return history.rates.length >= SPANS;
}

/** One counter's values, oldest first, filled with zeros to `SPANS`. */
export function series(history: CountHistory, name: CountName): readonly number[] {
  const values = history.rates.map((rate) => rate[name]);
  return [...new Array<number>(SPANS - values.length).fill(0), ...values];
}

/** The scale never shrinks below this, so that a single SMS does not look like a flood. */
const LEAST_TOP = 4;
export const SPARK_HEIGHT = 28;
/** Of a span that is one wide; the rest parts it from the next. */
const BAR = 0.66;

/** Bars from the bottom up, in a box of `SPANS` by `SPARK_HEIGHT`; spans without anything have none. */
export function barsOf(values: readonly number[]): string {
  const top = Math.max(LEAST_TOP, ...values);
  return values
    .map((value, at) => {
      if (value <= 0) return "";
      // What came at all is seen.
      const tall = Math.max(0.5, Math.round((100 * SPARK_HEIGHT * value) / top) / 100);
      return `M${at + (1 - BAR) / 2} ${SPARK_HEIGHT}v-${tall}h${BAR}v${tall}z`;
    })
    .join("");
}
