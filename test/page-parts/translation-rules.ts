// What holds for the texts of any set of pages in each language but English.

import { describe, expect, it } from "vitest";
import type { Texts } from "../../src/page-parts/index.ts";
import { languageIds, type Translations } from "../../src/page-parts/index.ts";

const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).sort();
const others = languageIds.filter((id) => id !== "en");

export interface TranslationRules {
  /** Whose texts they are, for the names of the tests. */
  readonly pages: string;
  readonly english: Texts;
  readonly translations: Translations;
}

export function describeTranslations({ pages, english, translations }: TranslationRules): void {
  describe.each(others)(`${pages} in %s`, (id) => {
    it("has every text of the English one", async () => {
      const texts = await translations[id]();
      expect(Object.keys(english).filter((key) => english[key] !== "" && (texts[key] ?? "").trim() === "")).toEqual([]);
    });

    it("keeps the places of every text", async () => {
      const texts = await translations[id]();
      const stemOf = (key: string): string => key.replace(/\.(?:zero|two|few|many)$/, ".other");
      const wrong = Object.entries(texts).filter(([key, text]) => {
        const original = english[key] ?? english[stemOf(key)];
        return original === undefined || placesOf(original).join() !== placesOf(text).join();
      });
      expect(wrong.map(([key]) => key)).toEqual([]);
    });

    it("has every plural form that its numbers need", async () => {
      const texts = await translations[id]();
      const forms = new Intl.PluralRules(id).resolvedOptions().pluralCategories;
      const stems = Object.keys(english).filter(
        (key) => key.endsWith(".other") && `${key.slice(0, -6)}.one` in english,
      );
      // Only of fractions, which nothing here counts.
      const needed = forms.filter((form) => form !== "other" && !(id === "es" && form === "many"));
      const missing = stems.flatMap((key) => needed.map((form) => `${key.slice(0, -6)}.${form}`));
      expect(missing.filter((key) => texts[key] === undefined)).toEqual([]);
    });
  });
}
