// The box at a glance: the way of an SMS through it, its slots, what happened, and the key its relay knows it by.

import { useWords } from "../app-context.ts";
import { EventList } from "./event-list.tsx";
import { Flow } from "./flow.tsx";
import { ProviderKey } from "./provider-key.tsx";
import { SlotGrid } from "./slot-grid.tsx";
import { WizardOpen } from "./wizard-open.tsx";

export function Overview() {
  const words = useWords();
  return (
    <div class="overview">
      <h1 class="hidden">{words.t("nav.overview")}</h1>
      <WizardOpen />
      <Flow />
      <SlotGrid />
      <EventList />
      <footer class="overview-foot">
        <span>{words.t("provider.title")}</span>
        <ProviderKey />
      </footer>
    </div>
  );
}
