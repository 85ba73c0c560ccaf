// Texts of the page of MQTT brokers, in Spanish.

import type { Translation } from "../en.ts";

export const esMqtt: Translation = {
  "nav.mqtt": "MQTT",
  "mqtt.title": "MQTT",
  "mqtt.none": "No hay ningún broker configurado",
  "mqtt.none.text":
    "Indique brokers en la sección mqtt de los ajustes: el equipo les cuenta entonces lo que ocurre, y Home Assistant encuentra allí sus ranuras.",
  "mqtt.state.connecting": "conectando",
  "mqtt.state.online": "conectado",
  "mqtt.state.waiting": "sin conexión",
  "mqtt.state.stopped": "detenido",
  "mqtt.since": "desde {time}",
  "mqtt.root": "Temas",
  "mqtt.discovery": "Home Assistant",
  "mqtt.discovery.off": "sin avisar",
  "mqtt.allow": "Puede pedir",
  "mqtt.allow.none": "nada",
  "mqtt.published": "Confirmados",
  "mqtt.waiting": "En espera",
  "mqtt.waiting.text": "{states} estados, {events} eventos, {replies} respuestas",
  "mqtt.dropped": "Desechados",
  "mqtt.commands": "Órdenes",
  "mqtt.commands.text": "{done} hechas, {failed} fallidas, {refused} rechazadas, {ignored} ignoradas",
  "mqtt.topics": "Temas",
  "mqtt.topic": "Tema",
  "mqtt.direction": "Sentido",
  "mqtt.direction.out": "dice",
  "mqtt.direction.in": "escucha",
  "mqtt.direction.both": "dice y escucha",
  "mqtt.retained": "Se conserva",
  "mqtt.retained.yes": "sí",
  "mqtt.retained.no": "no",
  "mqtt.meaning": "Significado",
  "mqtt.qos": "Todos con QoS 1. {root} es el lugar del equipo en cada broker, indicado arriba.",
};
