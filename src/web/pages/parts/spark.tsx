// A sparkline of one counter's last minutes, drawn by uPlot. Decoration beside the number it belongs to: hidden from screen readers.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useSelect } from "../app-context.ts";
import { type CountName, SPANS, series } from "../history.ts";

const HEIGHT = 30;
/** The scale never shrinks below this, so that a single SMS does not look like a flood. */
const LEAST_TOP = 4;
const TIMES = Array.from({ length: SPANS }, (_, index) => index);

function options(width: number, colour: string): uPlot.Options {
  const bars = uPlot.paths.bars?.({ size: [0.66, 8, 1] });
  return {
    width,
    height: HEIGHT,
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
        stroke: colour,
        fill: colour,
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      },
    ],
  };
}

export function Spark({ name }: { readonly name: CountName }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const history = useSelect((state) => state.history);
  const theme = useSelect((state) => state.theme);

  // Drawn anew with the theme, whose colour is read from the style sheet.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const draw = (): void => {
      plot.current?.destroy();
      const colour = getComputedStyle(element).color;
      plot.current = new uPlot(options(element.clientWidth, colour), [TIMES, [...series(history, name)]], element);
    };
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    draw();
    resize.observe(element);
    scheme.addEventListener("change", draw);
    return () => {
      scheme.removeEventListener("change", draw);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [name, theme]);

  useEffect(() => plot.current?.setData([TIMES, [...series(history, name)]]), [history, name]);
  return <div class="spark" ref={place} aria-hidden="true" />;
}
