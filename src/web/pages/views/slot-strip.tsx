// All slots as lamps of a front panel: where this slot is among them, how the others are, and one press to the next.

import { useMemo } from "preact/hooks";
import type { SlotView } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { slotPage } from "../routes.ts";

const NO_SLOTS: readonly SlotView[] = [];

interface LampProps {
  readonly id: string;
  readonly state: SlotView["state"];
  readonly isWarned: boolean;
  readonly isCurrent: boolean;
}

function Lamp({ id, state, isWarned, isCurrent }: LampProps) {
  const words = useWords();
  const name = `${words.t("slot.name", { id })}: ${words.t(`slot.${state}`)}`;
  return useMemo(
    () => (
      <li>
        <ViewLink
          view={slotPage(id)}
          class={`lamp lamp-${state === "ready" && isWarned ? "warned" : state}`}
          title={name}
          isCurrent={isCurrent}
        >
          <span class="hidden">{name}</span>
        </ViewLink>
      </li>
    ),
    [id, state, isWarned, isCurrent],
  );
}

export function SlotStrip({ current }: { readonly current: string }) {
  const words = useWords();
  const slots = useBox((box) => box.slots, NO_SLOTS);
  if (slots.length < 2) return null;
  return (
    <nav class="lamps" aria-label={words.t("slots.title")}>
      <ol>
        {slots.map(({ id, state, warnings }) => (
          <Lamp key={id} id={id} state={state} isWarned={warnings.length > 0} isCurrent={id === current} />
        ))}
      </ol>
    </nav>
  );
}
