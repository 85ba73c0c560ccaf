// In German: texts of the charts of signal.

import type { Translation } from "../en.ts";

export const deSignal: Translation = {
  "nav.signal": "Signal",
  "signal.title": "Signal",
  "signal.span": "Gezeigter Zeitraum",
  "signal.hours": "{n} h",
  "signal.figures": "{lowest} bis {highest} dBm, die halbe Zeit über {median}",
  "signal.silent": "{span} ohne Signal",
  "signal.never": "In dieser ganzen Zeit kein Signal",
  "signal.soon": "Die Box misst einmal je Minute und behält einen Tag. Das Diagramm beginnt mit der zweiten Messung.",
  "signal.chart": "Signal im Verlauf; die Pfeiltasten nennen jede Messung",
  "signal.table": "Stunde für Stunde",
  "signal.hour": "Ab",
  "signal.lowest": "Tiefster",
  "signal.median": "Median",
  "signal.highest": "Höchster",
  "signal.silence": "Kein Signal",
  "signal.all.text":
    "Die letzten 24 Stunden, jeder Punkt der schlechteste Wert aus 15 Minuten, alle im selben Maßstab von −115 bis −50 dBm.",
  "signal.order": "Reihenfolge",
  "signal.order.slot": "Nach Slot",
  "signal.order.worst": "Schlechteste zuerst",
  "signal.none": "Kein Slot mit Signal",
  "signal.none.text": "Modems haben eines; Gateways und Telefone melden keines.",
};
