// The languages of the console. English is in the first bundle; each other one is fetched when it is chosen.

import type { Catalogue, Translation } from "./strings/en.ts";

export interface Language {
  /** As its speakers call it. */
  readonly name: string;
  /** Null: bundled. */
  readonly load: (() => Promise<Translation>) | null;
}

export type LanguageId = "en" | "ru" | "es" | "de";

export const LANGUAGES: Readonly<Record<LanguageId, Language>> = {
  en: { name: "English", load: null },
  ru: { name: "Русский", load: async () => (await import("./strings/ru/index.ts")).ru },
  es: { name: "Español", load: async () => (await import("./strings/es/index.ts")).es },
  de: { name: "Deutsch", load: async () => (await import("./strings/de/index.ts")).de },
};

export const isLanguage = (id: string): id is LanguageId => Object.hasOwn(LANGUAGES, id);
export const languageIds = Object.keys(LANGUAGES).filter(isLanguage);

const KEY = "numberbox.language";

/** What was chosen on this device, else the first of the browser's languages that there is, else English. */
export function preferredLanguage(storage: Storage, browser: readonly string[]): LanguageId {
  const stored = storage.getItem(KEY);
  if (stored !== null && isLanguage(stored)) return stored;
  return browser.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

export function rememberLanguage(storage: Storage, id: LanguageId): void {
  storage.setItem(KEY, id);
}

export async function catalogueOf(id: LanguageId, english: Catalogue): Promise<Catalogue> {
  const { load } = LANGUAGES[id];
  // A text that a translation lacks is told in English rather than not at all.
  return load === null ? english : { ...english, ...(await load()) };
}
