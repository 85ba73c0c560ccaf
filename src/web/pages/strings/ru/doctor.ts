// Russian: the doctor's page.

import type { Translation } from "../en.ts";

export const ruDoctor: Translation = {
  "doctor.title": "Диагностика",
  "doctor.run": "Проверить снова",
  "doctor.running": "Проверяем…",
  "doctor.running.text": "База данных читается целиком, и нужно дождаться ответа служб: это может занять минуту.",
  "doctor.copy": "Копировать для поддержки",
  "doctor.copied": "Скопировано. Номеров и текстов SMS там нет.",
  "doctor.not_copied": "Браузер этого не разрешает. «numberbox doctor» выводит то же самое.",
  "doctor.at": "по состоянию на {time}",
  "doctor.verdict.ok": "Всё в порядке",
  "doctor.verdict.warn": "Работает, но есть предупреждения",
  "doctor.verdict.fail": "Есть неисправности",
  "doctor.faults.one": "{n} замечание требует внимания",
  "doctor.faults.few": "{n} замечания требуют внимания",
  "doctor.faults.many": "{n} замечаний требуют внимания",
  "doctor.faults.other": "{n} замечания требуют внимания",
  "doctor.fine.one": "{n} проверка в порядке",
  "doctor.fine.few": "{n} проверки в порядке",
  "doctor.fine.many": "{n} проверок в порядке",
  "doctor.fine.other": "{n} проверки в порядке",
  "doctor.level.warn": "Предупреждение",
  "doctor.level.fail": "Неисправность",
  "doctor.level.ok": "В порядке",
  "doctor.area.box": "Устройство",
  "doctor.area.modems": "Модемы",
  "doctor.area.machine": "Компьютер",
  "doctor.area.services": "Ретранслятор и службы",
  "doctor.area.chain": "Emercoin",
};
