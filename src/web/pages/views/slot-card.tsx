// One slot: readable from across the room by state, colour and number; everything else on a second look, or on its page.

import { useMemo } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import type { SlotView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { capital, describeProblem, describeStep } from "../describe.ts";
import { Battery } from "../parts/battery.tsx";
import { Signal } from "../parts/signal.tsx";
import { ViewLink } from "../parts/view-link.tsx";
import { slotPage } from "../routes.ts";
import { LadderMark } from "./ladder-mark.tsx";
import { Kind, LastSms, networkOf, State, Storage, unnamedOf } from "./slot-bits.tsx";

interface SlotProps {
  readonly slot: SlotView;
}

/** What is wrong with a slot that works, in the place of what is merely interesting. */
function Warnings({ slot: { warnings } }: SlotProps) {
  const words = useWords();
  const [first] = warnings;
  if (first === undefined) return null;
  const texts = warnings.map((warning) => describeProblem(words, warning).what);
  return (
    <span class="slot-warning" title={texts.join("\n")}>
      <Icon name="down" />
      <span class="hidden">{words.t("events.level.warn")}: </span>
      <span class="slot-warning-text">{texts[0]}</span>
      {warnings.length > 1 && <b>+{words.number(warnings.length - 1)}</b>}
    </span>
  );
}

function Running({ slot }: SlotProps) {
  const words = useWords();
  return (
    <>
      <div class="slot-net">
        {slot.kind === "modem" && <Signal dbm={slot.signal_dbm} />}
        {slot.battery !== null && <Battery battery={slot.battery} />}
        <span class="slot-operator">{networkOf(words, slot)}</span>
      </div>
      <div class="slot-foot">
        {slot.sms_storage !== null && <Storage storage={slot.sms_storage} />}
        {slot.warnings.length === 0 ? <LastSms slot={slot} /> : <Warnings slot={slot} />}
      </div>
    </>
  );
}

/** While the box helps itself, where it is with that is worth more than what a person might do. */
function Trouble({ slot }: SlotProps) {
  const words = useWords();
  const problem = slot.problem === null ? null : describeProblem(words, slot.problem);
  if (problem === null && slot.state === "stopped") return null;
  const climbs = slot.recovery.rung !== null;
  return (
    <div class="slot-trouble">
      <span>{problem?.what ?? capital(describeStep(words, slot.step))}</span>
      {climbs && <LadderMark recovery={slot.recovery} />}
      {!climbs && problem !== null && problem.hint !== null && <span class="slot-hint">{problem.hint}</span>}
    </div>
  );
}

function Card({ slot }: SlotProps) {
  const words = useWords();
  return (
    <li class={`slot slot-${slot.state}${slot.warnings.length > 0 ? " slot-warned" : ""}`} data-slot={slot.id}>
      <div class="slot-head">
        <span class="slot-id">
          <Kind slot={slot} />
          <span class="slot-name">{words.t("slot.name", { id: slot.id })}</span>
        </span>
        <State slot={slot} brief={true} />
      </div>
      <h3 class="slot-number">
        <ViewLink
          view={slotPage(slot.id)}
          class="slot-open"
          id={`open-${slot.id}`}
          label={`${words.t("slot.name", { id: slot.id })}: ${slot.line?.number ?? unnamedOf(words, slot)}`}
        >
          {slot.line === null ? <span class="slot-unnamed">{unnamedOf(words, slot)}</span> : slot.line.number}
        </ViewLink>
        {slot.line !== null && (
          <span class={slot.line.rented ? "tag tag-rented" : "tag"}>
            {words.t(slot.line.rented ? "slot.rented" : "slot.free")}
          </span>
        )}
      </h3>
      {slot.state === "ready" ? <Running slot={slot} /> : <Trouble slot={slot} />}
    </li>
  );
}

/** Drawn again only when its slot changed: a busy slot must not redraw the other 31. */
export function SlotCard({ slot }: SlotProps) {
  return useMemo(() => <Card slot={slot} />, [slot]);
}
