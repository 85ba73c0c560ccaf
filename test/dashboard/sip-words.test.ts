import { describe, expect, it } from "vitest";
import { TRANSLATIONS } from "../../src/dashboard/pages/languages.ts";
import { sipSettingsIn } from "../../src/dashboard/pages/sip-words.ts";
import { en } from "../../src/dashboard/pages/strings/en.ts";
import { Words } from "../../src/dashboard/pages/words.ts";
import { catalogueOf } from "../../src/page-parts/index.ts";
import { sipSettings } from "../../src/protocol/index.ts";
import { profileOf } from "../protocol/sip-samples.ts";

const english = new Words(en, "en");

describe("a phone account's settings", () => {
  it("have the names that the command line gives them, and its values but for the date", () => {
    const profile = profileOf({});
    const said = sipSettingsIn(english, profile).map(({ key, name, value }) => ({ key, name, value }));
    expect(said.slice(0, -1)).toEqual(sipSettings(profile).slice(0, -1));
    expect(said.at(-1)).toEqual({ key: "until", name: "Valid until", value: english.date(profile.expiresAt * 1000) });
  });

  it("say in English what the command line says of sound in clear and of a public certificate", () => {
    const profile = profileOf({ encryption: "none", cert_sha256: null });
    const values = sipSettingsIn(english, profile).map(({ value }) => value);
    expect(values.slice(0, -1)).toEqual(
      sipSettings(profile)
        .slice(0, -1)
        .map(({ value }) => value),
    );
  });

  it("are all named in Russian", async () => {
    const words = new Words(await catalogueOf("ru", en, TRANSLATIONS), "ru");
    const settings = sipSettingsIn(words, profileOf({}));
    expect(settings.filter(({ name }) => !/\p{Script=Cyrillic}/u.test(name))).toEqual([]);
  });
});
