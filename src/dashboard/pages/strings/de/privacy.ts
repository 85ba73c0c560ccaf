// The guide in German: who may learn what (design, section 7), in plain words.

import type { Translation } from "../en.ts";

export const dePrivacy: Translation = {
  "privacy.title": "Was privat ist, und was nicht",
  "privacy.lead":
    "Kurz gesagt: Was in Ihren Nachrichten steht, ist auf unserer Seite nur für Sie, aber das Telefonnetz befördert SMS offen.",
  "privacy.texts": "Was in Ihren Nachrichten steht, und wer sie gesendet hat",
  "privacy.texts.you": "Sie: Ihr Browser entschlüsselt sie mit einem Schlüssel, der ihn nie verlässt.",
  "privacy.texts.relay":
    "Das Relay, von dem diese Seite kommt: nie. Es verwahrt versiegelte Umschläge und gibt sie dem, der den Schlüssel hat.",
  "privacy.texts.box":
    "Die Box des Anbieters: einen Moment lang, in ihrem Speicher, zwischen Modem und Siegel. Ein unehrlicher Anbieter könnte mitlesen: Wählen Sie einen, dem Sie vertrauen.",
  "privacy.texts.gsm":
    "Das Telefonnetz und der Absender: ja. SMS sind dort nicht verschlüsselt, und keine App kann das ändern.",
  "privacy.number": "Dass eine Nummer Ihnen gehört",
  "privacy.number.relay":
    "Das Relay: nein. Es kennt ein Angebot und eine Vermietung unter zufälligen Kennungen, nicht die Nummer und nicht Ihren Namen.",
  "privacy.number.box":
    "Der Anbieter: dass die Nummer von einem bestimmten Schlüssel gemietet ist. Jede Miete hat einen eigenen Schlüssel, er kann also nicht erkennen, welche zusammengehören.",
  "privacy.number.receipts":
    "Wer Ihre Nummer kennt, kann ihr Angebot finden: Vom nächsten Tag an zeigt das Relay jedem, wann jede Nachricht kam, auf die Sekunde, mit dem Schlüssel der Miete. So hat der Anbieter es signiert, und jeder kann daraus seinen Ruf berechnen. Wer Ihnen eine SMS schickt, findet dort ihre Sekunde, und wie viele andere wann kamen; keinen Text, keinen Absender, keine Nummer. Der Schlüssel ist der dieser einen Miete.",
  "privacy.number.chain": "Die Blockchain: nie.",
  "privacy.you": "Wer und wo Sie sind",
  "privacy.you.ip":
    "Das Relay sieht die Internetadresse, von der Sie kommen, und wann Sie online sind. Nutzen Sie Tor oder ein VPN, wenn das wichtig ist.",
  "privacy.you.keys":
    "Ihre Nummern haben eigene Schlüssel, aber Sie lesen sie alle von derselben Adresse zur selben Zeit: Ein Relay, das beobachtet, kann erraten, dass sie einer Person gehören.",
  "privacy.pay": "Was Sie zahlen",
  "privacy.pay.emc": "Einfache EMC stehen für immer in der Blockchain, für alle sichtbar.",
  "privacy.pay.randpay":
    "Ein RANDPAY-Ticket, das verliert, hinterlässt keine Spur; eines, das gewinnt, ist eine Zahlung wie jede andere.",
  "privacy.pay.escrow":
    "Das Dokument einer Treuhand nennt Betrag, Schlüssel und Adressen der drei; dieses Relay sieht es, wenn sie eine Bestellung bezahlt. Ihre Münzen stehen für immer in der Blockchain.",
  "privacy.calls": "Anrufe",
  "privacy.calls.text":
    "Der Ton ist zwischen Ihrem Telefon und der Box des Anbieters verschlüsselt, wenn das Konto es sagt. Von der Box an ist es ein gewöhnlicher Telefonanruf.",
  "privacy.device": "Dieses Gerät",
  "privacy.device.text":
    "Schlüssel, Nachrichten und Quittungen liegen verschlüsselt unter Ihrer Passphrase. Gesperrt liest sie niemand ohne diese. Entsperrt liest sie, wer hier sitzt.",
  "privacy.device.page":
    "Diese Seiten kommen vom Relay. Ein unehrliches Relay könnte Seiten liefern, die Ihren Schlüssel verraten; wer das nicht hinnehmen kann, nutzt die Kommandozeile oder betreibt ein eigenes Relay.",
  "privacy.trust": "Was für Sie geprüft wird",
  "privacy.trust.text":
    "Dass ein Angebot wirklich vom Anbieter ist, dass jede Nachricht von ihm signiert wurde, dass vor der letzten keine geändert oder ausgelassen wurde. Was eine Prüfung nicht besteht, wird nicht als Nachricht gezeigt.",
};
