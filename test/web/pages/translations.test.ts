import { describe, expect, it } from "vitest";
import { LANGUAGES, languageIds } from "../../../src/web/pages/languages.ts";
import { en } from "../../../src/web/pages/strings/en.ts";

const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).sort();
const english: Readonly<Record<string, string>> = en;
const others = languageIds.filter((id) => id !== "en");

describe.each(others)("the console in %s", (id) => {
  it("has every text of the English one", async () => {
    const texts = (await LANGUAGES[id].load?.()) ?? {};
    expect(Object.keys(english).filter((key) => english[key] !== "" && (texts[key] ?? "").trim() === "")).toEqual([]);
  });

  it("keeps the places of every text", async () => {
    const texts = (await LANGUAGES[id].load?.()) ?? {};
    const stemOf = (key: string): string => key.replace(/\.(?:zero|two|few|many)$/, ".other");
    const wrong = Object.entries(texts).filter(([key, text]) => {
      const original = english[key] ?? english[stemOf(key)];
      return original === undefined || placesOf(original).join() !== placesOf(text).join();
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it("has every plural form that its numbers need", async () => {
    const texts = (await LANGUAGES[id].load?.()) ?? {};
    const forms = new Intl.PluralRules(id).resolvedOptions().pluralCategories;
    const stems = Object.keys(english).filter((key) => key.endsWith(".other") && `${key.slice(0, -6)}.one` in english);
    // Only of fractions, which nothing here counts.
    const needed = forms.filter((form) => form !== "other" && !(id === "es" && form === "many"));
    const missing = stems.flatMap((key) => needed.map((form) => `${key.slice(0, -6)}.${form}`));
    expect(missing.filter((key) => texts[key] === undefined)).toEqual([]);
  });
});
