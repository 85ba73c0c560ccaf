// Texts of the flows and of the kept messages, in Spanish.

import type { Translation } from "../en.ts";

export const esFlows: Translation = {
  "nav.flows": "Flujos",
  "nav.kept": "Mensajes guardados",
  "flows.title": "Flujos",
  "flows.text":
    "Node-RED ejecuta sus flujos junto al equipo, en un proceso propio: haga lo que haga un flujo, los SMS se reciben y se entregan.",
  "flows.open": "Abrir el editor",
  "flows.open.note": "Se abre en una pestaña nueva y termina con su sesión.",
  "flows.restart": "Reiniciar",
  "flows.restart_safe": "Reiniciar sin los flujos",
  "flows.restart_safe.note":
    "El editor se abre y no se ejecuta ningún flujo: corrija el que lo averió y vuelva a desplegar.",
  "flows.none.title": "No hay flujos en este equipo",
  "flows.none.text":
    "Active Node-RED en la configuración y reinicie el equipo. Ocupa unos 150 MB de memoria.",
  "flows.state": "Estado",
  "flows.since": "desde {time}",
  "flows.failures": "Fallos seguidos",
  "flows.run": "A cargo de",
  "flows.run.off": "nadie",
  "flows.run.child": "el equipo",
  "flows.run.service": "systemd",
  "flows.state.stopped": "detenido",
  "flows.state.starting": "iniciando",
  "flows.state.running": "en marcha",
  "flows.state.ending": "terminando",
  "flows.state.waiting": "terminado; se inicia de nuevo tras una pausa",
  "flows.state.silent": "no responde",
  "flows.safe": "en marcha sin sus flujos, porque ha fallado tres veces seguidas",
  "kept.title": "Mensajes guardados",
  "kept.text":
    "SMS de líneas que nadie alquila, sellados para este equipo. Solo se pueden abrir los de las líneas propias; cada lectura se anota en los eventos.",
  "kept.none.title": "No hay nada guardado",
  "kept.none.text":
    "Una línea es propia con `own: true` en la configuración. Entonces nadie la alquila y sus mensajes están aquí.",
  "kept.from": "de {sender}",
  "kept.copy_code": "Copiar {code}",
  "kept.copy_text": "Copiar el texto",
  "kept.copied": "Copiado",
  "kept.not_copied": "Este navegador no lo permite",
  "kept.raw": "No se ha podido descodificar; sus bytes:",
  "kept.missing.one": "falta {n} parte",
  "kept.missing.other": "faltan {n} partes",
  "kept.closed.one":
    "{n} mensaje llegó para una línea alquilada, o antes de que fuera propia. Nadie puede leerlo aquí.",
  "kept.closed.other":
    "{n} mensajes llegaron para líneas alquiladas, o antes de que fueran propias. Nadie puede leerlos aquí.",
  "kept.problem": "No se puede abrir: {code}",
  "kept.more": "Anteriores y más recientes",
  "kept.reload": "Mirar de nuevo",
  "event.flows.ready": "Node-RED está listo",
  "event.flows.ended": "Node-RED ha terminado por sí solo; se inicia de nuevo",
  "event.flows.silent": "Node-RED no responde",
  "event.flows.safe": "Node-RED ha fallado tres veces: se inicia sin sus flujos",
  "event.flows.not_started": "No se ha podido iniciar Node-RED",
  "event.kept.read": "{by} ha leído {messages} mensajes guardados",
  "problem.flows.not_running": "Node-RED no responde.",
  "problem.flows.not_ours": "En este equipo, systemd se encarga de Node-RED.",
  "problem.flows.stopped": "Node-RED está detenido.",
  "problem.kept.unknown": "El equipo no guarda ese mensaje.",
  "problem.rental.own_line": "Esta línea es propia; nadie la alquila.",
};
