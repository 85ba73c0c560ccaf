// Texts of updates of the system, in German.

import type { Translation } from "../en.ts";

export const deUpdate: Translation = {
  "nav.update": "Update",
  "update.now": "Dieses System",
  "update.version": "Version",
  "update.half": "Hälfte der Karte",
  "update.unsupported":
    "Diese Box läuft nicht vom Numberbox-Abbild; die Konsole aktualisiert sie deshalb nicht. Aktualisieren Sie so, wie Sie installiert haben.",
  "update.percent": "{n} %",
  "update.phase.downloading": "{version} wird geholt",
  "update.phase.checking": "Das Paket wird geprüft",
  "update.phase.installing": "{version} wird geschrieben",
  "update.phase.installed": "{version} kann gestartet werden",
  "update.phase.restarting": "Neustart in {version}",
  "update.phase.trying": "{version} läuft auf Probe",
  "update.steady": "Alles läuft. Bleibt es eine Minute so, wird das System behalten.",
  "update.waits": "Noch nicht wieder da: {what}. Nach zehn Minuten geht die Box von selbst zurück.",
  "update.wait.store": "der Nachrichtenspeicher",
  "update.wait.relay": "das Relay",
  "update.wait.network": "ein Netz für irgendein Modem",
  "update.serves_on": "SMS und Anrufe laufen derweil weiter.",
  "update.restart": "Neues System starten",
  "update.restart.text":
    "Die Box ist etwa eine Minute weg; SMS warten im Netz. Kommt etwas nicht wieder, das jetzt läuft, startet von selbst das alte System.",
  "update.channel": "Veröffentlichungen",
  "update.check": "Jetzt fragen",
  "update.no_channel":
    "Kein Kanal ist gesetzt. Nennen Sie einen unter Einstellungen, Updates, oder bringen Sie selbst ein Paket.",
  "update.asked": "gefragt {date}",
  "update.not_asked": "Noch nicht gefragt.",
  "update.newest": "Dieser Box wird nichts Neueres angeboten.",
  "update.offer": "Version {version}",
  "update.install": "Installieren",
  "update.by_hand": "Ein Paket bringen",
  "update.by_hand.text":
    "Eine signierte .raucb-Datei, von diesem Gerät oder von einem USB-Stick in der Box. Andere Signatur, andere Hardware oder ältere Version wird abgelehnt.",
  "update.pick": "Paket wählen",
  "update.bring": "Übergeben und installieren",
  "update.history": "Was geschah",
  "update.from": "Von",
  "update.when": "Wann",
  "update.result": "Ergebnis",
  "update.result.confirmed": "behalten",
  "update.result.rolled_back": "zurückgegangen",
  "update.result.failed": "fehlgeschlagen",
};
