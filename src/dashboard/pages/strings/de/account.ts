// In German: backup, receipts, language, this device.

import type { Translation } from "../en.ts";

export const deAccount: Translation = {
  "account.title": "Konto",
  "backup.title": "Sicherung",
  "backup.text":
    "Eine Datei bringt jede Nummer dieser Identität zurück, auch die, die Sie später mieten. Sie ist mit Ihrer Passphrase verschlossen. Ihre Bestellungen und Treuhanddokumente stehen darin, wie sie jetzt sind. Nachrichten sind nicht darin: Sie liegen auf dem Gerät, das sie empfangen hat, und was ein Gerät empfangen hat, wird nicht an ein anderes gesendet.",
  "backup.save": "Sicherung speichern",
  "backup.saved": "Sicherung gespeichert. Bewahren Sie sie dort auf, wo dieses Gerät nicht ist.",
  "backup.qr": "Als QR-Code zeigen",
  "backup.qr.label": "QR-Code der verschlossenen Sicherung",
  "backup.qr.text":
    "Fotografieren oder drucken Sie ihn. Auch er ist mit Ihrer Passphrase verschlossen. Bestellungen und Treuhanddokumente stehen nur in der Datei.",
  "backup.hide": "Verbergen",
  "backup.banner": "Ihre Nummern liegen nur auf diesem Gerät: Ohne Sicherung sind sie mit ihm verloren.",
  "backup.banner.go": "Zur Sicherung",
  "receipts.title": "Quittungen",
  "receipts.text":
    "Was Ihre Nachrichten beweist, in einer Datei: die Signaturen des Anbieters, Ihre eigenen Quittungen und die des Relays mit ihrem Weg zur Wurzel des jeweiligen Tages. Jeder kann sie offline prüfen, mit numberbox renter verify-export. Sie zeigt, wann Nachrichten kamen und zu welchen Mieten.",
  "receipts.texts": "Texte der Nachrichten",
  "receipts.without": "Ohne Texte",
  "receipts.without.text": "Genügt als Beweis, was wann zugestellt wurde.",
  "receipts.with": "Mit Texten",
  "receipts.with.text":
    "Im Klartext: Geben Sie eine solche Datei nicht leichtfertig weiter. Dass ein Text der signierte ist, kann nur Ihr Schlüssel zeigen.",
  "receipts.busy": "Das Relay wird gefragt …",
  "receipts.unproven": "Bisher ohne Quittung des Relays: {n}. Es gibt sie für Tage, die vorbei sind.",
  "receipts.save": "Quittungen speichern",
  "receipts.saved": "Quittungen gespeichert.",
  "receipts.count.one": "{n} Quittung signiert",
  "receipts.count.other": "{n} Quittungen signiert",
  "receipts.taken": "{n} vom Relay angenommen",
  "keys.title": "Öffentliche Schlüssel",
  "keys.text":
    "Ein Anbieter braucht sie, um Ihnen ohne den Markt eine Nummer zu geben. Sie gehören für immer zu Ihnen: Wer sie zweimal bekommt, erkennt Sie wieder.",
  "passphrase.title": "Passphrase",
  "passphrase.text": "Sicherungen, die Sie früher gespeichert haben, behalten die alte.",
  "passphrase.old": "Jetzige Passphrase",
  "passphrase.new": "Neue Passphrase",
  "passphrase.change": "Ändern",
  "passphrase.changed": "Passphrase geändert. Speichern Sie eine neue Sicherung.",
  "lock.title": "Sperrt sich selbst",
  "lock.text":
    "Wenn andere an dieses Gerät kommen. Solange gesperrt ist, wird nichts empfangen, und das Symbol zählt nichts; Nachrichten warten beim Relay.",
  "lock.after": "Sperren nach",
  "lock.never": "nie",
  "lock.minutes.one": "{n} Minute ohne Berührung",
  "lock.minutes.other": "{n} Minuten ohne Berührung",
  "find.title": "Fehlen Nummern?",
  "find.text":
    "Das Relay wird damit nach jeder Nummer Ihrer Schlüssel gefragt, wie nach dem Zurückholen einer Sicherung. Es dauert einige Minuten: Ein Relay meldet nur wenige Schlüssel auf einmal an.",
  "find.run": "Meine Nummern suchen",
  "find.busy": "Wird gesucht …",
  "find.progress": "Ihre Nummern werden gesucht: Schlüssel {key} von {last}, gefunden: {found}.",
  "find.waiting": "Das Relay meldet nur wenige Schlüssel in der Minute an: weiter in {n} s.",
  "find.stop": "Beenden",
  "language.title": "Sprache",
  "language.text": "Dieses Gerät merkt sich, welche Sie gewählt haben.",
  "language.label": "Sprache dieser Seiten",
  "device.title": "Dieses Gerät",
  "device.text":
    "Entfernt Identität, Nachrichten und Quittungen von diesem Gerät. Ohne Sicherung sind Ihre Nummern verloren.",
  "device.erase": "Alles vergessen",
  "device.confirm": "Identität und Nachrichten auf diesem Gerät vergessen?",
  "device.confirm.text":
    "Das lässt sich nicht rückgängig machen. Ihre Nummern lassen sich nur mit einer Sicherung zurückholen, Nachrichten gar nicht.",
};
