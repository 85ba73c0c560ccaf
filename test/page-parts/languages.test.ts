import { describe, expect, it } from "vitest";
import { catalogueOf, preferredLanguage, rememberLanguage, type Translations } from "../../src/page-parts/index.ts";

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
