// The life of one alert, pure: a rule's look at one subject. Waits before it raises and before it clears, keeps what flaps from
// ringing, and owes nobody two messages for one raise. The shell keeps the state and sends what is told.

import { assertNever, type Millis, type UnixMs } from "../../base/index.ts";
import {
  ALERT_RULES,
  type Alert,
  type AlertRule,
  type FlappingPolicy,
  type Observation,
  type TellKind,
} from "./alert-model.ts";

/** `between`: not bad enough to raise, not good enough to clear. */
export type Verdict = "bad" | "between" | "good" | "unknown";

export type WatchPhase =
  | { readonly kind: "calm" }
  | { readonly kind: "pending"; readonly since: Millis }
  | { readonly kind: "raised"; readonly clearingSince: Millis | null };

export interface Watch {
  readonly phase: WatchPhase;
  /** The raised alert; in other phases one that is over and whose end has not been told yet. */
  readonly alert: Alert | null;
  /** When alerts were raised of late. */
  readonly raises: readonly UnixMs[];
}

export type WatchInput =
  | {
      readonly type: "look";
      readonly seen: Observation;
      readonly at: UnixMs;
      /** Spans are measured by this: the wall clock may jump. */
      readonly mono: Millis;
      /** False in quiet hours and during maintenance: what is told is put off. */
      readonly mayTell: boolean;
      /** The id that an alert gets if this look raises one. */
      readonly id: string;
    }
  | { readonly type: "acknowledge"; readonly at: UnixMs }
  | { readonly type: "snooze"; readonly until: UnixMs };

export type WatchEffect =
  | { readonly type: "raised" | "cleared"; readonly alert: Alert }
  | { readonly type: "tell"; readonly what: TellKind; readonly alert: Alert };

export interface WatchStep {
  readonly watch: Watch;
  readonly effects: readonly WatchEffect[];
}

export const calmWatch: Watch = { phase: { kind: "calm" }, alert: null, raises: [] };

/** A watch over an alert of the run before. */
export function resumedWatch(alert: Alert): Watch {
  const phase: WatchPhase = alert.clearedAt === null ? { kind: "raised", clearingSince: null } : { kind: "calm" };
  return { phase, alert, raises: [alert.raisedAt] };
}

export function verdictOf({ value }: Observation, { id, limit }: Pick<AlertRule, "id" | "limit">): Verdict {
  if (value === null || (typeof value === "number" && Number.isNaN(value))) return "unknown";
  if (typeof value === "boolean" || limit === null) return value === true ? "bad" : "good";
  const sign = ALERT_RULES[id].side === "below" ? -1 : 1;
  if (value * sign >= limit.raise * sign) return "bad";
  return value * sign <= limit.clear * sign ? "good" : "between";
}

export interface WatchPolicy {
  readonly rule: AlertRule;
  readonly flapping: FlappingPolicy;
}

export function stepWatch(watch: Watch, input: WatchInput, policy: WatchPolicy): WatchStep {
  switch (input.type) {
    case "look":
      return look(watch, input, policy);
    case "acknowledge":
      return withAlert(watch, (alert) => ({ ...alert, acknowledgedAt: alert.acknowledgedAt ?? input.at }));
    case "snooze":
      return withAlert(watch, (alert) => ({ ...alert, snoozedUntil: input.until }));
    default:
      return assertNever(input, "input of an alert");
  }
}

function withAlert(watch: Watch, change: (alert: Alert) => Alert): WatchStep {
  if (watch.phase.kind !== "raised" || watch.alert === null) return { watch, effects: [] };
  return { watch: { ...watch, alert: change(watch.alert) }, effects: [] };
}

type Look = Extract<WatchInput, { type: "look" }>;

function look(watch: Watch, input: Look, policy: WatchPolicy): WatchStep {
  const moved = move(watch, input, policy);
  const told = tell(moved.watch, input, policy.rule);
  return { watch: told.watch, effects: [...moved.effects, ...told.effects] };
}

