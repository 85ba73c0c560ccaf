// In Russian: rented numbers and their phone accounts.

import type { Translation } from "../en.ts";

export const ruRentals: Translation = {
  "rentals.title": "Мои номера",
  "rentals.none": "Номеров пока нет",
  "rentals.none.text": "Арендованный номер появится здесь вместе с оставшимся временем.",
  "rentals.left": "осталось {span}",
  "rentals.ended": "аренда закончилась {date}",
  "rentals.soon": "Скоро закончится",
  "rentals.unreadable": "(не читается)",
  "rentals.copy": "Копировать номер",
  "rentals.number_copied": "Номер скопирован.",
  "rentals.messages.one": "{n} сообщение",
  "rentals.messages.few": "{n} сообщения",
  "rentals.messages.many": "{n} сообщений",
  "rentals.messages.other": "{n} сообщения",
  "rentals.renew": "Продлить",
  "rentals.again": "Арендовать снова",
  "rentals.gaps": "Не пришли: {list}",
  "rentals.gaps.none": "Пришли все сообщения до последнего.",
  "rentals.details": "Подробнее",
  "rentals.id": "Аренда",
  "rentals.listing": "Предложение",
  "rentals.provider": "Ключ провайдера",
  "rentals.begun": "Начало",
  "rentals.until": "До",
  "rentals.credit": "Оплачено SMS",
  "rentals.credit.none": "без ограничений",
  "rentals.phone": "Настроить телефон",
  "rentals.past": "Завершённые",
  "rentals.orders": "Заказы в работе",
  "rentals.order.open": "Продолжить",
  "phone.title": "Учётная запись телефона",
  "phone.text": "С Linphone или любым SIP-телефоном вы можете принимать звонки на этот номер и звонить с него.",
  "phone.linphone": "Сохранить для Linphone",
  "phone.linphone.text":
    "В Linphone: помощник, «fetch remote configuration», и укажите этот файл. В нём пароль: потом удалите файл.",
  "phone.qr": "QR-код имени учётной записи",
  "phone.qr.text":
    "В этом коде только имя учётной записи. Сканеру Linphone нужен адрес файла, а такой файл не должен раздавать никто, кроме вас.",
  "phone.settings": "Или введите вручную",
  "phone.scope.some":
    "Звук шифруется между вашим телефоном и устройством провайдера. За ним телефонная сеть, которая не шифруется никогда.",
  "phone.scope.none": "Звук не шифруется: любой на этом пути может слушать.",
  "phone.scope.relay":
    "Телефоны регистрируются у ретранслятора: он узнаёт, когда и как долго вы говорите, но не что вы говорите.",
};
