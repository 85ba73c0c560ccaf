// All slots in their physical order, with a filter by state: with 32 of them the ones in trouble must be one tap away.

import { useState } from "preact/hooks";
import { Empty } from "../../../page-parts/index.ts";
import type { SlotState, SlotView } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";
import { AddHardware } from "./add-hardware.tsx";
import { SlotCard } from "./slot-card.tsx";

const STATES: readonly SlotState[] = ["ready", "starting", "down", "stopped"];
/** So many slots may have wider cards. */
const FEW = 12;
const NO_SLOTS: readonly SlotView[] = [];

type Choice = SlotState | "warned" | null;

interface FilterProps {
  readonly slots: readonly SlotView[];
  readonly chosen: Choice;
  readonly onChoose: (choice: Choice) => void;
}

function fits({ state, warnings }: SlotView, chosen: Choice): boolean {
  if (chosen === null) return true;
  return chosen === "warned" ? warnings.length > 0 : state === chosen;
}

function Filter({ slots, chosen, onChoose }: FilterProps) {
  const words = useWords();
  const choices: readonly Choice[] = [null, ...STATES, "warned"];
  return (
    <fieldset class="chips">
      <legend class="hidden">{words.t("slots.filter")}</legend>
      {choices
        .map((choice) => ({ choice, count: slots.filter((slot) => fits(slot, choice)).length }))
        .filter(({ choice, count }) => choice === null || count > 0 || choice === chosen)
        .map(({ choice, count }) => (
          <button
            key={choice ?? "all"}
            type="button"
            class={`chip${choice === null ? "" : ` chip-${choice}`}`}
            aria-pressed={chosen === choice}
            onClick={() => onChoose(choice)}
          >
            {words.t(choice === null ? "slots.all" : `slot.${choice}`)} <b>{words.number(count)}</b>
          </button>
        ))}
    </fieldset>
  );
}

export function SlotGrid() {
  const words = useWords();
  const slots = useBox((box) => box.slots, NO_SLOTS);
  const [chosen, setChosen] = useState<Choice>(null);
  if (slots.length === 0) {
    return (
      <section class="slots" aria-labelledby="slots-title">
        <h2 id="slots-title">{words.t("slots.title")}</h2>
        <Empty icon="overview" title={words.t("slots.none.title")} text={words.t("slots.none.text")}>
          <AddHardware />
        </Empty>
      </section>
    );
  }
  const shown = slots.filter((slot) => fits(slot, chosen));
  return (
    <section class="slots" aria-labelledby="slots-title">
      <header class="section-head">
        <h2 id="slots-title">{words.t("slots.title")}</h2>
        <div class="slots-tools">
          <Filter slots={slots} chosen={chosen} onChoose={setChosen} />
          <AddHardware />
        </div>
      </header>
      <ul class={slots.length <= FEW ? "slot-grid slot-grid-few" : "slot-grid"}>
        {shown.map((slot) => (
          <SlotCard key={slot.id} slot={slot} />
        ))}
      </ul>
    </section>
  );
}
