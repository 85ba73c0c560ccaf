// Four bars and the level in dBm.

import { useWords } from "../app-context.ts";
import { signalBars } from "../describe.ts";

const HEIGHTS = [4, 7, 10, 13];

export function Signal({ dbm }: { readonly dbm: number | null }) {
  const words = useWords();
  const bars = dbm === null ? 0 : signalBars(dbm);
  return (
    <span class={`signal signal-${bars}`}>
      <svg viewBox="0 0 16 14" aria-hidden="true" focusable="false">
        {HEIGHTS.map((height, index) => (
          <rect
            key={height}
            class={index < bars ? "on" : "off"}
            x={index * 4}
            y={14 - height}
            width="3"
            height={height}
            rx="1"
          />
        ))}
      </svg>
      <span class="hidden">{words.t("slot.signal")} </span>
      {/* A true minus sign, so that digits line up. */}
      {dbm === null ? words.t("slot.signal.none") : words.t("slot.dbm", { n: String(dbm).replace("-", "−") })}
    </span>
  );
}
