// A place for a plot by uPlot, which is fetched when the first plot is shown. The plot fits its place, and is drawn anew with the
// theme: its colours are the place's own.

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { useSelect } from "../app-context.ts";

export interface PlotWish {
  /** In pixels. */
  readonly height: number;
  readonly data: uPlot.AlignedData;
  readonly options: (kit: typeof uPlot, style: CSSStyleDeclaration) => Omit<uPlot.Options, "width" | "height">;
  /** The plot is made anew when it changes. */
  readonly key: string;
}

export interface Plotted {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly plot: RefObject<uPlot | null>;
}

export function usePlot({ height, data, options, key }: PlotWish): Plotted {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useSelect((state) => state.theme);
  const newest = useRef({ data, options });
  newest.current = { data, options };

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let isWanted = true;
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    let draw = (): void => {};
    const redraw = (): void => draw();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    const begin = async (): Promise<void> => {
      const { default: kit } = await import("uplot");
      if (!isWanted) return;
      draw = () => {
        plot.current?.destroy();
        const wish = { ...newest.current.options(kit, getComputedStyle(element)), width: element.clientWidth, height };
        plot.current = new kit(wish, newest.current.data, element);
      };
      draw();
      resize.observe(element);
    };
    // Without it the words beside the plot still say all.
    begin().catch(() => {});
    scheme.addEventListener("change", redraw);
    return () => {
      isWanted = false;
      scheme.removeEventListener("change", redraw);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [key, theme, height]);

  useEffect(() => plot.current?.setData(data), [data]);
  return { place, plot };
}
