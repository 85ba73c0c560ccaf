// Alerts on one page: what is up and what can be done about it, what was, where it is told, and by which rules.

import { useState } from "preact/hooks";
import { z } from "zod";
import { Icon, type IconName } from "../../../page-parts/index.ts";
import {
  type AlertView,
  alertChannelsReply,
  type alertChannelView,
  alertHistoryReply,
  alertRulesReply,
  alertsReply,
  alertView,
  attemptView,
  webhooksReply,
} from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { call } from "../call.ts";
import type { Translator } from "../i18n.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { AlertRules } from "./alert-rules.tsx";

const ICONS: Readonly<Record<AlertView["severity"], IconName>> = { info: "info", warning: "down", critical: "down" };
const SNOOZES = [60, 480, 1440] as const;
const EVERY = 10_000;

/** The box speaks four languages; another one gets English. */
const languageOf = (words: Translator): string => (/^(en|ru|es|de)/.exec(words.locale) ?? ["en"])[0];

function when(words: Translator, alert: AlertView, now: number): string {
  const { cleared_at: over, raised_at: raised } = alert;
  if (over !== null) return words.t("alerts.lasted", { span: words.span(over - raised), date: words.date(raised) });
  return words.t("alerts.since", { span: words.span(Math.max(0, now - raised)) });
}

function notes(words: Translator, alert: AlertView): string[] {
  const { acknowledged_at: known, snoozed_until: until, told_at: told, flapping } = alert;
  return [
    ...(known === null ? [] : [words.t("alerts.acknowledged")]),
    ...(until === null ? [] : [words.t("alerts.snoozed", { date: words.date(until) })]),
    ...(told === null ? [words.t("alerts.untold")] : []),
    ...(flapping ? [words.t("alerts.flapping")] : []),
  ];
}

interface ActiveProps {
  readonly alert: AlertView;
  readonly onDone: () => void;
}

function ActiveAlert({ alert, onDone }: ActiveProps) {
  const words = useWords();
  const now = useSelect((state) => state.now);
  const { busy, problem, run } = useTask();
  const path = `/api/v1/alerts/${encodeURIComponent(alert.id)}`;
  const act = (step: string, body?: object) =>
    void run(async () => {
      await call(alertView, "POST", `${path}/${step}`, body === undefined ? {} : { body });
      onDone();
    });
  return (
    <li class={`alert alert-${alert.severity}`}>
      <Icon name={ICONS[alert.severity]} />
      <div class="alert-words">
        <p class="alert-title">
          <span class="hidden">{words.t(`alerts.severity.${alert.severity}`)}: </span>
          {alert.text}
        </p>
        <p class="soft">{alert.hint}</p>
        <p class="alert-notes">{[when(words, alert, now), ...notes(words, alert)].join(" · ")}</p>
        <Fault fault={problem} />
      </div>
      <div class="alert-actions">
        {alert.acknowledged_at === null && (
          <button type="button" class="small" disabled={busy} onClick={() => act("acknowledge")}>
            {words.t("alerts.acknowledge")}
          </button>
        )}
        <select
          aria-label={words.t("alerts.snooze")}
          disabled={busy}
          value=""
          onChange={(event) => act("snooze", { minutes: Number(event.currentTarget.value) })}
        >
          <option value="">{words.t("alerts.snooze")}</option>
          {SNOOZES.map((minutes) => (
            <option key={minutes} value={minutes}>
              {words.span(minutes * 60_000)}
            </option>
          ))}
        </select>
      </div>
    </li>
  );
}

function ActivePart() {
  const words = useWords();
  const { value, fault, reload } = useResource(alertsReply, `/api/v1/alerts?language=${languageOf(words)}`, EVERY);
  return (
    <section aria-labelledby="alerts-now">
      <h2 id="alerts-now" class="hidden">
        {words.t("alerts.now")}
      </h2>
      <Fault fault={fault} />
      {value?.quiet === true && <p class="alerts-quiet soft">{words.t("alerts.quiet")}</p>}
      {value !== null && value.maintenance.length > 0 && (
        <p class="alerts-quiet soft">
          {value.maintenance
            .map(({ subject, until }) =>
              words.t("alerts.maintenance", {
                subject: subject === "" ? words.t("alerts.box") : subject,
                date: words.date(until),
              }),
            )
            .join(" · ")}
        </p>
      )}
      {value !== null && value.alerts.length === 0 && (
        <p class="alerts-none">
          <Icon name="ready" />
          {words.t("alerts.none")}
        </p>
      )}
      {value !== null && value.alerts.length > 0 && (
        <ul class="alert-list">
          {value.alerts.map((alert) => (
            <ActiveAlert key={alert.id} alert={alert} onDone={reload} />
          ))}
        </ul>
      )}
    </section>
  );
}

type Delivery = Pick<z.infer<typeof alertChannelView>, "state" | "failing_since" | "waiting" | "last">;

function deliveryText(words: Translator, { state, failing_since: since, waiting, last }: Delivery): string {
  const parts = [words.t(`alerts.delivery.${state}`)];
  if (since !== null && state === "failing") parts.push(words.t("alerts.delivery.since", { date: words.date(since) }));
  if (last !== null && last.result !== "sent") parts.push(resultText(words, last.result));
  if (waiting > 0) parts.push(words.t("alerts.delivery.waiting", { n: waiting }));
  return parts.join(" · ");
}

