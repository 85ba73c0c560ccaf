// The renter's texts in the other languages: whole, with their plurals, and nothing left in English.

import { describe, expect, it } from "vitest";
import { TRANSLATIONS } from "../../src/dashboard/pages/languages.ts";
import { en } from "../../src/dashboard/pages/strings/en.ts";
import { Words } from "../../src/dashboard/pages/words.ts";
import { catalogueOf, languageIds } from "../../src/page-parts/index.ts";
import { describeTranslations } from "../page-parts/translation-rules.ts";

describeTranslations({ pages: "the renter's app", english: en, translations: TRANSLATIONS });

const others = languageIds.filter((id) => id !== "en");
const english: Readonly<Record<string, string>> = en;

/** Names, units, and words that the language shares with English. */
const ALIKE: Readonly<Record<(typeof others)[number], readonly string[]>> = {
  ru: [],
  es: ["app.error", "filter.tier.sms_only", "region.asia", "tier.sms_only"],
  de: [
    ...["link.live", "link.broken", "filter.region", "passphrase.title", "create.passphrase", "unlock.passphrase"],
    ...["sip.domain", "sip.server", "sip.transport"],
  ],
};
const NAMES = /Numberbox|EMC|SMS|\{\w+\}/g;
const isNames = (text: string): boolean => !/\p{L}{2}/u.test(text.replace(NAMES, ""));

describe.each(others)("the renter's app in %s", (id) => {
  it("leaves no text in English but what is said alike", async () => {
    const texts = await TRANSLATIONS[id]();
    const same = Object.entries(texts).filter(([key, text]) => text === english[key] && !isNames(text));
    const units = /^span\./;
    expect(same.map(([key]) => key).filter((key) => !units.test(key) && !ALIKE[id].includes(key))).toEqual([]);
  });

  it("has no English word amid a sentence", async () => {
    const texts = await TRANSLATIONS[id]();
    const quoted = /[«„][^»“]*[»“]/g;
    const found = Object.entries(texts).filter(([, text]) =>
      /\b(?:the|and|your|you|this|with|from|of|message|number)\b/i.test(text.replace(quoted, "").replace(NAMES, "")),
    );
    expect(found.map(([key]) => key)).toEqual([]);
  });
});

describe("the renter's app in Russian", () => {
  it("is written in its own letters", async () => {
    const texts = await TRANSLATIONS.ru();
    const latin = Object.entries(texts).filter(([, text]) => !isNames(text) && !/\p{Script=Cyrillic}/u.test(text));
    expect(latin.map(([key]) => key)).toEqual([]);
  });

  it.each([
    [1, "1 сообщение"],
    [3, "3 сообщения"],
    [5, "5 сообщений"],
    [11, "11 сообщений"],
    [22, "22 сообщения"],
    [31, "31 сообщение"],
  ])("counts %d messages as %s", async (count, text) => {
    const words = new Words(await catalogueOf("ru", en, TRANSLATIONS), "ru");
    expect(words.count("rentals.messages", count)).toBe(text);
  });
});
