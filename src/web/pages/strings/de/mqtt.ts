// In German: texts of the page of MQTT brokers.

import type { Translation } from "../en.ts";

export const deMqtt: Translation = {
  "nav.mqtt": "MQTT",
  "mqtt.title": "MQTT",
  "mqtt.none": "Kein Broker ist eingerichtet",
  "mqtt.none.text":
    "Tragen Sie Broker im Abschnitt mqtt der Einstellungen ein: Die Box meldet ihnen dann, was geschieht, und Home Assistant findet dort ihre Slots.",
  "mqtt.state.connecting": "verbindet",
  "mqtt.state.online": "verbunden",
  "mqtt.state.waiting": "nicht verbunden",
  "mqtt.state.stopped": "gestoppt",
  "mqtt.since": "seit {time}",
  "mqtt.root": "Topics",
  "mqtt.discovery": "Home Assistant",
  "mqtt.discovery.off": "nicht gemeldet",
  "mqtt.allow": "Darf anfordern",
  "mqtt.allow.none": "nichts",
  "mqtt.published": "Bestätigt",
  "mqtt.waiting": "Wartend",
  "mqtt.waiting.text": "{states} Zustände, {events} Ereignisse, {replies} Antworten",
  "mqtt.dropped": "Verworfen",
  "mqtt.commands": "Befehle",
  "mqtt.commands.text": "{done} ausgeführt, {failed} fehlgeschlagen, {refused} abgelehnt, {ignored} ignoriert",
  "mqtt.topics": "Topics",
  "mqtt.topic": "Topic",
  "mqtt.direction": "Richtung",
  "mqtt.direction.out": "sendet",
  "mqtt.direction.in": "empfängt",
  "mqtt.direction.both": "sendet und empfängt",
  "mqtt.retained": "Aufbewahrt",
  "mqtt.retained.yes": "ja",
  "mqtt.retained.no": "nein",
  "mqtt.meaning": "Bedeutung",
  "mqtt.qos": "Alle mit QoS 1. {root} ist der Platz der Box bei jedem Broker, oben gezeigt.",
};
