// Small parts that a slot's card and a slot's page share.

import { Icon, type IconName } from "../../../page-parts/index.ts";
import type { SlotKind, SlotView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { describeTechnology } from "../describe.ts";
import type { Translator } from "../i18n.ts";

interface SlotProps {
  readonly slot: SlotView;
}

const KINDS: Readonly<Record<SlotKind, IconName>> = { modem: "modem", phone: "phones", smpp: "gateway" };

export function Kind({ slot: { kind } }: SlotProps) {
  const words = useWords();
  return (
    <span class={`slot-kind slot-kind-${kind}`} title={words.t(`slot.kind.${kind}`)}>
      <Icon name={KINDS[kind]} label={words.t(`slot.kind.${kind}`)} />
    </span>
  );
}

/** For a slot that is not ready also since when: a minute is nothing, a night is. */
export function State({ slot, brief = false }: SlotProps & { readonly brief?: boolean }) {
  const words = useWords();
  const since = useSelect((state) => (slot.state === "ready" ? null : words.span(state.now - slot.since)));
  return (
    <span class="slot-state">
      <Icon name={slot.state} />
      {words.t(`slot.${slot.state}`)}
      {since !== null && <span class="slot-since">{brief ? since : words.t("flow.since", { span: since })}</span>}
    </span>
  );
}

export function Storage({ storage }: { readonly storage: NonNullable<SlotView["sms_storage"]> }) {
  const words = useWords();
  const share = storage.total === 0 ? 0 : storage.used / storage.total;
  return (
    <span
      class={`storage${share >= 0.8 ? " storage-full" : ""}`}
      role="img"
      aria-label={`${words.t("slot.storage")} ${words.t("slot.storage.used", storage)}`}
      title={words.t("slot.storage")}
    >
      <span class="storage-bar" style={{ "--share": String(share) }} />
      {words.t("slot.storage.short", storage)}
    </span>
  );
}

export function LastSms({ slot }: SlotProps) {
  const words = useWords();
  const at = slot.last_sms_at;
  const text = useSelect((state) =>
    at === null ? words.t("slot.last.none") : words.t("slot.last", { ago: words.ago(state.now - at) }),
  );
  return <span class="slot-last">{text}</span>;
}

/** Operator and generation; of a gateway its make. */
export function networkOf(words: Translator, slot: SlotView): string {
  const parts =
    slot.kind === "smpp"
      ? [slot.manufacturer, slot.model]
      : [slot.operator, describeTechnology(words, slot.technology)];
  return parts.filter((part) => part !== null).join(" · ");
}

/** A gateway's account without a warning has more lines than one. */
export function unnamedOf(words: Translator, slot: SlotView): string {
  return words.t(slot.kind === "smpp" && slot.warnings.length === 0 ? "slot.lines" : "slot.no_line");
}
