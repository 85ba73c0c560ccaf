// In Russian: another tier for a rental that runs.

import type { Translation } from "../en.ts";

export const ruUpgrade: Translation = {
  "nav.upgrade": "Расширение",
  "upgrade.open": "Расширить",
  "upgrade.title": "Расширить возможности номера",
  "upgrade.now": "Сейчас",
  "upgrade.next": "Станет",
  "upgrade.minute": "Минута звонка",
  "upgrade.gain.sms_only": "Номер принимает SMS.",
  "upgrade.gain.sms_voice_video":
    "На этот номер можно звонить, и с него можно звонить самому: через Linphone или любой SIP-телефон. SMS приходят как прежде.",
  "upgrade.total": "Цена",
  "upgrade.about": "около {price}",
  "upgrade.most": "не больше {price}",
  "upgrade.price":
    "Вы платите разницу за оставшееся время. Устройство провайдера ответит точной ценой, и вы увидите её до оплаты; больше {price} не принимается.",
  "upgrade.same": "Номер, ключ и срок остаются прежними.",
  "upgrade.submit": "Запросить расширение",
  "upgrade.open_order": "Расширение этого номера не завершено",
  "upgrade.none": "Для этого номера больше ничего не предлагается",
  "upgrade.none.text": "Его можно оставить как есть или арендовать другой.",
  "order.what.upgrade": "{tier}, на оставшееся время",
  "order.upgraded": "Расширено",
  "order.upgraded.text": "Теперь номер принимает звонки: настройте телефон в его карточке. SMS приходят как прежде.",
  "problem.market.other_provider": "Это предложение теперь публикует другой провайдер, а не тот, у кого вы арендуете.",
  "hint.market.other_provider": "Не платите, пока не узнаете почему.",
};
