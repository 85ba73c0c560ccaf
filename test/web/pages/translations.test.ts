import { TRANSLATIONS } from "../../../src/web/pages/languages.ts";
import { en } from "../../../src/web/pages/strings/en.ts";
import { describeTranslations } from "../../page-parts/translation-rules.ts";

describeTranslations({ pages: "the console", english: en, translations: TRANSLATIONS });
