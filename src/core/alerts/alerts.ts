// Looks at the box every few seconds, by the owner's rules, and tells what is wrong. The decisions are in `alert-machine`.

import type { SlotId } from "../../base/index.ts";
import {
  AppError,
  type Clock,
  type Disposer,
  Events,
  type Logger,
  type Millis,
  messageOf,
  type Random,
  SerialQueue,
  seconds,
  toHex,
  type UnixMs,
  withDeadline,
} from "../../base/index.ts";
import type { EventLog } from "../event-log.ts";
import type { SettingStore } from "../ports-store.ts";
import { calmWatch, resumedWatch, stepWatch, type Watch, type WatchEffect, type WatchInput } from "./alert-machine.ts";
import {
  ALERT_RULES,
  type Alert,
  type AlertRule,
  type AlertSource,
  type FlappingPolicy,
  type Observation,
  type RuleId,
} from "./alert-model.ts";
import { inMaintenance, loadMaintenance, type Maintenance, saveMaintenance, withMaintenance } from "./maintenance.ts";
import type { AlertNotice, AlertSink, AlertStore } from "./ports-alerts.ts";

export interface AlertsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly store: AlertStore;
  readonly settings: SettingStore;
  readonly events: Pick<EventLog, "record">;
  readonly sources: readonly AlertSource[];
  /** The rules in use. */
  readonly rules: readonly AlertRule[];
  readonly flapping: FlappingPolicy;
  readonly quiet: (at: UnixMs) => boolean;
  readonly sink: AlertSink;
}

const LOOK_EVERY: Millis = seconds(10);
/** The first look: what is only starting is not bad yet. */
const FIRST_LOOK: Millis = seconds(5);
const SOURCE_LIMIT: Millis = seconds(20);
const KEEP_CLOSED = 1000;
/** Acknowledged and snoozed alerts are told of as they are; more than this at once is nobody's list. */
export const LONGEST_SNOOZE_DAYS = 30;

const LEVELS = { info: "info", warning: "warn", critical: "error" } as const;
const keyOf = (rule: RuleId, subject: string): string => `${rule} ${subject}`;

interface Kept {
  readonly watch: Watch;
  readonly rule: AlertRule;
  readonly subject: string;
}

