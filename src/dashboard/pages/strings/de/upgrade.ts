// In German: another tier for a rental that runs.

import type { Translation } from "../en.ts";

export const deUpgrade: Translation = {
  "nav.upgrade": "Erweitern",
  "upgrade.open": "Erweitern",
  "upgrade.title": "Diese Nummer erweitern",
  "upgrade.now": "Jetzt",
  "upgrade.next": "Danach",
  "upgrade.minute": "Eine Gesprächsminute",
  "upgrade.gain.sms_only": "Sie empfängt SMS.",
  "upgrade.gain.sms_voice_video":
    "Sie können unter dieser Nummer angerufen werden und mit ihr anrufen, mit Linphone oder einem anderen SIP-Telefon. SMS kommen wie bisher.",
  "upgrade.total": "Preis",
  "upgrade.about": "etwa {price}",
  "upgrade.most": "höchstens {price}",
  "upgrade.price":
    "Sie zahlen den Unterschied für die verbleibende Zeit. Das Gerät des Anbieters antwortet mit dem genauen Preis, den Sie vor dem Zahlen sehen; mehr als {price} wird abgelehnt.",
  "upgrade.same": "Nummer, Schlüssel und Ende bleiben gleich.",
  "upgrade.submit": "Erweiterung anfragen",
  "upgrade.open_order": "Eine Erweiterung dieser Nummer ist nicht abgeschlossen",
  "upgrade.none": "Für diese Nummer wird nicht mehr angeboten",
  "upgrade.none.text": "Sie können sie behalten, wie sie ist, oder eine andere mieten.",
  "order.what.upgrade": "{tier}, für die verbleibende Zeit",
  "order.upgraded": "Erweitert",
  "order.upgraded.text":
    "Sie nimmt jetzt Anrufe an: Richten Sie bei ihrem Eintrag ein Telefon ein. SMS kommen wie bisher.",
  "problem.market.other_provider":
    "Dieses Angebot veröffentlicht jetzt ein anderer Anbieter als der, von dem Sie mieten.",
  "hint.market.other_provider": "Zahlen Sie nichts, bevor Sie wissen, warum.",
};
