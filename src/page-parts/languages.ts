// The languages of console and app. English is in the first bundle; each other one is a chunk of its own, fetched when it is chosen.

import type { Texts } from "./phrases.ts";

/** Each as its speakers call it. */
export const LANGUAGE_NAMES = { en: "English", ru: "Русский", es: "Español", de: "Deutsch" } as const;

export type LanguageId = keyof typeof LANGUAGE_NAMES;

/** What fetches the texts of each language that is not bundled. */
export type Translations = Readonly<Record<Exclude<LanguageId, "en">, () => Promise<Texts>>>;

export const isLanguage = (id: string): id is LanguageId => Object.hasOwn(LANGUAGE_NAMES, id);
export const languageIds = Object.keys(LANGUAGE_NAMES).filter(isLanguage);

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

/** Rejects as the loader does when the texts cannot be fetched. A text that a translation lacks is told in English rather than not at all. */
export async function catalogueOf<M extends Texts>(
  id: LanguageId,
  english: M,
  translations: Translations,
): Promise<Readonly<Record<keyof M, string>>> {
  return id === "en" ? english : { ...english, ...(await translations[id]()) };
}

export interface Speaker {
  /** In what was chosen or what the browser asks for; without its texts in English: better than none. */
  start(): void;
  /** Fetches the language's texts, shows the pages in it, and remembers it. Rejects as the loader does; the pages then stay as they are. */
  choose(language: LanguageId): Promise<void>;
}

/** `show` renders the pages with these texts; it is called anew for another language. */
export function speaker<M extends Texts>(options: {
  readonly english: M;
  readonly translations: Translations;
  readonly storage: Storage;
  readonly browser: readonly string[];
  readonly show: (texts: Readonly<Record<keyof M, string>>, language: LanguageId) => void;
}): Speaker {
  const { english, translations, storage, browser, show } = options;
  const speak = async (language: LanguageId): Promise<void> =>
    show(await catalogueOf(language, english, translations), language);
  return {
    start: () => void speak(preferredLanguage(storage, browser)).catch(() => show(english, "en")),
    choose: async (language) => {
      await speak(language);
      rememberLanguage(storage, language);
    },
  };
}