export class Alerts {
  readonly #deps: AlertsDeps;
  readonly #rules: ReadonlyMap<RuleId, AlertRule>;
  readonly #watches = new Map<string, Kept>();
  readonly #changes: Events<{ notice: AlertNotice; change: Alert }>;
  /** Looks and the owner's own steps, one after another. */
  readonly #steps = new SerialQueue("alerts");
  #maintenance: Maintenance = new Map();
  #cancel: Disposer = () => {};
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: AlertsDeps) {
    this.#deps = deps;
    this.#rules = new Map(deps.rules.map((rule) => [rule.id, rule]));
    this.#changes = new Events("alerts", deps.log);
  }

  /** What was open goes on. An alert of a rule that is no more in use is over. */
  async load(): Promise<void> {
    const { store, settings, now } = this.#deps;
    this.#maintenance = await loadMaintenance(settings);
    const dead: Alert[] = [];
    for (const alert of await store.openAlerts()) {
      const rule = this.#rules.get(alert.rule);
      if (rule === undefined || rule.ignore.has(alert.subject))
        dead.push({ ...alert, clearedAt: alert.clearedAt ?? now() });
      else this.#keep({ rule, subject: alert.subject, watch: resumedWatch(alert) });
    }
    await store.saveAlerts(dead.map((alert) => ({ alert, open: false })));
    await store.pruneAlerts(KEEP_CLOSED);
  }

  start(): void {
    this.#arm(FIRST_LOOK);
  }

  /** Resolves when nothing is looked at any more. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#looking;
    this.#steps.stop();
  }

  /** Those that are up, the newest first. */
  active(): readonly Alert[] {
    return [...this.#watches.values()]
      .flatMap(({ watch }) => (watch.phase.kind === "raised" && watch.alert !== null ? [watch.alert] : []))
      .sort((a, b) => b.raisedAt - a.raisedAt || a.id.localeCompare(b.id));
  }

  /** Newest first, active ones included. `before`: only those raised before. */
  history(before: UnixMs | null, limit: number): Promise<readonly Alert[]> {
    return this.#deps.store.alertHistory(before, limit);
  }

  maintenance(): Maintenance {
    const now = this.#deps.now();
    return new Map([...this.#maintenance].filter(([, until]) => until > now));
  }

  /** Stops its repetition. Errors: `alert.unknown` for one that is not up. */
  acknowledge(id: string): Promise<Alert> {
    return this.#command(id, (at) => ({ type: "acknowledge", at }));
  }

  /** Keeps quiet about it for so long, then tells again. Errors: `alert.unknown`. */
  snooze(id: string, span: Millis): Promise<Alert> {
    return this.#command(id, (at) => ({ type: "snooze", until: (at + span) as UnixMs }));
  }

  /** Tells nothing of a subject (empty: of anything) for so long; 0 ends it. What is still up is told afterwards. */
  async maintain(subject: string, span: Millis): Promise<void> {
    await this.#steps.run(async () => {
      const at = this.#deps.now();
      const until = span === 0 ? null : ((at + span) as UnixMs);
      const next = withMaintenance(this.#maintenance, subject, until, at);
      await saveMaintenance(this.#deps.settings, next);
      this.#maintenance = next;
    });
  }

  /** Every telling, as it goes to the channels. */
  onNotice(listener: (notice: AlertNotice) => void): Disposer {
    return this.#changes.on("notice", listener);
  }

  /** Whenever an alert is raised, cleared, told or acknowledged. */
  onChange(listener: (alert: Alert) => void): Disposer {
    return this.#changes.on("change", listener);
  }

  #arm(delay: Millis): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.clock.after(delay, "alerts", () => {
      this.#looking = this.#look().then(() => this.#arm(LOOK_EVERY));
    });
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const seen = await Promise.all(this.#deps.sources.map((source) => this.#ask(source)));
    if (this.#stopped) return;
    try {
      await this.#steps.run(() => this.#step(seen.flat()));
    } catch (error) {
      this.#deps.log.warn("alerts_not_saved", { reason: messageOf(error) });
    }
  }

  /** Nothing is known of what a source that fails would see. */
  async #ask(source: AlertSource): Promise<readonly Observation[]> {
    const { clock, log } = this.#deps;
    const known = [...this.#watches.values()].filter(({ rule }) => source.rules.includes(rule.id));
    try {
      const what = "looking for alerts";
      const seen = await withDeadline(source.observe(), { clock, timeout: SOURCE_LIMIT, what });
      const told = new Set(seen.map(({ rule, subject }) => keyOf(rule, subject)));
      // What is watched and not seen any more is fine, or has gone.
      const gone = known.filter(({ rule, subject }) => !told.has(keyOf(rule.id, subject)));
      return [...seen, ...gone.map(({ rule, subject }) => ({ rule: rule.id, subject, value: this.#fine(rule) }))];
    } catch (error) {
      log.warn("alert_source_failed", { rules: source.rules.join(" "), reason: messageOf(error) });
      return known.map(({ rule, subject }) => ({ rule: rule.id, subject, value: null }));
    }
  }

  #fine({ limit }: AlertRule): number | boolean {
    return limit === null ? false : limit.clear;
  }

  async #step(seen: readonly Observation[]): Promise<void> {
    const { clock, random, now, quiet } = this.#deps;
    const [at, mono] = [now(), clock.monotonic()];
    const night = quiet(at);
    const next: Kept[] = [];
    const effects: WatchEffect[] = [];
    for (const each of seen) {
      const rule = this.#rules.get(each.rule);
      if (rule === undefined || rule.ignore.has(each.subject)) continue;
      const kept = this.#watches.get(keyOf(rule.id, each.subject)) ?? { rule, subject: each.subject, watch: calmWatch };
      const mayTell = (rule.severity === "critical" || !night) && !inMaintenance(this.#maintenance, each.subject, at);
      const id = toHex(random.bytes(8));
      const step = stepWatch(kept.watch, { type: "look", seen: each, at, mono, mayTell, id }, this.#policy(rule));
      if (step.watch !== kept.watch) next.push({ ...kept, watch: step.watch });
      effects.push(...step.effects);
    }
    await this.#commit(next, effects, at);
  }

  #policy(rule: AlertRule) {
    return { rule, flapping: this.#deps.flapping };
  }

  /**
   * What is told is with the channels before the alert counts as told: after a crash between the two it is told once more, under the same id,
   * which the channels' queue knows.
   */
  async #commit(next: readonly Kept[], effects: readonly WatchEffect[], at: UnixMs): Promise<void> {
    const notices = effects.flatMap((effect): readonly AlertNotice[] =>
      effect.type === "tell" ? [noticeOf(effect.alert, effect.what, at)] : [],
    );
    if (notices.length > 0) await this.#deps.sink(notices);
    const changed = new Map<string, { readonly alert: Alert; readonly open: boolean }>();
    for (const { alert } of effects) changed.set(alert.id, { alert, open: false });
    for (const { watch } of next)
      if (watch.alert !== null && changed.has(watch.alert.id))
        changed.set(watch.alert.id, { alert: watch.alert, open: true });
    for (const kept of next) this.#keep(kept);
    this.#record(effects);
    for (const { alert } of changed.values()) this.#changes.emit("change", alert);
    for (const notice of notices) this.#changes.emit("notice", notice);
    if (changed.size > 0) await this.#deps.store.saveAlerts([...changed.values()]);
  }

  #keep(kept: Kept): void {
    const { phase, alert } = kept.watch;
    const key = keyOf(kept.rule.id, kept.subject);
    // A calm watch is kept for as long as it remembers raises: it must know what flaps.
    if (phase.kind === "calm" && alert === null && kept.watch.raises.length === 0) this.#watches.delete(key);
    else this.#watches.set(key, kept);
  }

  #record(effects: readonly WatchEffect[]): void {
    for (const { type, alert } of effects) {
      if (type === "tell") continue;
      const { rule, subject, severity } = alert;
      const slot = ALERT_RULES[rule].of === "slot" ? (subject as SlotId) : null;
      const level = type === "raised" ? LEVELS[severity] : "info";
      this.#deps.events.record({ level, code: `alert.${type}`, slot, details: { rule, subject, severity } });
    }
  }

  #command(id: string, input: (at: UnixMs) => WatchInput): Promise<Alert> {
    return this.#steps.run(async () => {
      const kept = [...this.#watches.values()].find(
        ({ watch }) => watch.alert?.id === id && watch.phase.kind === "raised",
      );
      if (kept === undefined) {
        throw new AppError("alert.unknown", "there is no such alert now", { hint: "It may be over: reload the list." });
      }
      const { watch } = stepWatch(kept.watch, input(this.#deps.now()), this.#policy(kept.rule));
      const alert = watch.alert;
      if (alert === null) throw new AppError("alert.unknown", "there is no such alert now");
      await this.#deps.store.saveAlerts([{ alert, open: true }]);
      this.#keep({ ...kept, watch });
      this.#changes.emit("change", alert);
      return alert;
    });
  }
}

/** Deterministic, so that a repetition after a crash is known as one. */
function noticeOf(alert: Alert, what: AlertNotice["what"], at: UnixMs): AlertNotice {
  return { id: `${alert.id}-${what}-${alert.tells}`, what, at, alert };
}
