// A battery that is as full as the phone's, and how it is charged.

import type { PhoneView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";

const LOW = 20;
/** Width of the inside of the drawing. */
const INSIDE = 13;

export function Battery({ battery }: { readonly battery: NonNullable<PhoneView["battery"]> }) {
  const words = useWords();
  const { percent, charging } = battery;
  const low = percent < LOW && !charging;
  return (
    <span class={`battery${low ? " battery-low" : ""}`}>
      <svg viewBox="0 0 20 12" aria-hidden="true" focusable="false">
        <path class="battery-shell" d="M1.5 1h15v10h-15zM18.6 4.5v3" />
        <rect class="battery-fill" x="2.5" y="2" height="8" width={(INSIDE * percent) / 100} />
        {charging && <path class="battery-bolt" d="M10 2.2 6.4 6.6h2.4L8 9.8l3.6-4.4H9.2z" />}
      </svg>
      <span class="hidden">{words.t("phone.battery")} </span>
      {words.t("phone.percent", { n: percent })}
      {charging && <span class="hidden"> {words.t("phone.charging")}</span>}
    </span>
  );
}
