// Where a failing slot is on its recovery ladder, in a line of its card.

import type { RecoveryView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { ladderOf, nextTry } from "../ladder.ts";

export function useNextTry(recovery: RecoveryView): string | null {
  const words = useWords();
  return useSelect((state) => {
    const next = nextTry(recovery, state.now);
    if (next === null) return null;
    return next === "now" ? words.t("ladder.now") : words.t("ladder.next", { span: words.left(next) });
  });
}

export function LadderMark({ recovery }: { readonly recovery: RecoveryView }) {
  const words = useWords();
  const next = useNextTry(recovery);
  if (recovery.rung === null) return null;
  return (
    <span class="ladder-mark">
      <span class="ladder-ticks" aria-hidden="true">
        {ladderOf(recovery).map(({ rung, look }) => (
          <i key={rung} class={`tick tick-${look}`} />
        ))}
      </span>
      <span class="ladder-where">
        {words.t(`rung.${recovery.rung}`)}
        {next !== null && <span class="slot-hint"> · {next}</span>}
      </span>
    </span>
  );
}
