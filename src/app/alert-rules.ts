// The owner's rules as the alerts want them.

import type { AlertsSection, BoxConfig } from "../config/index.ts";
import { type AlertLanguage, type AlertRoute, type AlertRule, type QuietHours, RULE_IDS } from "../core/index.ts";

/** Those that are in use. */
export function alertRules({ rules }: Pick<AlertsSection, "rules">): readonly AlertRule[] {
  return RULE_IDS.flatMap((id): readonly AlertRule[] => {
    const rule = rules[id];
    if (!rule.enabled) return [];
    const { severity, after: raiseAfter, clear_after: clearAfter, repeat } = rule;
    const limit = "raise_at" in rule ? { raise: rule.raise_at, clear: rule.clear_at } : null;
    const ignore = new Set(rule.ignore);
    return [{ id, severity, raiseAfter, clearAfter, repeat: repeat === 0 ? null : repeat, limit, ignore }];
  });
}

export function alertLanguageOf({ alerts, locale }: Pick<BoxConfig, "alerts" | "locale">): AlertLanguage {
  return alerts.language ?? locale.language;
}

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** `zone`: the box's own. */
export function quietHoursOf(
  { quiet_hours: hours }: Pick<AlertsSection, "quiet_hours">,
  zone: string,
): QuietHours | null {
  return hours === undefined ? null : { from: minuteOf(hours.from), to: minuteOf(hours.to), zone: hours.zone ?? zone };
}

export function alertRoutes({ routes, channels }: Pick<AlertsSection, "routes" | "channels">): readonly AlertRoute[] {
  return routes ?? [{ severity: "warning", to: channels.map(({ id }) => id) }];
}