function move(watch: Watch, input: Look, policy: WatchPolicy): WatchStep {
  const verdict = verdictOf(input.seen, policy.rule);
  if (watch.phase.kind === "raised") return stayRaised(watch, verdict, input, policy);
  const since = watch.phase.kind === "pending" ? watch.phase.since : input.mono;
  switch (verdict) {
    case "unknown":
      return { watch, effects: [] };
    case "good":
    case "between":
      return { watch: watch.phase.kind === "calm" ? watch : { ...watch, phase: { kind: "calm" } }, effects: [] };
    case "bad":
      return input.mono - since >= policy.rule.raiseAfter
        ? raise(watch, input, policy)
        : { watch: { ...watch, phase: { kind: "pending", since } }, effects: [] };
    default:
      return assertNever(verdict, "verdict");
  }
}

function raise(watch: Watch, { seen, at, id }: Look, { rule, flapping }: WatchPolicy): WatchStep {
  const raises = [...watch.raises.filter((time) => time <= at && at - time < flapping.within), at];
  const fresh: Alert = {
    ...{ id, rule: rule.id, subject: seen.subject, severity: rule.severity, raisedAt: at },
    ...{ clearedAt: null, toldAt: null, tells: 0, acknowledgedAt: null, snoozedUntil: null },
    ...{ flapping: false, value: seen.value ?? true, details: seen.details ?? {} },
  };
  // One whose end nobody was told yet goes on: a second message about it would be one too many.
  const alert = { ...(watch.alert ?? fresh), clearedAt: null, flapping: raises.length >= flapping.raises };
  return {
    // More than that many times says nothing new.
    watch: { phase: { kind: "raised", clearingSince: null }, alert, raises: raises.slice(-flapping.raises) },
    effects: [{ type: "raised", alert }],
  };
}

function stayRaised(watch: Watch, verdict: Verdict, input: Look, { rule, flapping }: WatchPolicy): WatchStep {
  const { phase, alert } = watch;
  if (phase.kind !== "raised" || alert === null || verdict === "unknown") return { watch, effects: [] };
  const { value, details } = input.seen;
  if (verdict !== "good") {
    const now = { ...alert, value: value ?? alert.value, details: details ?? alert.details };
    return { watch: { ...watch, phase: { kind: "raised", clearingSince: null }, alert: now }, effects: [] };
  }
  const since = phase.clearingSince ?? input.mono;
  const patience = alert.flapping ? Math.max(rule.clearAfter, flapping.calm) : rule.clearAfter;
  if (input.mono - since < patience) {
    return { watch: { ...watch, phase: { kind: "raised", clearingSince: since } }, effects: [] };
  }
  const over = { ...alert, clearedAt: input.at };
  // Who was not told of it need not hear of its end.
  const owed = over.toldAt === null ? null : over;
  return { watch: { ...watch, phase: { kind: "calm" }, alert: owed }, effects: [{ type: "cleared", alert: over }] };
}

function tell(watch: Watch, { at, mayTell }: Look, rule: AlertRule): WatchStep {
  const { alert, phase } = watch;
  if (alert === null || !mayTell) return { watch, effects: [] };
  if (phase.kind !== "raised") {
    return { watch: { ...watch, alert: null }, effects: [{ type: "tell", what: "cleared", alert }] };
  }
  const what = dueTell(alert, at, rule);
  if (what === null) return { watch, effects: [] };
  const told = { ...alert, toldAt: at, tells: alert.tells + 1, snoozedUntil: null };
  return { watch: { ...watch, alert: told }, effects: [{ type: "tell", what, alert: told }] };
}

function dueTell(alert: Alert, at: UnixMs, { repeat }: AlertRule): Exclude<TellKind, "cleared"> | null {
  const { toldAt, acknowledgedAt, snoozedUntil } = alert;
  if (acknowledgedAt !== null || (snoozedUntil !== null && at < snoozedUntil)) return null;
  if (toldAt === null) return "raised";
  // Whoever snoozed it wanted to hear of it again.
  if (snoozedUntil !== null) return "repeated";
  return repeat !== null && at - toldAt >= repeat ? "repeated" : null;
}
