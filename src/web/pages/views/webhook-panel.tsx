// One webhook: how it does, what can be done with it, and its last deliveries.

import { useState } from "preact/hooks";
import { z } from "zod";
import { Icon, type IconName } from "../../../page-parts/index.ts";
import { type AttemptView, attemptsReply, attemptView, type webhookView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { call } from "../call.ts";
import type { Translator } from "../i18n.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { hookPath } from "./webhook-dialogs.tsx";

const EVERY = 5000;

export type Hook = z.infer<typeof webhookView>;
export type HookStep = "edit" | "key" | "delete";

const ICONS: Readonly<Record<Hook["state"], IconName>> = { ok: "ready", failing: "down", disabled: "stopped" };

const whyOf = (words: Translator, result: string): string => words.find(`problem.${result}`) ?? result;

/** The how-manieth attempt of the same notice it is, the first being 1. */
function countOf(attempts: readonly AttemptView[], at: number): number {
  const notice = attempts[at]?.notice;
  return attempts.slice(at).filter((each) => each.notice === notice).length;
}

function Attempts({ id }: { readonly id: string }) {
  const words = useWords();
  const { value, fault } = useResource(attemptsReply, `${hookPath(id)}/attempts`, EVERY);
  const attempts = value?.attempts ?? [];
  if (value !== null && attempts.length === 0) return <p class="soft">{words.t("webhooks.attempts.none")}</p>;
  return (
    <>
      <Fault fault={fault} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="webhook-attempts" tabIndex={0} aria-label={words.t("webhooks.attempts")}>
        <table class="chain-table">
          <thead>
            <tr>
              {(["at", "type", "result", "status", "took"] as const).map((key) => (
                <th key={key} scope="col">
                  {words.t(`webhooks.attempt.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt, index) => (
              <tr key={`${attempt.notice} ${attempt.at}`}>
                <th scope="row">{words.date(attempt.at)}</th>
                <td>
                  <code>{attempt.type}</code>
                </td>
                <td class={attempt.result === "sent" ? "webhook-good" : "webhook-bad"}>
                  {attempt.result === "sent" ? words.t("webhooks.attempt.sent") : whyOf(words, attempt.result)}
                  {countOf(attempts, index) > 1 && (
                    <span class="soft"> · {words.t("webhooks.attempt.again", { n: countOf(attempts, index) })}</span>
                  )}
                </td>
                <td>{attempt.status ?? "–"}</td>
                <td>{words.t("webhooks.attempt.ms", { n: attempt.duration_ms })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function aboutOf(words: Translator, { state, failing_since: since, waiting, last, content }: Hook): string {
  const parts = [
    state === "failing" && since !== null ? words.t("webhooks.since", { date: words.date(since) }) : null,
    last !== null && last.result !== "sent" ? whyOf(words, last.result) : null,
    waiting > 0 ? words.t("webhooks.waiting", { n: waiting }) : null,
    content ? words.t("webhooks.content") : null,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

interface ActionsProps {
  readonly hook: Hook;
  /** Null for who may not change it. */
  readonly onStep: ((step: HookStep) => void) | null;
  readonly onDone: () => void;
}

function Actions({ hook, onStep, onDone }: ActionsProps) {
  const words = useWords();
  const [said, setSaid] = useState("");
  const { busy, problem, run } = useTask();
  const test = () =>
    void run(async () => {
      setSaid("");
      const { result, status, duration_ms: n } = await call(attemptView, "POST", `${hookPath(hook.id)}/test`);
      const took = { status: status ?? "", span: words.t("webhooks.attempt.ms", { n }) };
      const failed = words.t("webhooks.test.failed", { why: whyOf(words, result) });
      setSaid(result === "sent" ? words.t("webhooks.test.sent", took) : failed);
      onDone();
    });
  const retry = () =>
    void run(async () => {
      await call(z.null(), "POST", `${hookPath(hook.id)}/enable`);
      onDone();
    });
  const button = (what: string, act: () => void) => (
    <button
      key={what}
      type="button"
      class="small"
      disabled={busy}
      aria-label={words.t("webhooks.of", { what, name: hook.id })}
      onClick={act}
    >
      {what}
    </button>
  );
  return (
    <>
      <div class="panel-row">
        {button(words.t("webhooks.test"), test)}
        {hook.state !== "ok" && button(words.t("webhooks.retry"), retry)}
        {onStep !== null &&
          (["edit", "key", "delete"] as const).map((step) => button(words.t(`webhooks.${step}`), () => onStep(step)))}
      </div>
      <p class="webhook-said" role="status">
        {said}
      </p>
      <Fault fault={problem} />
    </>
  );
}

export function WebhookPanel({ hook, onStep, onDone }: ActionsProps) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  const about = aboutOf(words, hook);
  const title = `webhook-${hook.id}`;
  return (
    <section class="panel webhook" aria-labelledby={title} data-webhook={hook.id}>
      <div class="panel-head">
        <h2 id={title}>{hook.id}</h2>
        <span class={`webhook-state webhook-state-${hook.state}`}>
          <Icon name={ICONS[hook.state]} />
          {words.t(`webhooks.state.${hook.state}`)}
        </span>
      </div>
      <p class="webhook-where">
        {hook.host} <span class="soft">{hook.events.join("  ")}</span>
      </p>
      {about !== "" && <p class="soft">{about}</p>}
      <Actions {...{ hook, onStep, onDone }} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{words.t("webhooks.attempts")}</summary>
        {isOpen && <Attempts id={hook.id} />}
      </details>
    </section>
  );
}
