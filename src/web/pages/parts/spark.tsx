// A sparkline of one counter's last minutes, drawn by uPlot. Decoration beside the number it belongs to: hidden from screen readers.

import { useMemo } from "preact/hooks";
import { useSelect } from "../app-context.ts";
import { type CountName, SPANS, series } from "../history.ts";
import { type PlotWish, usePlot } from "./use-plot.ts";

const HEIGHT = 30;
/** The scale never shrinks below this, so that a single SMS does not look like a flood. */
const LEAST_TOP = 4;
const TIMES = Array.from({ length: SPANS }, (_, index) => index);

const options: PlotWish["options"] = (kit, { color }) => {
  const bars = kit.paths.bars?.({ size: [0.66, 8, 1] });
  return {
    padding: [2, 0, 1, 0],
    cursor: { show: false },
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false, range: [-0.5, SPANS - 0.5] },
      y: { range: (_plot, _min, max) => [0, Math.max(LEAST_TOP, max ?? 0)] },
    },
    series: [
      {},
      {
        stroke: color,
        fill: color,
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      },
    ],
  };
};

export function Spark({ name }: { readonly name: CountName }) {
  const history = useSelect((state) => state.history);
  const data = useMemo<PlotWish["data"]>(() => [TIMES, [...series(history, name)]], [history, name]);
  const { place } = usePlot({ height: HEIGHT, data, options, key: name });
  return <div class="spark" ref={place} aria-hidden="true" />;
}
