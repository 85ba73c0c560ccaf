// In German: texts of the doctor's page.

import type { Translation } from "../en.ts";

export const deDoctor: Translation = {
  "doctor.title": "Diagnose",
  "doctor.run": "Erneut untersuchen",
  "doctor.running": "Wird untersucht …",
  "doctor.running.text": "Die Datenbank wird durchgelesen und auf Dienste wird gewartet: Das kann eine Minute dauern.",
  "doctor.copy": "Für den Support kopieren",
  "doctor.copied": "Kopiert. Nummern und SMS-Texte sind nicht enthalten.",
  "doctor.not_copied": "Dieser Browser erlaubt es nicht. „numberbox doctor“ gibt dasselbe aus.",
  "doctor.at": "Stand {time}",
  "doctor.verdict.ok": "Alles in Ordnung",
  "doctor.verdict.warn": "Es läuft, mit Warnungen",
  "doctor.verdict.fail": "Etwas stimmt nicht",
  "doctor.faults.one": "{n} Befund braucht Sie",
  "doctor.faults.other": "{n} Befunde brauchen Sie",
  "doctor.fine.one": "{n} Prüfung in Ordnung",
  "doctor.fine.other": "{n} Prüfungen in Ordnung",
  "doctor.level.warn": "Warnung",
  "doctor.level.fail": "Fehler",
  "doctor.level.ok": "In Ordnung",
  "doctor.area.box": "Box",
  "doctor.area.modems": "Modems",
  "doctor.area.machine": "Gerät",
  "doctor.area.services": "Relay und Dienste",
  "doctor.area.chain": "Emercoin",
};
