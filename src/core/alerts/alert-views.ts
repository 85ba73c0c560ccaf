// Alerts as REST and console see them.

import { millis, minutes, type UnixMs, unixMs } from "../../base/index.ts";
import type { AlertRuleView, AlertsReply, AlertView, AttemptView, DeliveryView } from "../../protocol/index.ts";
import type { DeliveryAttempt, NoticeDesk } from "../notices/index.ts";
import { ALERT_RULES, type Alert, type AlertRule } from "./alert-model.ts";
import { type AlertLanguage, wordsOf } from "./alert-text.ts";
import type { Alerts } from "./alerts.ts";

export interface AlertConsole {
  readonly language: AlertLanguage;
  active(language: AlertLanguage): AlertsReply;
  /** Newest first, raised before `before`. */
  history(before: number | null, limit: number, language: AlertLanguage): Promise<readonly AlertView[]>;
  rules(): readonly AlertRuleView[];
  /** Errors: `alert.unknown`. */
  acknowledge(id: string, language: AlertLanguage): Promise<AlertView>;
  /** Errors: `alert.unknown`. */
  snooze(id: string, minutes: number, language: AlertLanguage): Promise<AlertView>;
  maintain(subject: string, minutes: number): Promise<void>;
}

export interface AlertConsoleDeps {
  readonly alerts: Alerts;
  readonly rules: readonly AlertRule[];
  readonly language: AlertLanguage;
  readonly quiet: (at: UnixMs) => boolean;
  readonly now: () => UnixMs;
}

export function alertViewOf(alert: Alert, language: AlertLanguage): AlertView {
  const { id, rule, subject, severity, flapping, value } = alert;
  const { sentence, hint } = wordsOf(alert, null, language);
  return {
    ...{ id, rule, subject, severity, flapping, hint, text: sentence },
    slot: ALERT_RULES[rule].of === "slot" ? subject : null,
    raised_at: alert.raisedAt,
    cleared_at: alert.clearedAt,
    told_at: alert.toldAt,
    acknowledged_at: alert.acknowledgedAt,
    snoozed_until: alert.snoozedUntil,
    value: typeof value === "number" ? value : null,
  };
}

function ruleView({ id, severity, raiseAfter, clearAfter, repeat, limit, ignore }: AlertRule): AlertRuleView {
  const { of, side } = ALERT_RULES[id];
  return {
    ...{ id, of, severity, after_ms: raiseAfter, clear_after_ms: clearAfter, repeat_ms: repeat, ignore: [...ignore] },
    limit: limit === null || side === null ? null : { side, raise_at: limit.raise, clear_at: limit.clear },
  };
}

export function createAlertConsole({ alerts, rules, language: own, quiet, now }: AlertConsoleDeps): AlertConsole {
  return {
    language: own,
    active: (language) => ({
      alerts: alerts.active().map((alert) => alertViewOf(alert, language)),
      quiet: quiet(now()),
      maintenance: [...alerts.maintenance()].map(([subject, until]) => ({ subject, until })),
    }),
    history: async (before, limit, language) => {
      const past = await alerts.history(before === null ? null : unixMs(before), limit);
      return past.map((alert) => alertViewOf(alert, language));
    },
    rules: () => rules.map(ruleView),
    acknowledge: async (id, language) => alertViewOf(await alerts.acknowledge(id), language),
    snooze: async (id, span, language) => alertViewOf(await alerts.snooze(id, minutes(span)), language),
    maintain: (subject, span) => alerts.maintain(subject, span === 0 ? millis(0) : minutes(span)),
  };
}

export function attemptViewOf({ notice, type, at, result, status, duration }: DeliveryAttempt): AttemptView {
  return { notice, type, at, result, status, duration_ms: duration };
}

export function deliveryViewOf(desk: NoticeDesk, target: string): DeliveryView {
  const state = desk.state(target);
  const [last] = desk.attempts(target);
  const failing = state !== null && state.failingSince !== null;
  return {
    state: state !== null && state.disabled !== null ? "disabled" : failing ? "failing" : "ok",
    failing_since: state?.failingSince ?? null,
    waiting: desk.waiting(target),
    last:
      last === undefined ? null : { at: last.at, result: last.result, status: last.status, duration_ms: last.duration },
  };
}
