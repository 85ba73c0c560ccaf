// A look at the sound: tones through Asterisk and back, or a test call to another number of the box, with a picture of what came back.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import {
  type LineView,
  type SlotView,
  type SoundCheckRequest,
  type SoundCheckView,
  soundCheckView,
} from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { call as ask } from "../call.ts";
import { describeProblem } from "../describe.ts";
import type { Translator } from "../i18n.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";

const NO_LINES: readonly LineView[] = [];
const NO_SLOTS: readonly SlotView[] = [];
const PATH = "/api/v1/calls/check";
const EVERY = 1000;
const [WIDTH, HEIGHT, LOUDEST, FAINTEST] = [480, 120, 0, -60];

type Report = NonNullable<SoundCheckView["report"]>;

const heightOf = (dbfs: number): number =>
  ((Math.min(LOUDEST, Math.max(FAINTEST, dbfs)) - FAINTEST) / (LOUDEST - FAINTEST)) * HEIGHT;

/** What was heard over time: all sound as a shape, our tones over it, and below when each was sent. */
function Picture({ report }: { readonly report: Report }) {
  const words = useWords();
  const length = Math.max(1, ...report.heard.map(({ at }) => at + 40));
  const x = (at: number): number => (at / length) * WIDTH;
  const bar = x(40);
  return (
    <svg
      class="check-picture"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 14}`}
      role="img"
      aria-label={pictureText(words, report)}
    >
      {[0, -12, -24, -36, -48].map((dbfs) => (
        <line
          key={dbfs}
          class="check-rule"
          x1={0}
          x2={WIDTH}
          y1={HEIGHT - heightOf(dbfs)}
          y2={HEIGHT - heightOf(dbfs)}
        />
      ))}
      {report.heard.map(({ at, all, tone }) => (
        <g key={at}>
          <rect class="check-all" x={x(at)} width={bar} y={HEIGHT - heightOf(all)} height={heightOf(all)} />
          <rect class="check-tone" x={x(at)} width={bar} y={HEIGHT - heightOf(tone)} height={heightOf(tone)} />
        </g>
      ))}
      {report.sentAt.map((at) => (
        <rect key={at} class="check-sent" x={x(at)} width={x(100)} y={HEIGHT + 5} height={5} />
      ))}
    </svg>
  );
}

const pictureText = (words: Translator, { tones, found }: Report): string =>
  words.t("calls.check.picture", { found, tones });

function figuresOf(words: Translator, report: Report): readonly (readonly [string, string])[] {
  const ms = (n: number): string => words.t("webhooks.attempt.ms", { n: Math.round(n) });
  const { roundTrip, level, frames, longestGap, found, tones } = report;
  const lost =
    frames.sent === 0 ? 0 : Math.max(0, Math.round((1000 * (frames.sent - frames.heard)) / frames.sent) / 10);
  return [
    [words.t("calls.check.tones"), words.t("calls.check.tones.of", { found, tones })],
    [words.t("calls.check.trip"), roundTrip === null ? "–" : ms(roundTrip.median)],
    [words.t("calls.check.trip.longest"), roundTrip === null ? "–" : ms(roundTrip.longest)],
    [words.t("calls.check.level"), level === null ? "–" : words.t("calls.check.dbfs", { n: level })],
    [words.t("calls.check.lost"), words.t("phone.percent", { n: lost })],
    [words.t("calls.check.gap"), ms(longestGap)],
  ];
}

function Outcome({ view }: { readonly view: SoundCheckView }) {
  const words = useWords();
  const { state, step, report, problem, kind, at } = view;
  if (state === "idle") return null;
  if (state === "running")
    return (
      <p class="loading" role="status">
        {words.t(step === "dialling" ? "calls.check.dialling" : "calls.check.sounding")}
      </p>
    );
  if (problem !== null) return <Fault fault={describeProblem(words, problem)} />;
  if (report === null) return null;
  const good = report.good ? "good" : "bad";
  return (
    <div class="check-outcome" data-check={good}>
      <p class={`call-ready call-ready-${report.good ? "yes" : "no"}`} role="status">
        <Icon name={report.good ? "ready" : "down"} />
        {words.t(`calls.check.${good}.${kind ?? "loop"}`)}
        {at !== null && <span class="soft">{words.date(at)}</span>}
      </p>
      <Picture report={report} />
      <p class="soft check-key">
        <span class="check-key-tone">{words.t("calls.check.key.tone")}</span>
        <span class="check-key-all">{words.t("calls.check.key.all")}</span>
        <span class="check-key-sent">{words.t("calls.check.key.sent")}</span>
      </p>
      <dl class="figures">
        {figuresOf(words, report).map(([name, value]) => (
          <div key={name} class="figure">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface TestCallProps {
  readonly lines: readonly LineView[];
  readonly begin: (request: SoundCheckRequest) => Promise<void>;
  readonly onClose: () => void;
}

/** The number is typed whole: a call costs money, and goes out into the world. */
function TestCall({ lines, begin, onClose }: TestCallProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const slots = useBox((box) => box.slots, NO_SLOTS).filter(({ line, state }) => line !== null && state === "ready");
  const [slot, setSlot] = useState(slots[0]?.id ?? "");
  const [typed, setTyped] = useState("");
  const own = slots.find(({ id }) => id === slot)?.line?.number;
  const number = lines.map((line) => line.number).find((each) => each === typed.replaceAll(" ", "") && each !== own);
  const confirm = () =>
    void run(async () => {
      if (number === undefined) return;
      await begin({ kind: "call", slot, number });
      onClose();
    });
  return (
    <ConfirmDialog
      title={words.t("calls.check.call.title")}
      subject={words.t("calls.check.call.subject")}
      submit={words.t("calls.check.call.submit")}
      busy={busy || number === undefined}
      {...{ problem, onClose }}
      onConfirm={confirm}
    >
      <p>{words.t("calls.check.call.text")}</p>
      <div class="field">
        <label for="check-slot">{words.t("calls.check.from")}</label>
        <select id="check-slot" value={slot} onChange={(event) => setSlot(event.currentTarget.value)}>
          {slots.map(({ id, line }) => (
            <option key={id} value={id}>
              {`${words.t("slot.name", { id })} · ${line?.number ?? ""}`}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="check-number">{words.t("calls.check.number")}</label>
        <input
          id="check-number"
          type="tel"
          autocomplete="off"
          value={typed}
          aria-describedby="check-number-hint"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <p class="soft" id="check-number-hint">
          {words.t("calls.check.number.hint")}
        </p>
      </div>
    </ConfirmDialog>
  );
}

export function CallCheck() {
  const words = useWords();
  const [fast, setFast] = useState(false);
  const { value, fault, reload } = useResource(soundCheckView, PATH, fast ? EVERY : undefined);
  const isRunning = value?.state === "running";
  if (fast !== isRunning && value !== null) setFast(isRunning);
  const [dialling, setDialling] = useState(false);
  const { busy, problem, run } = useTask();
  const lines = useBox((box) => box.lines, NO_LINES);
  const mayOperate = useSelect((state) => state.user?.scopes.includes("operate") ?? false);
  const begin = async (request: SoundCheckRequest): Promise<void> => {
    await ask(soundCheckView, "POST", PATH, { body: request });
    reload();
  };
  return (
    <section class="panel" aria-labelledby="calls-check">
      <div class="panel-head">
        <h2 id="calls-check">{words.t("calls.check")}</h2>
      </div>
      <p class="soft">{words.t("calls.check.about")}</p>
      {mayOperate && (
        <div class="check-actions">
          <button
            type="button"
            class="small"
            disabled={busy || isRunning}
            onClick={() => void run(() => begin({ kind: "loop" }))}
          >
            {words.t("calls.check.loop")}
          </button>
          <button
            type="button"
            class="small"
            disabled={busy || isRunning || lines.length < 2}
            onClick={() => setDialling(true)}
          >
            {words.t("calls.check.call")}
          </button>
        </div>
      )}
      <Fault fault={problem ?? fault} />
      {value !== null && <Outcome view={value} />}
      {dialling && <TestCall {...{ lines, begin }} onClose={() => setDialling(false)} />}
    </section>
  );
}
