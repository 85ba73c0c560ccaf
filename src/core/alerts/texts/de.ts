// Texts of the alerts in German.

import type { AlertTexts } from "./text-form.ts";

export const de: AlertTexts = {
  rules: {
    slot_down: {
      raised: "Slot {subject} ist ausgefallen[ ({reason})]",
      cleared: "Slot {subject} arbeitet wieder",
      hint: "Die Box versucht es weiter. Bleibt er aus, sehen Sie in der Konsole nach.",
    },
    slot_gave_up: {
      raised: "Die Box hat Slot {subject} aufgegeben[ ({reason})]",
      cleared: "Slot {subject} wird wieder bedient",
      hint: "Sehen Sie nach dem Modem: Strom, Kabel, SIM. Dann in der Konsole erneut versuchen.",
    },
    sim_lost: {
      raised: "Die SIM in Slot {subject} fehlt oder ist nicht lesbar",
      cleared: "Die SIM in Slot {subject} ist wieder da",
      hint: "Setzen Sie die SIM neu ein, oder eine andere.",
    },
    sms_storage: {
      raised: "Der SMS-Speicher von Slot {subject} ist zu {value} % voll",
      cleared: "Im SMS-Speicher von Slot {subject} ist wieder Platz",
      hint: "Ist er voll, hält das Netz neue Nachrichten zurück. Sehen Sie nach, warum die Box ihn nicht leert.",
    },
    signal_weak: {
      raised: "Slot {subject} hat schwachen Empfang ({value} dBm)",
      cleared: "Slot {subject} hat wieder guten Empfang",
      hint: "Stellen Sie die Antenne um, näher an ein Fenster.",
    },
    balance_low: {
      raised: "Die SIM in Slot {subject} hat kaum noch Guthaben[ ({amount} {currency})]",
      cleared: "Die SIM in Slot {subject} ist aufgeladen",
      hint: "Laden Sie sie auf, bevor der Anbieter sie abschaltet.",
    },
    phone_battery: {
      raised: "Das Telefon von Slot {subject} steht bei {value} % und lädt nicht",
      cleared: "Das Telefon von Slot {subject} lädt",
      hint: "Stecken Sie das Ladegerät an.",
    },
    outbox_age: {
      raised: "Eine SMS wartet seit {value} Sekunden auf das Relay; insgesamt warten {messages}",
      cleared: "Nachrichten gehen wieder ohne Verzug zum Relay",
      hint: "Nichts geht verloren: sie werden später gesendet. Prüfen Sie Netz und Relay.",
    },
    relay_down: {
      raised: "Das Relay ist nicht erreichbar[ ({reason})]",
      cleared: "Das Relay ist wieder verbunden",
      hint: "Nachrichten werden aufbewahrt und später gesendet. Prüfen Sie Netz und Relay.",
    },
    calls_down: {
      raised: "Keine Anrufe: {subject} ist nicht erreichbar[ ({reason})]",
      cleared: "Anrufe: {subject} ist wieder da",
      hint: "Sehen Sie nach, ob der Dienst läuft; die Box versucht es selbst weiter. SMS sind nicht betroffen.",
    },
    intake_paused: {
      raised: "Die Box nimmt keine Nachrichten an[ ({reason})]",
      cleared: "Die Box nimmt wieder Nachrichten an",
      hint: "Sie bleiben auf den SIMs, bis sie gespeichert werden können. Schaffen Sie Platz, oder prüfen Sie den Datenträger.",
    },
    clock_doubt: {
      raised: "Die Box kennt die Uhrzeit nicht sicher; solange endet keine Vermietung",
      cleared: "Die Box kennt die Uhrzeit wieder",
      hint: "Prüfen Sie Netz und Zeitserver.",
    },
    clock_unsynchronised: {
      raised: "Die Uhr wird von keinem Zeitserver gestellt",
      cleared: "Die Uhr wird wieder von einem Zeitserver gestellt",
      hint: "Prüfen Sie Netz und Zeitdienst des Rechners.",
    },
    disk_low: {
      raised: "Nur noch {value} % des Datenträgers sind frei[ ({free} MiB)]",
      cleared: "Auf dem Datenträger ist wieder Platz",
      hint: "Schaffen Sie Platz, oder nehmen Sie eine größere Karte.",
    },
    disk_full: {
      raised: "Der Datenträger ist fast voll: {value} MiB sind frei",
      cleared: "Auf dem Datenträger ist wieder Platz",
      hint: "Schaffen Sie jetzt Platz: sonst kann keine Nachricht gespeichert werden.",
    },
    memory_low: {
      raised: "Nur noch {value} % des Arbeitsspeichers sind verfügbar",
      cleared: "Es ist wieder genug Arbeitsspeicher da",
      hint: "Sehen Sie nach, was sonst auf dem Rechner läuft, oder starten Sie ihn neu.",
    },
    temperature_high: {
      raised: "Der Rechner ist heiß: {value} °C",
      cleared: "Der Rechner ist abgekühlt",
      hint: "Geben Sie ihm Luft oder einen Kühlkörper.",
    },
    undervoltage: {
      raised: "Der Rechner hat zu wenig Spannung",
      cleared: "Die Spannung stimmt wieder",
      hint: "Nehmen Sie ein stärkeres Netzteil oder ein kürzeres Kabel: Modems fallen aus und Karten nehmen Schaden.",
    },
    usb_over_current: {
      raised: "USB-Anschluss {subject} wurde wegen zu viel Strom abgeschaltet[ (bisher {count}-mal)]",
      cleared: "USB-Anschluss {subject} hat seit einer halben Stunde wieder Strom",
      hint: "Ein Modem zieht mehr, als der Anschluss gibt, oder es gibt einen Kurzschluss. Modems gehören an einen Hub mit eigenem Netzteil; siehe `numberbox hardware budget`.",
    },
    chain_down: {
      raised: "Der Emercoin-Knoten antwortet nicht[ ({reason})]",
      cleared: "Der Emercoin-Knoten antwortet wieder",
      hint: "Prüfen Sie, ob er läuft und ob Adresse und Passwort in der Konfiguration stimmen.",
    },
    chain_lag: {
      raised: "Der Emercoin-Knoten hängt der Kette nach[, um {blocks} Blöcke]",
      cleared: "Der Emercoin-Knoten hat aufgeholt",
      hint: "Warten Sie, oder prüfen Sie sein Netz.",
    },
    wallet_locked: {
      raised: "Etwas wartet auf die Emercoin-Wallet, und die ist gesperrt",
      cleared: "Die Emercoin-Wallet ist wieder benutzbar",
      hint: "Entsperren Sie sie in der Konsole unter „Chain“.",
    },
    funds_low: {
      raised: "In der Emercoin-Wallet sind nur noch {emc} EMC",
      cleared: "In der Emercoin-Wallet sind wieder genug EMC",
      hint: "Senden Sie welche dorthin, bevor Namen zu erneuern sind.",
    },
    publication_failed: {
      raised: "Veröffentlichungen in Emercoin sind gescheitert: {value}",
      cleared: "Keine Veröffentlichung in Emercoin steht gescheitert da",
      hint: "Sehen Sie in der Konsole unter „Chain“ nach dem Grund und veröffentlichen Sie erneut.",
    },
    certificate_expiring: {
      raised: "Das Zertifikat {subject} läuft in {value} Tagen ab",
      cleared: "Das Zertifikat {subject} ist erneuert",
      hint: "Erneuern Sie es, oder sehen Sie nach, warum das nicht von selbst geschieht.",
    },
    backup_overdue: {
      raised: "Die Sicherung ist überfällig[: die letzte ist {days} Tage alt]",
      cleared: "Es gibt wieder eine frische Sicherung",
      hint: "Sehen Sie in der Konsole nach, woran die letzte scheiterte, oder machen Sie jetzt eine.",
    },
    delivery_failing: {
      raised: "Nachrichten an {subject} kommen nicht an[ ({reason})]",
      cleared: "Nachrichten an {subject} kommen wieder an",
      hint: "Probieren Sie es in der Konsole mit „Test senden“.",
    },
  },
  severities: { info: "Hinweis", warning: "Warnung", critical: "Kritisch" },
  kinds: { raised: "Neu", repeated: "Weiterhin", cleared: "Vorbei" },
  flapping: "Das kommt und geht; Sie hören erst wieder davon, wenn eine Weile Ruhe war.",
  test: { title: "Numberbox: ein Test", text: "Dies ist ein Test. Meldungen dieser Box kommen hier an." },
};
