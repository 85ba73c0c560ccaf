// One slot: how it is and what the box does about it, its number, network, SIM and modem, what can be done, and what happened to it.

import { Empty, Icon } from "../../../page-parts/index.ts";
import type { SlotView } from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { EventList } from "./event-list.tsx";
import { Expert } from "./expert.tsx";
import { Kind, unnamedOf } from "./slot-bits.tsx";
import { SlotFacts } from "./slot-facts.tsx";
import { SlotHealth } from "./slot-health.tsx";
import { SlotSignal } from "./slot-signal.tsx";
import { SlotStrip } from "./slot-strip.tsx";
import { UssdButton } from "./ussd-dialog.tsx";

interface SlotProps {
  readonly slot: SlotView;
}

function Head({ slot }: SlotProps) {
  const words = useWords();
  const isBroken = useSelect((state) => state.link === "broken");
  const make = [slot.manufacturer, slot.model].filter((part) => part !== null).join(" ");
  return (
    <header class="slot-top">
      <div class="slot-title">
        <h1>{slot.line?.number ?? unnamedOf(words, slot)}</h1>
        {slot.line !== null && (
          <span class={slot.line.rented ? "tag tag-rented" : "tag"}>
            {words.t(slot.line.rented ? "slot.rented" : "slot.free")}
          </span>
        )}
        <p class="slot-make">
          <Kind slot={slot} />
          <b>{words.t("slot.name", { id: slot.id })}</b>
          {make !== "" && <span>{make}</span>}
        </p>
      </div>
      {slot.kind === "modem" && <UssdButton slot={slot} disabled={isBroken || slot.state !== "ready"} />}
    </header>
  );
}

function Found({ slot }: SlotProps) {
  return (
    <>
      <Head slot={slot} />
      <SlotHealth slot={slot} />
      {slot.kind === "modem" && <SlotSignal slot={slot} />}
      <SlotFacts slot={slot} />
      {slot.kind === "modem" && <Expert slot={slot} />}
    </>
  );
}

function Missing({ id }: { readonly id: string }) {
  const words = useWords();
  return (
    <Empty icon="overview" title={words.t("slot.gone.title", { id })} text={words.t("slot.gone.text")}>
      <ViewLink view="overview">{words.t("slot.back")}</ViewLink>
    </Empty>
  );
}

export function SlotPage({ id }: { readonly id: string }) {
  const words = useWords();
  const slot = useBox((box) => box.slots.find((each) => each.id === id) ?? null, null);
  return (
    <div class="slot-page">
      <div class="slot-way">
        <ViewLink view="overview" class="slot-back">
          <Icon name="back" />
          {words.t("slot.back")}
        </ViewLink>
        <SlotStrip current={id} />
      </div>
      <div class="slot-main">{slot === null ? <Missing id={id} /> : <Found slot={slot} />}</div>
      <EventList slot={id} />
    </div>
  );
}
