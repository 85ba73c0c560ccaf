// The log of events, also from before the last restart: by level, kind and slot, page by page.

import { useState } from "preact/hooks";
import { Icon, type IconName } from "../../../page-parts/index.ts";
import type { BoxEvent, LineView, SlotView } from "../../../protocol/index.ts";
import { eventsPage } from "../../shared/api.ts";
import { useBox, useWords } from "../app-context.ts";
import { describeEvent } from "../describe.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";

const NO_LINES: readonly LineView[] = [];
const NO_SLOTS: readonly SlotView[] = [];
const ICONS: Readonly<Record<BoxEvent["level"], IconName>> = { info: "info", warn: "down", error: "down" };
const LEVELS = ["info", "warn", "error"] as const;
const GROUPS = ["slot.", "sim.", "rental.", "relay.", "payment.", "proofs.", "alert.", "phone.", "intake."] as const;
const SPANS = [3_600_000, 86_400_000, 604_800_000] as const;
const PAGE = 100;

interface Filter {
  readonly level: BoxEvent["level"];
  readonly code: string;
  readonly slot: string;
  /** Start of the time looked at; null for all. */
  readonly from: number | null;
}

function pathOf({ level, code, slot, from }: Filter, before: number | null): string {
  const query = new URLSearchParams({ limit: String(PAGE), level });
  if (code !== "") query.set("code", code);
  if (slot !== "") query.set("slot", slot);
  if (from !== null) query.set("from", String(from));
  if (before !== null) query.set("before", String(before));
  return `/api/v1/events/history?${query.toString()}`;
}

interface FiltersProps {
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

function LevelFilter({ filter, onFilter }: FiltersProps) {
  const words = useWords();
  return (
    <select
      aria-label={words.t("log.level")}
      value={filter.level}
      onChange={(event) =>
        onFilter({ ...filter, level: LEVELS.find((each) => each === event.currentTarget.value) ?? "info" })
      }
    >
      {LEVELS.map((level) => (
        <option key={level} value={level}>
          {words.t(`log.level.${level}`)}
        </option>
      ))}
    </select>
  );
}

function Filters({ filter, onFilter }: FiltersProps) {
  const words = useWords();
  const slots = useBox((box) => box.slots, NO_SLOTS);
  const now = useBox((box) => box.overview.now, 0);
  const [span, setSpan] = useState("");
  return (
    <div class="event-filters">
      <LevelFilter filter={filter} onFilter={onFilter} />
      <select
        aria-label={words.t("log.group")}
        value={filter.code}
        onChange={(event) => onFilter({ ...filter, code: event.currentTarget.value })}
      >
        <option value="">{words.t("log.group.all")}</option>
        {GROUPS.map((group) => (
          <option key={group} value={group}>
            {words.find(`log.group.${group.slice(0, -1)}`) ?? group}
          </option>
        ))}
      </select>
      <select
        aria-label={words.t("log.slot")}
        value={filter.slot}
        onChange={(event) => onFilter({ ...filter, slot: event.currentTarget.value })}
      >
        <option value="">{words.t("log.slot.all")}</option>
        {slots.map(({ id }) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
      <select
        aria-label={words.t("log.time")}
        value={span}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setSpan(value);
          onFilter({ ...filter, from: value === "" ? null : now - Number(value) });
        }}
      >
        <option value="">{words.t("log.time.all")}</option>
        {SPANS.map((each) => (
          <option key={each} value={each}>
            {words.t("log.time.last", { span: words.span(each) })}
          </option>
        ))}
      </select>
    </div>
  );
}

function Rows({ events }: { readonly events: readonly BoxEvent[] }) {
  const words = useWords();
  const lines = useBox((box) => box.lines, NO_LINES);
  const numberOf = (line: string): string | null => lines.find(({ id }) => id === line)?.number ?? null;
  return (
    <ol class="event-log">
      {events.map((event) => (
        <li key={event.seq} class={`event event-${event.level}`}>
          <Icon name={ICONS[event.level]} />
          <span class="event-text">
            {event.level !== "info" && <span class="hidden">{words.t(`events.level.${event.level}`)}: </span>}
            {describeEvent(words, event, numberOf)}
          </span>
          <time dateTime={new Date(event.at).toISOString()}>{words.date(event.at)}</time>
        </li>
      ))}
    </ol>
  );
}

export function EventsPage() {
  const words = useWords();
  const [filter, setFilter] = useState<Filter>({ level: "info", code: "", slot: "", from: null });
  /** Where each page that was opened begins; the last is shown. */
  const [pages, setPages] = useState<readonly (number | null)[]>([null]);
  const before = pages.at(-1) ?? null;
  const { value, fault } = useResource(eventsPage, pathOf(filter, before), before === null ? 10_000 : undefined);
  const next = value?.next ?? null;
  const choose = (changed: Filter): void => {
    setFilter(changed);
    setPages([null]);
  };
  return (
    <div class="event-page">
      <header class="view-head">
        <h1>{words.t("events.title")}</h1>
      </header>
      <Filters filter={filter} onFilter={choose} />
      <Fault fault={fault} />
      {value !== null && value.events.length === 0 && <p class="events-none">{words.t("log.none")}</p>}
      {value !== null && value.events.length > 0 && <Rows events={value.events} />}
      <div class="event-pages">
        {pages.length > 1 && (
          <button type="button" onClick={() => setPages(pages.slice(0, -1))}>
            {words.t("log.newer")}
          </button>
        )}
        {next !== null && (
          <button type="button" onClick={() => setPages([...pages, next])}>
            {words.t("log.older")}
          </button>
        )}
      </div>
    </div>
  );
}
