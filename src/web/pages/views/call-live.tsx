// The calls that are on: between whom in the house, for how long, and how the sound fares.

import type { ComponentChildren } from "preact";
import type { CallView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { slotPage } from "../routes.ts";

const UNKNOWN = "–";

/** `Incoming, +15550100`: enough to tell calls apart, for whoever hears it read as well. */
export function callName(words: Translator, { direction, line }: CallView, nameOf: (line: string) => string): string {
  const way = words.t(`calls.direction.${direction}`);
  return line === null ? way : words.t("calls.name", { way, number: nameOf(line) });
}

function Duration({ call }: { readonly call: CallView }) {
  const words = useWords();
  const since = call.talking_at ?? call.started_at;
  // A clock counts up by whole seconds that are over; the translator's rounds up.
  const seconds = useSelect((state) => Math.max(0, Math.floor((state.now - since) / 1000)));
  return <span class="call-clock">{words.clock(seconds * 1000)}</span>;
}

const orUnknown = (value: number | null | undefined, say: (value: number) => string): string =>
  value === null || value === undefined ? UNKNOWN : say(value);

/** Per cent with one digit. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10);

type Row = readonly [name: string, value: ComponentChildren];

function soundRows(words: Translator, { sound }: CallView): readonly Row[] {
  if (sound === null) return [];
  return [
    [words.t("calls.silence"), words.t("phone.percent", { n: share(sound.silence, sound.said) })],
    [words.t("calls.stalls"), words.number(sound.stalls)],
  ];
}

function qualityRows(words: Translator, { quality }: CallView): readonly Row[] {
  if (quality === null) return [];
  const ms = (n: number): string => words.t("webhooks.attempt.ms", { n: Math.round(n * 10) / 10 });
  const packets = (n: number | null): string => orUnknown(n, (known) => words.number(known));
  const { codec, encryption, lost_received: received, lost_sent: sent } = quality;
  return [
    [words.t("calls.codec"), codec ?? UNKNOWN],
    [
      words.t("calls.encryption"),
      <span key="encryption" class={encryption === "none" ? "call-open" : undefined}>
        {words.t(`calls.encryption.${encryption}`)}
      </span>,
    ],
    [words.t("calls.lost.received"), packets(received)],
    [words.t("calls.lost.sent"), packets(sent)],
    [words.t("calls.jitter"), orUnknown(quality.jitter_ms, ms)],
    [words.t("calls.round_trip"), orUnknown(quality.round_trip_ms, ms)],
  ];
}

function slotRow(words: Translator, { slot }: CallView): Row {
  const link =
    slot === null ? UNKNOWN : <ViewLink view={slotPage(slot)}>{words.t("slot.name", { id: slot })}</ViewLink>;
  return [words.t("calls.slot"), link];
}

interface CallProps {
  readonly call: CallView;
  readonly nameOf: (line: string) => string;
  /** Null for who may not. */
  readonly onEnd: ((call: CallView) => void) | null;
}

function Call({ call, nameOf, onEnd }: CallProps) {
  const words = useWords();
  const title = `call-${call.id}`;
  const name = callName(words, call, nameOf);
  const what = words.t("calls.hangup");
  const rows = [slotRow(words, call), ...soundRows(words, call), ...qualityRows(words, call)];
  return (
    <li class="panel" aria-labelledby={title} data-call={call.id}>
      <div class="panel-head">
        <h3 id={title}>{name}</h3>
        {onEnd !== null && (
          <button
            type="button"
            class="small danger"
            aria-label={words.t("webhooks.of", { what, name })}
            onClick={() => onEnd(call)}
          >
            {what}
          </button>
        )}
      </div>
      <p class={`call-phase call-phase-${call.phase}`}>
        {words.t(`calls.phase.${call.phase}`)} <Duration call={call} />
        {call.held && <span class="tag">{words.t("calls.held")}</span>}
      </p>
      <dl class="call-facts">
        {rows.map(([fact, value]) => (
          <div key={fact}>
            <dt>{fact}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

export interface LiveCallsProps {
  readonly calls: readonly CallView[];
  readonly nameOf: (line: string) => string;
  readonly onEnd: ((call: CallView) => void) | null;
}

export function LiveCalls({ calls, nameOf, onEnd }: LiveCallsProps) {
  const words = useWords();
  return (
    <section class="call-part" aria-labelledby="calls-live">
      <h2 id="calls-live">{words.t("calls.live")}</h2>
      {calls.length === 0 ? (
        <p class="soft">{words.t("calls.live.none")}</p>
      ) : (
        <ul class="call-list">
          {calls.map((call) => (
            <Call key={call.id} {...{ call, nameOf, onEnd }} />
          ))}
        </ul>
      )}
    </section>
  );
}
