// Four bars and the level in dBm.

import { useWords } from "../app-context.ts";
import { signalBars } from "../describe.ts";

const HEIGHTS = [4, 7, 10, 13];
const TOP = "a1 1 0 0 1 1-1h1a1 1 0 0 1 1 1";
const FOOT = "a1 1 0 0 1-1 1h-1a1 1 0 0 1-1-1Z";

/** Two paths for four bars: with 32 slots each element counts. */
function pathOf(from: number, to: number): string {
  return HEIGHTS.slice(from, to)
    .map((height, index) => `M${(from + index) * 4} ${15 - height}${TOP}V13${FOOT}`)
    .join("");
}

export function Signal({ dbm }: { readonly dbm: number | null }) {
  const words = useWords();
  const bars = dbm === null ? 0 : signalBars(dbm);
  return (
    <span class={`signal signal-${bars}`}>
      <svg viewBox="0 0 16 14" role="img" aria-label={words.t("slot.signal")} focusable="false">
        <path class="on" d={pathOf(0, bars)} />
        <path class="off" d={pathOf(bars, HEIGHTS.length)} />
      </svg>
      {/* A true minus sign, so that digits line up. */}
      {dbm === null ? words.t("slot.signal.none") : words.t("slot.dbm", { n: String(dbm).replace("-", "−") })}
    </span>
  );
}
