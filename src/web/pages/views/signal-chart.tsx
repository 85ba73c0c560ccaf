// The signal of one slot over time. A pointer or the arrow keys walk along it; what is under them is told in words.

import { useMemo, useState } from "preact/hooks";
import { useWords } from "../app-context.ts";
import { type PlotWish, usePlot } from "../parts/use-plot.ts";
import { type Level, SCALE } from "../signal-facts.ts";

export interface SignalChartProps {
  /** Oldest first. */
  readonly levels: readonly Level[];
  /** What the chart shows, for who does not see it. */
  readonly label: string;
}

const HEIGHT = 190;
const MARKS = [-110, -95, -80, -65, -50];
/** Levels that the page keys go on by. */
const LEAP = 30;

const KEYS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowDown: (at) => at - 1,
  ArrowUp: (at) => at + 1,
  PageDown: (at) => at - LEAP,
  PageUp: (at) => at + LEAP,
  Home: () => 0,
  End: (_at, last) => last,
};

function useOptions(onPoint: (index: number | null) => void): PlotWish["options"] {
  const { locale } = useWords();
  return useMemo(() => {
    const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
    return (_kit, style) => {
      const axis = {
        stroke: style.columnRuleColor,
        grid: { stroke: style.borderTopColor, width: 1 },
        ticks: { show: false },
        font: `12px ${style.fontFamily}`,
      };
      return {
        padding: [8, 6, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
        scales: { y: { range: (_plot, least) => [Math.min(SCALE.lowest, (least ?? 0) - 2), SCALE.highest] } },
        axes: [
          { ...axis, space: 70, values: (_plot, splits) => splits.map((at) => time.format(at * 1000)) },
          {
            ...axis,
            size: 44,
            splits: () => MARKS,
            values: (_plot, splits) => splits.map((dbm) => String(dbm).replace("-", "−")),
          },
        ],
        series: [
          {},
          {
            stroke: style.color,
            width: 1.75,
            fill: style.backgroundColor,
            fillTo: (_plot, _series, least) => Math.min(SCALE.lowest, least - 2),
          },
        ],
        hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
      };
    };
  }, [locale]);
}

function useTold(level: Level | undefined): string {
  const words = useWords();
  if (level === undefined) return "";
  const n = String(level.dbm).replace("-", "−");
  return `${words.date(level.at)}: ${words.t(level.dbm === null ? "slot.signal.none" : "slot.dbm", { n })}`;
}

export function SignalChart({ levels, label }: SignalChartProps) {
  const [at, setAt] = useState<number | null>(null);
  const last = levels.length - 1;
  const index = Math.min(at ?? last, last);
  const data = useMemo<PlotWish["data"]>(
    () => [levels.map((level) => level.at / 1000), levels.map(({ dbm }) => dbm)],
    [levels],
  );
  const { place, plot } = usePlot({ height: HEIGHT, data, options: useOptions(setAt), key: "signal" });
  const walk = (event: KeyboardEvent): void => {
    const to = KEYS[event.key];
    const chart = plot.current;
    if (to === undefined || chart === null) return;
    event.preventDefault();
    const next = Math.min(last, Math.max(0, to(index, last)));
    const level = levels[next];
    if (level === undefined) return;
    setAt(next);
    chart.setCursor({ left: chart.valToPos(level.at / 1000, "x"), top: 0 }, false);
  };
  const told = useTold(levels[index]);
  return (
    <div class="signal-plot">
      <p class="signal-told" aria-hidden="true">
        {at !== null && told}
      </p>
      <div
        class="signal-chart"
        ref={place}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, index)}
        aria-valuetext={told}
        aria-orientation="horizontal"
        onKeyDown={walk}
      />
    </div>
  );
}
