// In German: rented numbers and their phone accounts.

import type { Translation } from "../en.ts";

export const deRentals: Translation = {
  "rentals.title": "Meine Nummern",
  "rentals.none": "Noch keine Nummern",
  "rentals.none.text": "Eine Nummer, die Sie mieten, erscheint hier mit der verbleibenden Zeit.",
  "rentals.left": "noch {span}",
  "rentals.ended": "beendet {date}",
  "rentals.soon": "Endet bald",
  "rentals.unreadable": "(nicht lesbar)",
  "rentals.copy": "Nummer kopieren",
  "rentals.number_copied": "Nummer kopiert.",
  "rentals.messages.one": "{n} Nachricht",
  "rentals.messages.other": "{n} Nachrichten",
  "rentals.renew": "Verlängern",
  "rentals.again": "Wieder mieten",
  "rentals.gaps": "Nicht angekommen: {list}",
  "rentals.gaps.none": "Bis zur letzten sind alle Nachrichten angekommen.",
  "rentals.details": "Einzelheiten",
  "rentals.id": "Miete",
  "rentals.listing": "Angebot",
  "rentals.provider": "Schlüssel des Anbieters",
  "rentals.begun": "Begonnen",
  "rentals.until": "Bis",
  "rentals.credit": "Bezahlte SMS",
  "rentals.credit.none": "keine Grenze",
  "rentals.phone": "Telefon einrichten",
  "rentals.past": "Beendet",
  "rentals.orders": "Laufende Bestellungen",
  "rentals.order.open": "Fortsetzen",
  "phone.title": "Telefonkonto",
  "phone.text":
    "Mit Linphone oder einem anderen SIP-Telefon können Sie unter dieser Nummer angerufen werden und mit ihr anrufen.",
  "phone.linphone": "Für Linphone speichern",
  "phone.linphone.text":
    "In Linphone: Assistent, „fetch remote configuration“, und diese Datei angeben. Sie enthält das Passwort: Löschen Sie sie danach.",
  "phone.qr": "QR-Code mit dem Namen des Kontos",
  "phone.qr.text":
    "Dieser Code ist nur der Name des Kontos. Der Scanner von Linphone will die Adresse einer Datei; die sollte niemand außer Ihnen bereitstellen.",
  "phone.settings": "Oder von Hand eingeben",
  "phone.scope.some":
    "Der Ton ist zwischen Ihrem Telefon und der Box des Anbieters verschlüsselt. Dahinter liegt das Telefonnetz, das es nie ist.",
  "phone.scope.none": "Der Ton ist nicht verschlüsselt: Wer auf dem Weg sitzt, kann mithören.",
  "phone.scope.relay":
    "Telefone melden sich beim Relay an: Es erfährt, wann und wie lange Sie telefonieren, nicht was gesagt wird.",
};
