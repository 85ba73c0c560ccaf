// What happened, newest first. New errors and warnings are told to screen readers, the rest is theirs to read.

import { useMemo, useRef } from "preact/hooks";
import { Icon, type IconName } from "../../../page-parts/index.ts";
import type { BoxEvent, LineView } from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { asksForVerifyKey, describeEvent } from "../describe.ts";
import type { Translator } from "../i18n.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { ProviderKey } from "./provider-key.tsx";

const NO_EVENTS: readonly BoxEvent[] = [];
const NO_LINES: readonly LineView[] = [];
/** Each row costs when the page begins, and each second; the page of events has them all. */
const SHOWN = 16;
const ICONS: Readonly<Record<BoxEvent["level"], IconName>> = { info: "info", warn: "down", error: "down" };

function textOf(words: Translator, event: BoxEvent, lines: readonly LineView[]): string {
  return describeEvent(words, event, (line) => lines.find((known) => known.id === line)?.number ?? null);
}

interface RowProps {
  readonly event: BoxEvent;
  readonly text: string;
  readonly showsKey: boolean;
  /** It came while somebody looked. */
  readonly isFresh: boolean;
}

function Row({ event, text, showsKey, isFresh }: RowProps) {
  const words = useWords();
  const ago = useSelect((state) => words.ago(state.now - event.at));
  return (
    <li class={`event event-${event.level}${isFresh ? " event-fresh" : ""}`}>
      <Icon name={ICONS[event.level]} />
      <span class="event-text">
        {event.level !== "info" && <span class="hidden">{words.t(`events.level.${event.level}`)}: </span>}
        {text}
        {showsKey && <ProviderKey />}
      </span>
      <time dateTime={new Date(event.at).toISOString()} title={words.stamp(event.at)}>
        {ago}
      </time>
    </li>
  );
}

function EventRow(row: RowProps) {
  const { event, text, showsKey, isFresh } = row;
  return useMemo(() => <Row {...row} />, [event, text, showsKey, isFresh]);
}

export interface EventListProps {
  /** Only what happened to this slot. */
  readonly slot?: string;
}

export function EventList({ slot }: EventListProps) {
  const words = useWords();
  const all = useBox((box) => box.events, NO_EVENTS);
  const events = slot === undefined ? all : all.filter((event) => event.slot === slot);
  const lines = useBox((box) => box.lines, NO_LINES);
  const newest = events[0];
  const seen = useRef(newest?.seq ?? null);
  seen.current ??= newest?.seq ?? null;
  // The same key below each of many refusals would only be noise.
  const keyAt = events.find(asksForVerifyKey)?.seq;
  const alarm = newest !== undefined && newest.level !== "info" ? textOf(words, newest, lines) : "";
  return (
    <section class="events" aria-labelledby="events-title">
      <header class="section-head">
        <h2 id="events-title">{words.t("events.title")}</h2>
      </header>
      <p class="hidden" role="status">
        {alarm}
      </p>
      {events.length === 0 ? (
        <p class="events-none">{words.t(slot === undefined ? "events.none" : "events.none_of_slot")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol class="event-list" tabIndex={0} aria-labelledby="events-title">
          {events.slice(0, SHOWN).map((event) => (
            <EventRow
              key={event.seq}
              event={event}
              text={textOf(words, event, lines)}
              showsKey={event.seq === keyAt}
              isFresh={event.seq > (seen.current ?? 0)}
            />
          ))}
          {events.length > SHOWN && (
            <li class="event-more">
              <ViewLink view="events">{words.t("events.all")}</ViewLink>
            </li>
          )}
        </ol>
      )}
    </section>
  );
}
