// The languages of the console. English is in the first bundle; each other one is fetched when it is chosen.

import type { Catalogue } from "./strings/en.ts";

export interface Language {
  /** As its speakers call it. */
  readonly name: string;
  /** Null: bundled. */
  readonly load: (() => Promise<Catalogue>) | null;
}

export type LanguageId = "en";

export const LANGUAGES: Readonly<Record<LanguageId, Language>> = {
  en: { name: "English", load: null },
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
  return load === null ? english : await load();
}
