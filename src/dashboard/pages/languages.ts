// The texts of these pages in other languages; see `page-parts/languages.ts`.

import type { Translations } from "../../page-parts/index.ts";

export const TRANSLATIONS: Translations = {
  ru: async () => (await import("./strings/ru/index.ts")).ru,
  es: async () => (await import("./strings/es/index.ts")).es,
  de: async () => (await import("./strings/de/index.ts")).de,
};
