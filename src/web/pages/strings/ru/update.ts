// Texts of updates of the system, in Russian.

import type { Translation } from "../en.ts";

export const ruUpdate: Translation = {
  "nav.update": "Обновление",
  "update.now": "Эта система",
  "update.version": "Версия",
  "update.half": "Половина карты",
  "update.unsupported":
    "Это устройство работает не с образа Numberbox, поэтому консоль его не обновляет. Обновляйте так же, как устанавливали.",
  "update.percent": "{n} %",
  "update.phase.downloading": "Загружается {version}",
  "update.phase.checking": "Проверяется пакет",
  "update.phase.installing": "Записывается {version}",
  "update.phase.installed": "{version} готова к запуску",
  "update.phase.restarting": "Перезапуск в {version}",
  "update.phase.trying": "{version} проходит проверку",
  "update.steady": "Всё работает. Если так будет минуту, система останется.",
  "update.waits": "Ещё не вернулось: {what}. Через десять минут устройство само вернётся к прежней системе.",
  "update.wait.store": "хранилище сообщений",
  "update.wait.relay": "ретранслятор",
  "update.wait.network": "сеть хотя бы для одного модема",
  "update.serves_on": "SMS и звонки тем временем идут как обычно.",
  "update.restart": "Запустить новую систему",
  "update.restart.text":
    "Устройство пропадёт примерно на минуту; SMS подождут в сети. Если что-то из работающего сейчас не вернётся, прежняя система запустится сама.",
  "update.channel": "Выпуски",
  "update.check": "Проверить сейчас",
  "update.no_channel": "Канал не задан. Укажите его в разделе «Настройки», «Обновления» или принесите пакет сами.",
  "update.asked": "проверено {date}",
  "update.not_asked": "Ещё не проверялось.",
  "update.newest": "Ничего новее этому устройству не предлагается.",
  "update.offer": "Версия {version}",
  "update.install": "Установить",
  "update.by_hand": "Принести пакет",
  "update.by_hand.text":
    "Подписанный файл .raucb с этого устройства или с USB-накопителя в устройстве. Чужая подпись, другое железо или более старая версия отклоняются.",
  "update.pick": "Выбрать пакет",
  "update.bring": "Передать и установить",
  "update.history": "Что было сделано",
  "update.from": "С версии",
  "update.when": "Когда",
  "update.result": "Итог",
  "update.result.confirmed": "оставлена",
  "update.result.rolled_back": "возврат",
  "update.result.failed": "не удалось",
};
