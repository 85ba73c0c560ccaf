// Russian: the pool of numbers and delivery.

import type { Translation } from "../en.ts";

export const ruLines: Translation = {
  "nav.lines": "Номера",
  "nav.delivery": "Доставка",
  "lines.number": "Номер",
  "lines.state": "Состояние",
  "lines.state.free": "Свободен",
  "lines.state.rented": "Сдан",
  "lines.state.resting": "На паузе",
  "lines.left": "осталось {span}",
  "lines.slot": "SIM в",
  "lines.no_slot": "нет слота",
  "lines.listing": "Объявление",
  "lines.denied": "Отброшено непрочитанными",
  "lines.none": "Номеров пока нет",
  "lines.none.text": "Откройте слот с SIM и укажите её номер.",
  "delivery.messages": "Получено",
  "delivery.waiting": "Ждут здесь",
  "delivery.relay": "У ретранслятора",
  "delivery.acknowledged": "Подтверждено",
  "delivery.none": "Пока ничего не доставлено",
  "delivery.none.text": "Как только на сданный номер придёт SMS, здесь появится его путь.",
};
