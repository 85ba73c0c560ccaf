// The signal of a slot over the last hours: in one sentence, as a chart that goes on with the live feed, and as a table.

import { useMemo, useState } from "preact/hooks";
import { type SignalSeries, type SlotView, signalSeries } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";
import { Fault } from "../parts/fault.tsx";
import { Lazy } from "../parts/lazy.tsx";
import { useResource } from "../parts/use-resource.ts";
import { figuresOf, hoursOf, type Level, levelsOf, type SignalFigures } from "../signal-facts.ts";

const EVERY = 60_000;
/** The newest level moves on with the clock. */
const STEP = 15_000;
const HOUR = 3_600_000;
const SPANS = [1, 6, 24] as const;
/** Fewer make no line. */
const LEAST = 2;

const loadChart = async () => (await import("./signal-chart.tsx")).SignalChart;

/** A true minus sign, so that digits line up. */
export const level = (dbm: number): string => String(dbm).replace("-", "−");

export function saySignal(words: Translator, { heard, silent }: SignalFigures): string {
  if (heard === null) return words.t("signal.never");
  const { lowest, median, highest } = heard;
  const figures = { lowest: level(lowest), median: level(median), highest: level(highest) };
  const said = words.t("signal.figures", figures);
  return silent === 0 ? said : `${said}; ${words.t("signal.silent", { span: words.span(silent) })}`;
}

/** The box's readings, and behind them what the live feed says now. */
function useLevels(series: SignalSeries, slot: SlotView, span: number): readonly Level[] {
  const now = useSelect((state) => Math.floor(state.now / STEP) * STEP);
  const dbm = slot.signal_dbm;
  return useMemo(() => {
    const levels = levelsOf(series, span);
    return now > series.until ? [...levels, { at: now, dbm }] : levels;
  }, [series, span, now, dbm]);
}

function Hours({ levels, every }: { readonly levels: readonly Level[]; readonly every: number }) {
  const words = useWords();
  return (
    <details class="signal-table">
      <summary>{words.t("signal.table")}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="signal-scroll" tabIndex={0} aria-label={words.t("signal.table")}>
        <table class="chain-table">
          <thead>
            <tr>
              {(["hour", "lowest", "median", "highest", "silence"] as const).map((key) => (
                <th key={key} scope="col">
                  {words.t(`signal.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {hoursOf(levels, every).map(({ from, heard, silent }) => (
              <tr key={from}>
                <th scope="row">{words.date(from)}</th>
                {(["lowest", "median", "highest"] as const).map((key) => (
                  <td key={key}>{heard === null ? "–" : level(heard[key])}</td>
                ))}
                <td>{silent === 0 ? "–" : words.span(silent)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

function Shown({ series, slot, hours }: { series: SignalSeries; slot: SlotView; hours: number }) {
  const words = useWords();
  const levels = useLevels(series, slot, hours * HOUR);
  if (series.dbm.length < LEAST) return <p class="soft">{words.t("signal.soon")}</p>;
  const values = levelsOf(series, hours * HOUR).map(({ dbm }) => dbm);
  return (
    <>
      <p class="signal-said">{saySignal(words, figuresOf(values, series.every_ms))}</p>
      <div class="signal-place">
        <Lazy load={loadChart}>{(Chart) => <Chart levels={levels} label={words.t("signal.chart")} />}</Lazy>
      </div>
      <Hours levels={levelsOf(series, hours * HOUR)} every={series.every_ms} />
    </>
  );
}

export function SlotSignal({ slot }: { readonly slot: SlotView }) {
  const words = useWords();
  const [hours, setHours] = useState<number>(24);
  const path = `/api/v1/slots/${encodeURIComponent(slot.id)}/signal`;
  const { value, fault } = useResource(signalSeries, path, EVERY);
  return (
    <section class="panel slot-signal" aria-labelledby="signal-title">
      <div class="panel-head">
        <h2 id="signal-title">{words.t("signal.title")}</h2>
        <fieldset class="chips">
          <legend class="hidden">{words.t("signal.span")}</legend>
          {SPANS.map((span) => (
            <button key={span} type="button" class="chip" aria-pressed={hours === span} onClick={() => setHours(span)}>
              {words.t("signal.hours", { n: span })}
            </button>
          ))}
        </fieldset>
      </div>
      <Fault fault={fault} />
      {value !== null && <Shown series={value} slot={slot} hours={hours} />}
    </section>
  );
}
