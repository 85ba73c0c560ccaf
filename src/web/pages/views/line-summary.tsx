// How many numbers are rented, free and resting: one bar and its legend.

import type { LineView } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";

const STATES: readonly LineView["state"][] = ["rented", "free", "resting"];
const NO_LINES: readonly LineView[] = [];

export function LineSummary() {
  const words = useWords();
  const lines = useBox((box) => box.lines, NO_LINES);
  if (lines.length === 0) return null;
  const counts = STATES.map((state) => ({ state, count: lines.filter((line) => line.state === state).length }));
  return (
    <section class="lines" aria-label={words.t("lines.title")}>
      <div class="lines-bar" aria-hidden="true">
        {counts.map(({ state, count }) => (
          <span key={state} class={`lines-part lines-${state}`} style={{ flexGrow: count }} hidden={count === 0} />
        ))}
      </div>
      <ul class="lines-legend">
        {counts.map(({ state, count }) => (
          <li key={state} class={`lines-${state}`}>
            <b>{words.number(count)}</b> {words.t(`lines.${state}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}
