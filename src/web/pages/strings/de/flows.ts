// In German: texts of the flows and of the kept messages.

import type { Translation } from "../en.ts";

export const deFlows: Translation = {
  "nav.flows": "Flows",
  "nav.kept": "Aufbewahrte Nachrichten",
  "flows.title": "Flows",
  "flows.text":
    "Node-RED führt Ihre Flows neben der Box aus, in einem eigenen Prozess: Was immer ein Flow tut, SMS werden angenommen und zugestellt.",
  "flows.open": "Editor öffnen",
  "flows.open.note": "Er öffnet sich in einem neuen Tab und endet mit Ihrer Sitzung.",
  "flows.restart": "Neu starten",
  "flows.restart_safe": "Ohne die Flows neu starten",
  "flows.restart_safe.note":
    "Der Editor öffnet sich und kein Flow läuft: Reparieren Sie den, der den Fehler verursacht hat, und stellen Sie dann bereit.",
  "flows.none.title": "Keine Flows auf dieser Box",
  "flows.none.text":
    "Schalten Sie Node-RED in der Konfiguration ein und starten Sie dann die Box neu. Es braucht etwa 150 MB Arbeitsspeicher.",
  "flows.state": "Zustand",
  "flows.since": "seit {time}",
  "flows.failures": "Fehlschläge in Folge",
  "flows.run": "Betreut von",
  "flows.run.off": "niemandem",
  "flows.run.child": "der Box",
  "flows.run.service": "systemd",
  "flows.state.stopped": "gestoppt",
  "flows.state.starting": "startet",
  "flows.state.running": "läuft",
  "flows.state.ending": "wird beendet",
  "flows.state.waiting": "beendet; startet nach einer Pause wieder",
  "flows.state.silent": "antwortet nicht",
  "flows.safe": "läuft ohne seine Flows, weil es dreimal in Folge fehlgeschlagen ist",
  "kept.title": "Aufbewahrte Nachrichten",
  "kept.text":
    "SMS für Anschlüsse, die niemand mietet, für diese Box versiegelt. Nur die Ihrer eigenen Anschlüsse lassen sich öffnen; jedes Lesen wird bei den Ereignissen vermerkt.",
  "kept.none.title": "Nichts ist aufbewahrt",
  "kept.none.text":
    "Ein Anschluss ist Ihr eigener, wenn in der Konfiguration „own: true“ steht. Dann mietet ihn niemand, und seine Nachrichten sind hier.",
  "kept.from": "von {sender}",
  "kept.copy_code": "{code} kopieren",
  "kept.copy_text": "Text kopieren",
  "kept.copied": "Kopiert",
  "kept.not_copied": "Dieser Browser erlaubt es nicht",
  "kept.raw": "Sie ließ sich nicht dekodieren; ihre Bytes:",
  "kept.missing.one": "{n} Teil fehlt",
  "kept.missing.other": "{n} Teile fehlen",
  "kept.closed.one":
    "{n} Nachricht kam für einen Anschluss, der vermietet ist, oder bevor er Ihrer war. Niemand kann sie hier lesen.",
  "kept.closed.other":
    "{n} Nachrichten kamen für Anschlüsse, die vermietet sind, oder bevor sie Ihre waren. Niemand kann sie hier lesen.",
  "kept.problem": "Sie lässt sich nicht öffnen: {code}",
  "kept.more": "Ältere und neuere",
  "kept.reload": "Erneut nachsehen",
  "event.flows.ready": "Node-RED ist bereit",
  "event.flows.ended": "Node-RED hat sich von selbst beendet; es startet wieder",
  "event.flows.silent": "Node-RED antwortet nicht",
  "event.flows.safe": "Node-RED ist dreimal fehlgeschlagen: Es startet ohne seine Flows",
  "event.flows.not_started": "Node-RED konnte nicht gestartet werden",
  "event.kept.read": "{by} hat {messages} aufbewahrte Nachrichten gelesen",
  "problem.flows.not_running": "Node-RED antwortet nicht.",
  "problem.flows.not_ours": "Auf dieser Box betreut systemd Node-RED.",
  "problem.flows.stopped": "Node-RED ist gestoppt.",
  "problem.kept.unknown": "Die Box bewahrt keine solche Nachricht auf.",
  "problem.rental.own_line": "Dieser Anschluss ist Ihr eigener; niemand mietet ihn.",
};
