// Russian: the reference of REST.

import type { Translation } from "../en.ts";

export const ruApi: Translation = {
  "api.title": "API",
  "api.intro":
    "Всё, что делает эта консоль, проходит через REST. Программа отправляет ваш токен; рядом с каждой операцией указано разрешение, которое нужно токену.",
  "api.document": "Документ OpenAPI",
  "api.search": "Поиск",
  "api.search.help": "Слова из пути, описания или код ошибки",
  "api.found.one": "{n} операция",
  "api.found.few": "{n} операции",
  "api.found.many": "{n} операций",
  "api.found.other": "{n} операции",
  "api.none": "Операций с такими словами нет.",
  "api.open": "все",
  "api.parameters": "Параметры",
  "api.optional": "необязательно",
  "api.body": "Тело",
  "api.answer": "Ответ {status}",
  "api.answer.none": "Без содержимого.",
  "api.refusals": "Отказы",
  "api.curl": "Из командной строки",
  "api.copy": "Копировать",
  "api.copied": "Скопировано.",
  "api.not_copied": "Браузер этого не разрешает.",
  "api.try": "Попробовать",
  "api.tried": "Что устройство отвечает сейчас",
};
