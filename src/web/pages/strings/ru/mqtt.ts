// Russian: the page of MQTT brokers.

import type { Translation } from "../en.ts";

export const ruMqtt: Translation = {
  "nav.mqtt": "MQTT",
  "mqtt.title": "MQTT",
  "mqtt.none": "Брокер не настроен",
  "mqtt.none.text":
    "Укажите брокеров в разделе mqtt настроек: устройство будет сообщать им о событиях, а Home Assistant найдёт там его слоты.",
  "mqtt.state.connecting": "подключается",
  "mqtt.state.online": "подключён",
  "mqtt.state.waiting": "не подключён",
  "mqtt.state.stopped": "остановлен",
  "mqtt.since": "с {time}",
  "mqtt.root": "Топики",
  "mqtt.discovery": "Home Assistant",
  "mqtt.discovery.off": "не оповещается",
  "mqtt.allow": "Может запрашивать",
  "mqtt.allow.none": "ничего",
  "mqtt.published": "Подтверждено",
  "mqtt.waiting": "Ожидает",
  "mqtt.waiting.text": "состояний: {states}, событий: {events}, ответов: {replies}",
  "mqtt.dropped": "Отброшено",
  "mqtt.commands": "Команды",
  "mqtt.commands.text": "выполнено: {done}, с ошибкой: {failed}, отклонено: {refused}, пропущено: {ignored}",
  "mqtt.topics": "Топики",
  "mqtt.topic": "Топик",
  "mqtt.direction": "Направление",
  "mqtt.direction.out": "сообщает",
  "mqtt.direction.in": "принимает",
  "mqtt.direction.both": "сообщает и принимает",
  "mqtt.retained": "Хранится",
  "mqtt.retained.yes": "да",
  "mqtt.retained.no": "нет",
  "mqtt.meaning": "Значение",
  "mqtt.qos": "Всё с QoS 1. {root} — место устройства у каждого брокера, показанное выше.",
};
