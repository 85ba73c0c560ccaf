// Машина под устройством.

import type { Translation } from "../en.ts";

export const ruMachine: Translation = {
  "nav.machine": "Машина",
  "machine.up": "Работает",
  "machine.days": "{days} д {hours} ч",
  "machine.hours": "{hours} ч {minutes} мин",
  "machine.heat": "Температура",
  "machine.memory": "Свободно памяти",
  "machine.disk": "Свободно на диске",
  "machine.mb": "{n} МБ",
  "machine.gb": "{n} ГБ",
  "machine.clock": "Часы",
  "machine.clock.kept": "идут по серверу времени",
  "machine.clock.free": "не сверены: их ничто не подтверждает",
  "machine.addresses": "Как открыть консоль",
  "machine.do": "Что с ней можно сделать",
  "machine.reboot": "Перезапустить",
  "machine.reboot.what": "Около минуты без связи. SMS подождут в сети.",
  "machine.reboot.text": "Устройство пропадёт примерно на минуту; идущие звонки прервутся. SMS подождут в сети.",
  "machine.reboot.asked": "Машина перезапускается. Эта страница вернётся сама.",
  "machine.power_off": "Выключить",
  "machine.power_off.what": "Включить снова сможет только тот, кто рядом.",
  "machine.power_off.text":
    "Машина выключится, и включить её сможет только тот, кто рядом. SMS ждут в сети несколько дней, потом теряются.",
  "machine.power_off.asked": "Машина выключается. Не вынимайте вилку, пока не погаснет её индикатор.",
  "machine.factory_reset": "Сброс к заводским",
  "machine.factory_reset.what": "Удаляет ключи, аренды и сообщения; устройство станет как новое.",
  "machine.factory_reset.text":
    "На этой машине удаляется всё: личность и ключи, линии, аренды, сообщения, настройки, пользователи. Без резервной копии ничего не вернуть. Арендаторы теряют свои номера.",
  "machine.factory_reset.asked":
    "Всё удаляется. После перезапуска устройство снова спросит владельца; новый код — на экране и на карте.",
  "machine.confirm": "Чтобы продолжить, введите {name}",
  "machine.foreign": "Эта машина не принадлежит устройству, поэтому оно её не трогает. Перезапустите её как обычно.",
  "problem.host.bad_opening": "Межсетевой экран не может открыть то, что задано в настройках.",
  "problem.host.not_confirmed": "Это не имя этой машины.",
  "problem.host.not_appliance": "Это устройство не управляет своей машиной.",
  "problem.host.not_allowed": "Система не позволяет этого устройству.",
  "event.host.on_battery": "Нет сети: устройство работает от батареи",
  "event.host.on_mains": "Питание от сети вернулось",
  "event.host.battery_stop": "Выключено: сеть не вернулась",
  "event.host.button_reset": "Сброс кнопкой",
  "event.host.reboot": "Владелец перезапустил машину",
  "event.host.power_off": "Владелец выключил машину",
  "event.host.factory_reset": "Владелец запросил сброс",
};
