// What a series of signal levels says in figures: for the chart's summary, for its table, for the small charts of all slots. Pure.

import type { SignalSeries } from "../../protocol/index.ts";

const HOUR = 3_600_000;

export interface Level {
  readonly at: number;
  readonly dbm: number | null;
}

export interface SignalFigures {
  /** Null where nothing was heard at all. */
  readonly heard: { readonly lowest: number; readonly median: number; readonly highest: number } | null;
  /** How long nothing was heard, in ms. */
  readonly silent: number;
}

/** The levels of the last `span` ms, oldest first. */
export function levelsOf({ until, every_ms: every, dbm }: SignalSeries, span: number): readonly Level[] {
  const first = until - (dbm.length - 1) * every;
  return dbm
    .map((level, index) => ({ at: first + index * every, dbm: level }))
    .filter(({ at }) => at > until - span - every);
}

export function figuresOf(levels: readonly (number | null)[], every: number): SignalFigures {
  const heard = levels.filter((level) => level !== null).sort((a, b) => a - b);
  const silent = (levels.length - heard.length) * every;
  const [lowest] = heard;
  const median = heard[Math.floor(heard.length / 2)];
  const highest = heard.at(-1);
  if (lowest === undefined || median === undefined || highest === undefined) return { heard: null, silent };
  return { heard: { lowest, median, highest }, silent };
}

export interface SignalHour extends SignalFigures {
  readonly from: number;
}

/** Whole hours of the clock, newest first. */
export function hoursOf(levels: readonly Level[], every: number): readonly SignalHour[] {
  const byHour = new Map<number, (number | null)[]>();
  for (const { at, dbm } of levels) {
    const from = Math.floor(at / HOUR) * HOUR;
    byHour.set(from, [...(byHour.get(from) ?? []), dbm]);
  }
  return [...byHour].map(([from, hour]) => ({ from, ...figuresOf(hour, every) })).reverse();
}

/** The scale of every chart of signal, so that slots can be compared: what 3GPP TS 27.007 8.5 can say, and a little room. */
export const SCALE = { lowest: -115, highest: -50 } as const;

/** The path of a small chart, `width` by `height` units; broken where nothing was heard. */
export function pathOf(levels: readonly (number | null)[], points: number, width: number, height: number): string {
  const step = width / Math.max(1, points - 1);
  const start = width - (levels.length - 1) * step;
  let isDrawing = false;
  const parts: string[] = [];
  levels.forEach((level, index) => {
    if (level === null) {
      isDrawing = false;
      return;
    }
    const share =
      (Math.min(SCALE.highest, Math.max(SCALE.lowest, level)) - SCALE.lowest) / (SCALE.highest - SCALE.lowest);
    const x = (start + index * step).toFixed(1);
    const y = (height * (1 - share)).toFixed(1);
    // A lone level is a dot: a line of no length with round ends.
    parts.push(isDrawing ? `L${x} ${y}` : `M${x} ${y}h0`);
    isDrawing = true;
  });
  return parts.join("");
}
