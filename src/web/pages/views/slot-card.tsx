// One slot: readable from across the room by state, colour and number; everything else on a second look.

import { useMemo } from "preact/hooks";
import type { SlotView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { capital, describeProblem, describeStep, describeTechnology } from "../describe.ts";
import { Battery } from "../parts/battery.tsx";
import { Icon } from "../parts/icon.tsx";
import { Signal } from "../parts/signal.tsx";

interface SlotProps {
  readonly slot: SlotView;
}

/** For a slot that is not ready also since when: a minute is nothing, a night is. */
function State({ slot }: SlotProps) {
  const words = useWords();
  const since = useSelect((state) => (slot.state === "ready" ? null : words.span(state.now - slot.since)));
  return (
    <span class="slot-state">
      <Icon name={slot.state} />
      {words.t(`slot.${slot.state}`)}
      {since !== null && <span class="slot-since">{words.t("flow.since", { span: since })}</span>}
    </span>
  );
}

function Storage({ storage }: { readonly storage: NonNullable<SlotView["sms_storage"]> }) {
  const words = useWords();
  const share = storage.total === 0 ? 0 : storage.used / storage.total;
  return (
    <span class={`storage${share >= 0.8 ? " storage-full" : ""}`} title={words.t("slot.storage")}>
      <span class="hidden">{words.t("slot.storage")} </span>
      <span class="storage-bar" aria-hidden="true" style={{ "--share": String(share) }} />
      <span class="hidden">{words.t("slot.storage.used", { used: storage.used, total: storage.total })}</span>
      <span aria-hidden="true">{words.t("slot.storage.short", { used: storage.used, total: storage.total })}</span>
    </span>
  );
}

function LastSms({ slot }: SlotProps) {
  const words = useWords();
  const at = slot.last_sms_at;
  const text = useSelect((state) =>
    at === null ? words.t("slot.last.none") : words.t("slot.last", { ago: words.ago(state.now - at) }),
  );
  return <span class="slot-last">{text}</span>;
}

function Running({ slot }: SlotProps) {
  const words = useWords();
  const network = (
    slot.kind === "smpp" ? [slot.manufacturer, slot.model] : [slot.operator, describeTechnology(words, slot.technology)]
  )
    .filter((part) => part !== null)
    .join(" · ");
  return (
    <>
      <div class="slot-net">
        {slot.kind === "modem" && <Signal dbm={slot.signal_dbm} />}
        {slot.battery !== null && <Battery battery={slot.battery} />}
        <span class="slot-operator">{network}</span>
      </div>
      <div class="slot-foot">
        {slot.sms_storage !== null && <Storage storage={slot.sms_storage} />}
        <LastSms slot={slot} />
      </div>
    </>
  );
}

function Trouble({ slot }: SlotProps) {
  const words = useWords();
  const problem = slot.problem === null ? null : describeProblem(words, slot.problem);
  if (problem === null && slot.state === "stopped") return null;
  return (
    <p class="slot-trouble">
      <span>{problem?.what ?? capital(describeStep(words, slot.step))}</span>
      {problem !== null && problem.hint !== null && <span class="slot-hint">{problem.hint}</span>}
    </p>
  );
}

function Card({ slot }: SlotProps) {
  const words = useWords();
  // A gateway's account without a warning has more lines than one.
  const unnamed = slot.kind === "smpp" && slot.warnings.length === 0 ? "slot.lines" : "slot.no_line";
  return (
    <li class={`slot slot-${slot.state}`} data-slot={slot.id}>
      <div class="slot-head">
        <span class="slot-id">{words.t("slot.name", { id: slot.id })}</span>
        <State slot={slot} />
      </div>
      <h3 class="slot-number">
        {slot.line === null ? <span class="slot-unnamed">{words.t(unnamed)}</span> : slot.line.number}
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
