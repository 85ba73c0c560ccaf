// All slots in their physical order, with a filter by state: with 32 of them the ones in trouble must be one tap away.

import { useState } from "preact/hooks";
import type { SlotState, SlotView } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";
import { Empty } from "../parts/empty.tsx";
import { SlotCard } from "./slot-card.tsx";

const STATES: readonly SlotState[] = ["ready", "starting", "down", "stopped"];
/** So many slots may have wider cards. */
const FEW = 12;
const NO_SLOTS: readonly SlotView[] = [];

interface FilterProps {
  readonly slots: readonly SlotView[];
  readonly chosen: SlotState | null;
  readonly onChoose: (state: SlotState | null) => void;
}

function Filter({ slots, chosen, onChoose }: FilterProps) {
  const words = useWords();
  const choice = (state: SlotState | null, count: number) => (
    <button
      key={state ?? "all"}
      type="button"
      class={`chip${state === null ? "" : ` chip-${state}`}`}
      aria-pressed={chosen === state}
      onClick={() => onChoose(state)}
    >
      {words.t(state === null ? "slots.all" : `slot.${state}`)} <b>{words.number(count)}</b>
    </button>
  );
  const counts = STATES.map((state) => ({ state, count: slots.filter((slot) => slot.state === state).length }));
  return (
    <fieldset class="chips">
      <legend class="hidden">{words.t("slots.filter")}</legend>
      {choice(null, slots.length)}
      {counts
        .filter(({ state, count }) => count > 0 || state === chosen)
        .map(({ state, count }) => choice(state, count))}
    </fieldset>
  );
}

export function SlotGrid() {
  const words = useWords();
  const slots = useBox((box) => box.slots, NO_SLOTS);
  const [chosen, setChosen] = useState<SlotState | null>(null);
  if (slots.length === 0) {
    return (
      <section class="slots" aria-labelledby="slots-title">
        <h2 id="slots-title">{words.t("slots.title")}</h2>
        <Empty icon="overview" title={words.t("slots.none.title")} text={words.t("slots.none.text")} />
      </section>
    );
  }
  const shown = slots.filter((slot) => chosen === null || slot.state === chosen);
  return (
    <section class="slots" aria-labelledby="slots-title">
      <header class="section-head">
        <h2 id="slots-title">{words.t("slots.title")}</h2>
        <Filter slots={slots} chosen={chosen} onChoose={setChosen} />
      </header>
      <ul class={slots.length <= FEW ? "slot-grid slot-grid-few" : "slot-grid"}>
        {shown.map((slot) => (
          <SlotCard key={slot.id} slot={slot} />
        ))}
      </ul>
    </section>
  );
}
