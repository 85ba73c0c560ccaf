// In Russian: texts of the charts of signal.

import type { Translation } from "../en.ts";

export const ruSignal: Translation = {
  "nav.signal": "Сигнал",
  "signal.title": "Сигнал",
  "signal.span": "Показанный период",
  "signal.hours": "{n} ч",
  "signal.figures": "От {lowest} до {highest} дБм, половину времени выше {median}",
  "signal.silent": "без сигнала {span}",
  "signal.never": "За всё это время сигнала не было",
  "signal.soon": "Устройство снимает показание раз в минуту и хранит сутки. График начнётся со второго.",
  "signal.chart": "Сигнал во времени; стрелки называют каждое показание",
  "signal.table": "По часам",
  "signal.hour": "С",
  "signal.lowest": "Минимум",
  "signal.median": "Медиана",
  "signal.highest": "Максимум",
  "signal.silence": "Без сигнала",
  "signal.all.text": "Последние 24 часа; каждая точка — худшее за 15 минут, всё в одном масштабе от −115 до −50 дБм.",
  "signal.order": "Порядок",
  "signal.order.slot": "По слотам",
  "signal.order.worst": "Сначала худшие",
  "signal.none": "Нет слотов с сигналом",
  "signal.none.text": "Сигнал есть у модемов; шлюзы и телефоны его не сообщают.",
};
