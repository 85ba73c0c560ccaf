// In German: texts of the pool of numbers and of delivery.

import type { Translation } from "../en.ts";

export const deLines: Translation = {
  "nav.lines": "Nummern",
  "nav.delivery": "Zustellung",
  "lines.number": "Nummer",
  "lines.state": "Zustand",
  "lines.state.free": "Frei",
  "lines.state.rented": "Vermietet",
  "lines.state.resting": "Ruht",
  "lines.left": "noch {span}",
  "lines.slot": "SIM in",
  "lines.no_slot": "keinem Slot",
  "lines.listing": "Angebot",
  "lines.denied": "Ungelesen verworfen",
  "lines.none": "Noch keine Nummer",
  "lines.none.text": "Öffnen Sie einen Slot mit einer SIM und geben Sie ihr ihre Nummer.",
  "delivery.messages": "Empfangen",
  "delivery.waiting": "Wartet hier",
  "delivery.relay": "Beim Relay",
  "delivery.acknowledged": "Bestätigt",
  "delivery.none": "Noch nichts wurde zugestellt",
  "delivery.none.text": "Sobald eine vermietete Nummer eine SMS empfängt, wird hier deren Weg gezeigt.",
};
