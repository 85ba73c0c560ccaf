// Texts of backups and of support, in German.

import type { Translation } from "../en.ts";

export const deBackup: Translation = {
  "nav.backup": "Sicherung",
  "nav.support": "Support",
  "backup.places": "Wohin gesichert wird",
  "backup.place": "Ort",
  "backup.last": "Letzte",
  "backup.never": "nie",
  "backup.size": "Größe",
  "backup.mb": "{n} MB",
  "backup.next": "Nächste",
  "backup.problem": "Zustand",
  "backup.well": "in Ordnung",
  "backup.none":
    "Noch ist kein Ort festgelegt. Fügen Sie unter Einstellungen, Backup einen Stick, einen Server oder einen Ordner hinzu.",
  "backup.no_schedule": "Nur auf Wunsch",
  "backup.run": "Jetzt sichern",
  "backup.running": "Wird erstellt …",
  "backup.download": "Eine mitnehmen",
  "backup.download.text":
    "Eine versiegelte Datei mit Schlüsseln, Mietverhältnissen, Ausgang, Quittungen, Einstellungen und Flows. Ohne ihre Passphrase öffnet sie niemand, auch Sie nicht.",
  "backup.download.do": "Sicherung herunterladen",
  "backup.restore": "Wiederherstellen",
  "backup.restore.text":
    "Die Sicherung wird bis zum letzten Byte geprüft, bevor etwas angerührt wird. Die Box, von der sie stammt, darf nie wieder laufen.",
  "backup.sticks": "Auf einem USB-Stick in der Box",
  "backup.sticks.take": "Diese nehmen",
  "backup.uploaded": "{n} % übergeben",
  "backup.check": "Sicherung prüfen",
  "backup.version": "Version {version}",
  "backup.same": "Sie ist von der Identität dieser Box.",
  "backup.other": "Sie ist von einer anderen Identität: Diese Box wird zu jener.",
  "backup.entries": "{n} Dateien",
  "backup.missing": "Nicht enthalten: {names}",
  "backup.confirm": "Geben Sie {name} ein, um fortzufahren",
  "backup.restore.do": "Diese Sicherung wiederherstellen",
  "backup.restoring": "Die Box startet mit der Sicherung neu.",
  "support.text":
    "Diese Teile helfen denen, die Ihnen helfen. Nummern, Schlüssel, Passwörter und Texte sind unkenntlich gemacht. Lesen Sie sie, bevor Sie sie jemandem senden.",
  "support.look": "Zusammenstellen",
  "support.busy": "Wird gesucht …",
  "support.save": "Herunterladen",
  "support.part.versions": "Versionen",
  "support.part.doctor": "Diagnose",
  "support.part.overview": "Übersicht",
  "support.part.slots": "Slots",
  "support.part.configuration": "Konfiguration",
  "support.part.events": "Ereignisse",
  "support.part.log": "Protokoll",
  "support.part.machine_log": "Protokoll der Maschine",
};
