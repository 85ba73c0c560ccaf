// In German: texts of the page of one slot: its number, USSD, expert, removal, and the taking in of hardware.

import type { Translation } from "../en.ts";

export const deSlots2: Translation = {
  "number.not_rented": "niemandem",
  "number.left": "noch {span}",
  "number.denied": "{n} ungelesen verworfen",
  "number.none": "SMS bleiben auf der SIM, bis sie eine Nummer hat.",
  "number.absent":
    "{number} wurde hier zuletzt bedient und wird es wieder, wenn die zugehörige SIM zurück ist.",
  "number.other_sim":
    "{number} wurde hier bedient, aber mit einer anderen SIM. SMS dieser SIM bleiben auf ihr, bis sie eine Nummer hat.",
  "number.name": "Diese Nummer benennen",
  "number.adopt": "Diese SIM gehört zu …",
  "name.number": "Nummer",
  "name.number.help": "Mit Ländervorwahl, zum Beispiel +15550100.",
  "name.number.found": "Wie die SIM sie nennt; prüfen Sie sie.",
  "name.number.bad": "Ein + und 7 bis 15 Ziffern.",
  "name.id": "Name des Anschlusses",
  "name.id.help": "Für die Konfiguration und die Befehlszeile. Er lässt sich später nicht ändern.",
  "name.id.bad": "Nur Kleinbuchstaben, Ziffern und . _ -, höchstens 32.",
  "name.submit": "Benennen",
  "name.busy": "Wird benannt …",
  "name.done": "{number} ist jetzt ein Anschluss dieser Box.",
  "adopt.title": "Welche Nummer ist diese SIM?",
  "adopt.text": "Von jetzt an gehört die SIM in Slot {id} zu dieser Nummer, wo immer sie steckt.",
  "adopt.line": "Nummer",
  "adopt.rented": "Sie ist vermietet. Die Vermietung geht weiter, und ihr Mieter erhält die SMS dieser SIM.",
  "adopt.submit": "Es ist diese Nummer",
  "adopt.done": "{number} ist jetzt die SIM in Slot {id}.",

  "ussd.button": "USSD-Code",
  "ussd.title": "USSD, Slot {id}",
  "ussd.text": "Codes wie *100# nennen ein Guthaben oder eine Nummer. Manche kosten Geld.",
  "ussd.notice": "Das Netz sagte {ago}:",
  "ussd.by.us": "Sie",
  "ussd.by.network": "Netz",
  "ussd.waiting": "Warten auf das Netz …",
  "ussd.code": "Code",
  "ussd.reply": "Antwort auf das Menü",
  "ussd.ask": "Fragen",
  "ussd.send": "Antworten",
  "ussd.end": "Beenden",

  "expert.title": "Experte",
  "terminal.warning":
    "Direkt an das Modem und aufgezeichnet: Die Ereignisse behalten den Namen jedes Befehls. Was eine Identität ändern, Geld kosten oder SMS verlieren würde, wird abgelehnt.",
  "terminal.command": "AT-Befehl",
  "terminal.send": "Senden",
  "terminal.busy": "Warten …",
  "terminal.log": "Antworten, neueste zuerst",
  "remove_slot.help": "Dieser Slot kam mit seinem Modem, durch „Hardware hinzufügen“.",
  "remove_slot.submit": "Slot entfernen",
  "remove_slot.title": "Diesen Slot entfernen?",
  "remove_slot.text":
    "Die Box gibt das Modem frei. Seine Nummer und Vermietung bleiben und gehen weiter, wenn die SIM wieder auftaucht.",
  "remove_slot.done": "Slot {id} ist entfernt.",

  "hardware.add": "Hardware hinzufügen",
  "hardware.title": "Hardware hinzufügen",
  "hardware.text":
    "Einige Minuten lang nimmt die Box jedes neue Modem als Slot auf. Sonst meldet sie Ihnen neue Modems nur.",
  "hardware.open": "Neue Modems werden aufgenommen",
  "hardware.left": "noch {time}",
  "hardware.plug": "Stecken Sie jetzt Modems ein. Was schon eingesteckt ist, wird auch aufgenommen.",
  "hardware.start": "Für 4 Minuten öffnen",
  "hardware.stop": "Jetzt beenden",
  "hardware.found": "Eingesteckt und kein Slot",
  "hardware.found.none": "Nichts.",
  "hardware.unknown": "Nicht als Modem bekannt ({id})",
  "hardware.joined": "Neue Slots",
  "hardware.next": "Öffnen Sie einen Slot, um seiner SIM eine Nummer zu geben.",
};