const resultText = (words: Translator, result: string): string => words.find(`problem.${result}`) ?? result;

interface TargetProps {
  readonly name: string;
  readonly about: string;
  readonly delivery: Delivery;
  readonly path: string;
  /** Offered where the target is not used. */
  readonly onEnable: (() => Promise<void>) | null;
  readonly onDone: () => void;
}

function TargetRow({ name, about, delivery, path, onEnable, onDone }: TargetProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const [said, setSaid] = useState("");
  const test = () =>
    void run(async () => {
      setSaid("");
      const { result } = await call(attemptView, "POST", `${path}/test`);
      setSaid(result === "sent" ? words.t("alerts.test.sent") : resultText(words, result));
      onDone();
    });
  return (
    <li class="alert-target">
      <div class="alert-words">
        <p>
          <b>{name}</b> <span class="soft">{about}</span>
        </p>
        <p class={`alert-delivery alert-delivery-${delivery.state}`}>{deliveryText(words, delivery)}</p>
        <p class="alert-notes" role="status">
          {said}
        </p>
        <Fault fault={problem} />
      </div>
      <div class="alert-actions">
        {onEnable !== null && delivery.state !== "ok" && (
          <button type="button" class="small" disabled={busy} onClick={() => void run(onEnable)}>
            {words.t("alerts.enable")}
          </button>
        )}
        <button
          type="button"
          class="small"
          disabled={busy}
          aria-label={words.t("alerts.test.of", { name })}
          onClick={test}
        >
          {words.t("alerts.test")}
        </button>
      </div>
    </li>
  );
}

function TargetsPart() {
  const words = useWords();
  const channels = useResource(alertChannelsReply, "/api/v1/alerts/channels", EVERY);
  const hooks = useResource(webhooksReply, "/api/v1/webhooks", EVERY);
  const none = channels.value?.channels.length === 0 && hooks.value?.webhooks.length === 0;
  const enable = (id: string) => async () => {
    await call(z.null(), "POST", `/api/v1/webhooks/${encodeURIComponent(id)}/enable`);
    hooks.reload();
  };
  return (
    <section class="panel" aria-labelledby="alerts-targets">
      <h2 id="alerts-targets">{words.t("alerts.targets")}</h2>
      <Fault fault={channels.fault ?? hooks.fault} />
      {none && <p class="soft">{words.t("alerts.targets.none")}</p>}
      <ul class="alert-targets">
        {(channels.value?.channels ?? []).map((channel) => (
          <TargetRow
            key={channel.id}
            name={channel.id}
            about={[
              words.t(`alerts.kind.${channel.kind}`),
              channel.from_severity === null
                ? words.t("alerts.from.none")
                : words.t(`alerts.from.${channel.from_severity}`),
            ].join(", ")}
            delivery={channel}
            path={`/api/v1/alerts/channels/${encodeURIComponent(channel.id)}`}
            onEnable={null}
            onDone={channels.reload}
          />
        ))}
        {(hooks.value?.webhooks ?? []).map((hook) => (
          <TargetRow
            key={`webhook ${hook.id}`}
            name={hook.id}
            about={`${words.t("alerts.kind.webhook")}, ${hook.host}, ${hook.events.join(" ")}`}
            delivery={hook}
            path={`/api/v1/webhooks/${encodeURIComponent(hook.id)}`}
            onEnable={enable(hook.id)}
            onDone={hooks.reload}
          />
        ))}
      </ul>
    </section>
  );
}

function HistoryPart() {
  const words = useWords();
  const path = `/api/v1/alerts/history?limit=50&language=${languageOf(words)}`;
  const { value, fault } = useResource(alertHistoryReply, path, 60_000);
  const now = useSelect((state) => state.now);
  const past = (value?.alerts ?? []).filter(({ cleared_at: over }) => over !== null);
  return (
    <section class="panel" aria-labelledby="alerts-past">
      <h2 id="alerts-past">{words.t("alerts.past")}</h2>
      <Fault fault={fault} />
      {value !== null && past.length === 0 && <p class="soft">{words.t("alerts.past.none")}</p>}
      <ul class="alert-past">
        {past.map((alert) => (
          <li key={alert.id}>
            {alert.text} <span class="soft">{when(words, alert, now)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RulesPart() {
  const words = useWords();
  const { value, fault } = useResource(alertRulesReply, "/api/v1/alerts/rules");
  return (
    <section class="panel alert-rules">
      <h2 id="alerts-rules">{words.t("alerts.rules")}</h2>
      <p class="soft">{words.t("alerts.rules.text")}</p>
      <Fault fault={fault} />
      {value !== null && <AlertRules rules={value.rules} />}
    </section>
  );
}

export function AlertsPage() {
  const words = useWords();
  return (
    <div class="alerts">
      <header class="view-head">
        <h1>{words.t("alerts.title")}</h1>
      </header>
      <ActivePart />
      <div class="chain-parts">
        <TargetsPart />
        <HistoryPart />
      </div>
      <RulesPart />
    </div>
  );
}
