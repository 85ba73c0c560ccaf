// Says an alert in plain words of the owner's language: ids of slots and lines, never a phone number.

import type { Alert, TellKind } from "./alert-model.ts";
import { de } from "./texts/de.ts";
import { en } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { ru } from "./texts/ru.ts";
import type { AlertTexts } from "./texts/text-form.ts";

export const ALERT_LANGUAGES = ["en", "ru", "es", "de"] as const;
export type AlertLanguage = (typeof ALERT_LANGUAGES)[number];

export const alertTexts: Readonly<Record<AlertLanguage, AlertTexts>> = { en, ru, es, de };

export interface AlertWords {
  /** One line. */
  readonly title: string;
  /** The sentence alone. */
  readonly sentence: string;
  readonly hint: string;
  /** What a message says below its title. */
  readonly text: string;
}

type Places = Readonly<Record<string, string | number>>;

const PLACE = /\{(\w+)\}/g;

const valueAt = (places: Places, name: string): string => (Object.hasOwn(places, name) ? String(places[name]) : "");

/** Fills a sentence in one pass, so that a value is never read as a place; an optional part `[…]` falls away with its place. */
export function fill(template: string, places: Places): string {
  const kept = template.replace(/\[([^\]]*)\]/g, (_all, part: string) => {
    const complete = [...part.matchAll(PLACE)].every(([, name = ""]) => valueAt(places, name) !== "");
    return complete ? part : "";
  });
  return kept.replace(PLACE, (_all, name: string) => valueAt(places, name) || "?");
}

/** `what` null: as it stands in a list. */
export function wordsOf(alert: Alert, what: TellKind | null, language: AlertLanguage): AlertWords {
  const texts = alertTexts[language];
  const { raised, cleared, hint } = texts.rules[alert.rule];
  const value = typeof alert.value === "number" ? { value: alert.value } : {};
  const over = what === "cleared" || (what === null && alert.clearedAt !== null);
  const sentence = fill(over && what !== null ? cleared : raised, {
    subject: alert.subject,
    ...value,
    ...alert.details,
  });
  const kind = what === null || what === "raised" ? texts.severities[alert.severity] : texts.kinds[what];
  const flapping = alert.flapping && !over ? [texts.flapping] : [];
  const text = over ? `${sentence}.` : [`${sentence}.`, hint, ...flapping].join("\n");
  return { title: `${kind}: ${sentence}`, sentence, hint, text };
}
