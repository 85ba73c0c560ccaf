import { describe, expect, it } from "vitest";
import {
  catalogueOf,
  preferredLanguage,
  rememberLanguage,
  speaker,
  type Translations,
} from "../../src/page-parts/index.ts";

/** A browser's storage, in memory. */
function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: (at) => [...kept.keys()][at] ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem: (key, value) => void kept.set(key, value),
  };
}

describe("the language of the pages", () => {
  it.each([
    [["de-AT", "en"], "de"],
    [["fr", "pt-BR", "es-MX"], "es"],
    [["RU"], "ru"],
    [["fr"], "en"],
    [[], "en"],
  ])("is for a browser that asks for %j: %s", (browser, id) => {
    expect(preferredLanguage(storage(), browser)).toBe(id);
  });

  it("is the one that was chosen on this device, whatever the browser asks for", () => {
    const kept = storage();
    rememberLanguage(kept, "ru");
    expect(preferredLanguage(kept, ["de"])).toBe("ru");
  });

  it("is the browser's where what is stored names none", () => {
    const kept = storage();
    kept.setItem("numberbox.language", "constructor");
    expect(preferredLanguage(kept, ["es"])).toBe("es");
  });
});

describe("a catalogue", () => {
  const english = { one: "One", two: "Two" };
  const gone = () => Promise.reject(new TypeError("offline"));
  const translations: Translations = { ru: async () => ({ one: "Раз" }), es: gone, de: gone };

  it("tells in English what a translation lacks", async () => {
    expect(await catalogueOf("ru", english, translations)).toEqual({ one: "Раз", two: "Two" });
  });

  it("is there in English without fetching anything", async () => {
    expect(await catalogueOf("en", english, { ...translations, ru: gone })).toBe(english);
  });

  it("says so when its texts cannot be fetched", async () => {
    await expect(catalogueOf("de", english, translations)).rejects.toThrow("offline");
  });
});

describe("pages in a language", () => {
  const english = { one: "One" };
  const gone = () => Promise.reject(new TypeError("offline"));
  const translations: Translations = { ru: async () => ({ one: "Раз" }), es: gone, de: gone };

  function pages(browser: readonly string[]) {
    const shown: string[] = [];
    const kept = storage();
    const show = (texts: { readonly one: string }, language: string) => void shown.push(`${language} ${texts.one}`);
    return { shown, kept, speech: speaker({ english, translations, storage: kept, browser, show }) };
  }

  it("begin in the browser's, and in English where its texts are out of reach", async () => {
    const [russian, german] = [pages(["ru"]), pages(["de"])];
    russian.speech.start();
    german.speech.start();
    await expect.poll(() => [russian.shown, german.shown]).toEqual([["ru Раз"], ["en One"]]);
  });

  it("change to the chosen one and remember it; what cannot be fetched changes nothing", async () => {
    const { shown, kept, speech } = pages([]);
    await speech.choose("ru");
    await expect(speech.choose("es")).rejects.toThrow("offline");
    expect(shown).toEqual(["ru Раз"]);
    expect(preferredLanguage(kept, [])).toBe("ru");
  });
});
