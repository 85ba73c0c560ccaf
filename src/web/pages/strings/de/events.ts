// In German: what happened, in words. Keys under `event.` are the box's codes.

import type { Translation } from "../en.ts";

export const deEvents: Translation = {
  "events.title": "Ereignisse",
  "events.none": "Seit dem Start der Box ist nichts geschehen.",
  "events.none_of_slot": "Seit dem Start der Box ist hier nichts geschehen.",
  "events.level.warn": "Warnung",
  "events.level.error": "Fehler",
  "event.box.started": "Die Box ist gestartet",
  "event.box.superseded": "Eine andere Box mit dieser Identität hat übernommen; diese hier bedient niemanden mehr",
  "event.box.took_over": "Diese Box hat von einer anderen mit derselben Identität übernommen",
  "event.restore.catching_up":
    "Die Box wurde wiederhergestellt und fragt ihr Relay, was seit der Sicherung gekommen ist",
  "event.restore.waiting": "Die wiederhergestellte Box wartet auf ihr Relay: {reason}",
  "event.restore.caught_up":
    "Die wiederhergestellte Box weiß, was seit der Sicherung gekommen ist: {rentals} Vermietung(en), {messages} Nachricht(en)",
  "event.restore.rental_without_line":
    "{rentals} Vermietung(en) beim Relay gelten Anschlüssen, die diese Box nicht hat",
  "event.restore.skipped_ahead":
    "Die Nummerierung von {rentals} Vermietung(en) geht um {numbers} weiter fort, damit keine Nummer zweimal benutzt wird",
  "event.flows.not_started": "Node-RED konnte nicht gestartet werden; siehe das Log der Box",
  "event.box.restarting": "Die Box startet neu, veranlasst von {by}",
  "event.settings.changed": "{settings} Einstellungen von {by} geändert",
  "event.settings.secret_kept": "Das Geheimnis {name} wurde von {by} hinterlegt",
  "event.settings.fallback":
    "Die Box konnte mit ihren Einstellungen nicht starten und läuft mit den letzten guten: {reason}",
  "event.slot.ready": "Slot {slot} ist bereit",
  "event.slot.down": "Slot {slot} ist ausgefallen: {reason}",
  "event.slot.restarted": "Das Modem in Slot {slot} hat sich von selbst neu gestartet",
  "event.slot.no_line": "Slot {slot} hat keine Nummer, daher kann ihn niemand mieten",
  "event.sim.balance_low": "Die SIM in Slot {slot} hat nur noch {amount} {currency}",
  "event.sim.balance_unknown": "Das Guthaben der SIM in Slot {slot} ließ sich nicht ermitteln",
  "event.ussd.notice": "Das Netz hat Slot {slot} einen Hinweis geschickt",
  "event.smpp.unknown_number":
    "Das Gateway von Slot {slot} hat eine SMS für eine Nummer, die kein Anschluss hat; sie bleibt dort",
  "event.smpp.malformed":
    "Das Gateway von Slot {slot} hat eine beschädigte Nachricht geschickt, die niemand lesen kann",
  "event.slot.storage_full": "Der SMS-Speicher von Slot {slot} ist voll",
  "event.clock.jumped": "Die Systemuhr ist um {seconds} s gesprungen; Vermietungen warten, bis die Zeit sicher ist",
  "event.sms.partial": "Lange SMS mit fehlenden Teilen weitergegeben: {messages}",
  "event.intake.paused": "Annahme angehalten: {reason}",
  "event.intake.resumed": "Annahme fortgesetzt",
  "event.relay.up": "Das Relay ist verbunden",
  "event.relay.down": "Das Relay ist nicht erreichbar: {reason}",
  "event.relay.grant_refused": "Das Relay hat eine Vermietung abgelehnt: {reason}",
  "event.relay.message_refused": "Das Relay hat eine SMS endgültig abgelehnt: {reason}",
  "event.relay.message_held":
    "Das Relay nimmt die SMS einer Vermietung vorerst nicht an ({reason}); die Box behält sie",
  "event.phone.added": "Telefon {phone} hinzugefügt",
  "event.phone.paired": "Telefon {phone} ist verbunden",
  "event.phone.ready": "Telefon {phone} ist bereit",
  "event.phone.down": "Von Telefon {phone} war seit einiger Zeit nichts zu hören",
  "event.phone.refused": "Eine Nachricht von Telefon {phone} wurde abgelehnt: {reason}",
  "event.phone.removed": "Telefon {phone} entfernt",
  "event.payment.grant_failed":
    "Eine bezahlte Bestellung konnte nicht erfüllt werden ({code}); es wird erneut versucht",
  "event.payment.win_displaced": "Ein Gewinnticket wurde durch eine andere Zahlung mit denselben Münzen verdrängt",
  "event.proofs.day_closed": "Die Quittungen vom {date} sind gezählt: {receipts}",
  "event.proofs.anchored": "Der Nachweis vom {date} ist in Emercoin verankert",
  "event.proofs.anchor_problem": "Der Nachweis vom {date} ist nicht verankert: {reason}",
  "event.rental.granted": "{line} für {days} vermietet",
  "event.rental.ended": "Vermietung von {line} beendet",
  "event.rental.expired": "Vermietung von {line} abgelaufen",
  "event.kept.read": "Der Eigentümer hat Nachrichten gelesen, die die Box für ihn aufbewahrt",
  "event.slot.recovering": "Die Box versucht, Slot {slot} zurückzuholen: {reason}",
  "event.slot.gave_up": "Die Box hat Slot {slot} aufgegeben, sehen Sie daher nach seinem Modem: {reason}",
  "event.slot.reset_failed": "Slot {slot}: „{rung}“ hat nicht geholfen: {reason}",
  "event.slot.recover_asked": "Sie haben für Slot {slot} „{rung}“ verlangt",
  "event.slot.pin_entered": "Für die SIM in Slot {slot} wurde eine PIN angegeben; sie wird einmal versucht",
  "event.slot.at_command": "Experte in Slot {slot}: {command}",
  "event.slot.joined": "Ein Modem am USB-Platz {usb} wurde zu Slot {slot}",
  "event.slot.removed": "Slot {slot} wurde entfernt",
  "event.hardware.found":
    "Ein Modem, das noch kein Slot ist, steckt am USB-Platz {usb}: {modem}. Nehmen Sie es mit „Hardware hinzufügen“ auf",
  "event.join.open": "Neue Modems werden {seconds} s lang aufgenommen",
  "event.join.closed": "Neue Modems werden nicht mehr aufgenommen",
  "event.line.moved": "Die SIM von {line} ist von Slot {from} nach {to} umgezogen; ihre Vermietung geht dort weiter",
  "event.line.bound": "{line} gehört jetzt zur SIM in Slot {slot}",
  "event.line.other_sim":
    "In Slot {slot} steckt eine andere SIM, daher wird {line} nicht bedient. Setzen Sie die richtige SIM wieder ein oder geben Sie die Nummer dieser SIM",
  "event.line.adopted": "{line} wurde der SIM in Slot {slot} gegeben",
  "event.sim.same_identity":
    "Die SIM in Slot {slot} gibt sich als eine aus, die ein anderer Slot hat. Eines der beiden Modems muss sich irren",
  "event.backup.done": "Sicherung nach {destination} ist fertig",
  "event.backup.failed": "Sicherung nach {destination} fehlgeschlagen: {reason}",
  "event.backup.downloaded": "Eine Sicherung wurde heruntergeladen",
  "event.restore.decided": "{by} stellt eine Sicherung wieder her: Die Box startet neu damit",
};
