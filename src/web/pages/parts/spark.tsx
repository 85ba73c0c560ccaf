// A sparkline of one counter's last minutes: a single path, since the first view must not wait for a charting library. Decoration
// beside the number it belongs to: hidden from screen readers.

import { useMemo } from "preact/hooks";
import { useSelect } from "../app-context.ts";
import { barsOf, type CountName, SPANS, SPARK_HEIGHT, series } from "../history.ts";

export function Spark({ name }: { readonly name: CountName }) {
  const history = useSelect((state) => state.history);
  const path = useMemo(() => barsOf(series(history, name)), [history, name]);
  return (
    <svg class="spark" viewBox={`0 0 ${SPANS} ${SPARK_HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
