// In German: texts of the reference of REST.

import type { Translation } from "../en.ts";

export const deApi: Translation = {
  "api.title": "API",
  "api.intro":
    "Alles, was diese Konsole tut, läuft über REST. Ein Programm schickt ein Token von Ihnen mit; die Berechtigung neben jeder Operation ist das, was das Token dafür braucht.",
  "api.document": "OpenAPI-Dokument",
  "api.search": "Suchen",
  "api.search.help": "Wörter aus Pfad oder Beschreibung oder ein Fehlercode",
  "api.found.one": "{n} Operation",
  "api.found.other": "{n} Operationen",
  "api.none": "Keine Operation enthält diese Wörter.",
  "api.open": "alle",
  "api.parameters": "Parameter",
  "api.optional": "optional",
  "api.body": "Inhalt",
  "api.answer": "Antwort {status}",
  "api.answer.none": "Ohne Inhalt.",
  "api.refusals": "Ablehnungen",
  "api.curl": "In einer Shell",
  "api.copy": "Kopieren",
  "api.copied": "Kopiert.",
  "api.not_copied": "Dieser Browser erlaubt es nicht.",
  "api.try": "Ausprobieren",
  "api.tried": "Was die Box jetzt antwortet",
};
