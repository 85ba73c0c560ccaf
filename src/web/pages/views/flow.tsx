// The strip on top: intake, received, outbox, forwarded, acknowledged, in the order in which an SMS passes them; then what it
// depends on, relay and clock.

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../../../page-parts/index.ts";
import type { Overview } from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { type CountName, isFull } from "../history.ts";
import { Spark } from "../parts/spark.tsx";

type Tone = "good" | "busy" | "warn" | "bad" | "plain";

interface StationProps {
  readonly name: string;
  readonly icon: IconName;
  readonly tone: Tone;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly area: string;
}

function Station({ name, icon, tone, value, note, area }: StationProps) {
  return (
    <div class={`station station-${area} tone-${tone}`} style={{ gridArea: area }}>
      <dt>
        <Icon name={icon} />
        {name}
      </dt>
      <dd class="station-value">{value}</dd>
      {note !== undefined && <dd class="station-note">{note}</dd>}
    </div>
  );
}

function Count({ name, aside }: { readonly name: CountName; readonly aside?: string | null }) {
  const words = useWords();
  const window = useSelect((state) => words.t(isFull(state.history) ? "flow.window" : "flow.window.opened"));
  const count = useBox((box) => box.overview.counts[name], 0);
  return (
    <div class="station station-count" style={{ gridArea: name }}>
      <dt>
        <Icon name={name} />
        {words.t(`flow.${name}`)}
      </dt>
      <dd class="station-value">
        <span>{words.number(count)}</span>
        {aside && <small>{aside}</small>}
      </dd>
      <dd class="station-note station-chart">
        <Spark name={name} />
        {window}
      </dd>
    </div>
  );
}

function Intake({ overview }: { readonly overview: Overview }) {
  const words = useWords();
  const { state, problem } = overview.intake;
  const text = problem === null ? null : describeProblem(words, problem);
  return (
    <Station
      area="intake"
      name={words.t("flow.intake")}
      icon={state === "running" ? "intake" : "paused"}
      tone={state === "running" ? "good" : "bad"}
      value={words.t(`flow.intake.${state}`)}
      note={text === null ? undefined : `${text.what}. ${words.t("flow.intake.safe")}. ${text.hint ?? ""}`}
    />
  );
}

function Outbox({ overview }: { readonly overview: Overview }) {
  const words = useWords();
  const { depth, oldest_ms } = overview.outbox;
  const tone: Tone = oldest_ms !== null && oldest_ms > 60_000 ? "warn" : "plain";
  return (
    <Station
      area="outbox"
      name={words.t("flow.outbox")}
      icon="outbox"
      tone={tone}
      value={words.number(depth)}
      note={
        oldest_ms === null
          ? words.t("flow.outbox.empty")
          : words.t("flow.outbox.oldest", { span: words.span(oldest_ms) })
      }
    />
  );
}

const RELAY_TONES: Readonly<Record<Overview["relay"]["state"], Tone>> = {
  up: "good",
  connecting: "busy",
  down: "bad",
  none: "warn",
};

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

function Relay({ overview }: { readonly overview: Overview }) {
  const words = useWords();
  const { relay } = overview;
  const since = useSelect((state) => words.span(state.now - relay.since));
  return (
    <Station
      area="relay"
      name={words.t("flow.relay")}
      icon="relay"
      tone={RELAY_TONES[relay.state]}
      value={words.t(`flow.relay.${relay.state}`)}
      note={
        relay.state === "none" ? (
          words.t("flow.relay.none.text")
        ) : (
          <>
            <span class="station-host">{hostOf(relay.url)}</span> {words.t("flow.since", { span: since })}
          </>
        )
      }
    />
  );
}

function BoxClock({ overview }: { readonly overview: Overview }) {
  const words = useWords();
  const isTrusted = overview.clock === "trusted";
  const time = useSelect((state) => words.stamp(state.now));
  return (
    <Station
      area="clock"
      name={words.t("flow.clock")}
      icon="clock"
      tone={isTrusted ? "good" : "warn"}
      value={words.t(`flow.clock.${overview.clock}`)}
      note={isTrusted ? time : words.t("flow.clock.suspect.text")}
    />
  );
}

export function Flow() {
  const words = useWords();
  const overview = useBox<Overview | null>((box) => box.overview, null);
  if (overview === null) return null;
  const { unrented, denied } = overview.counts;
  const asides = [
    ...(unrented > 0 ? [words.t("flow.unrented", { n: unrented })] : []),
    ...(denied > 0 ? [words.t("flow.denied", { n: denied })] : []),
  ];
  return (
    <section class="flow" aria-label={words.t("flow.title")}>
      <dl class="stations">
        <Intake overview={overview} />
        <Count name="received" aside={asides.length > 0 ? asides.join(", ") : null} />
        <Outbox overview={overview} />
        <Count name="forwarded" />
        <Count name="acknowledged" />
        <Relay overview={overview} />
        <BoxClock overview={overview} />
      </dl>
    </section>
  );
}
