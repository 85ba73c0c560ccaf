// Russian: the flows and the kept messages.

import type { Translation } from "../en.ts";

export const ruFlows: Translation = {
  "nav.flows": "Потоки",
  "nav.kept": "Сохранённые сообщения",
  "flows.title": "Потоки",
  "flows.text":
    "Node-RED выполняет ваши потоки рядом с устройством, в отдельном процессе: что бы ни делал поток, SMS принимаются и доставляются.",
  "flows.open": "Открыть редактор",
  "flows.open.note": "Откроется в новой вкладке и закроется вместе с вашим сеансом.",
  "flows.restart": "Перезапустить",
  "flows.restart_safe": "Перезапустить без потоков",
  "flows.restart_safe.note":
    "Редактор откроется, но потоки работать не будут: исправьте тот, что вызвал сбой, и разверните снова.",
  "flows.none.title": "На этом устройстве нет потоков",
  "flows.none.text": "Включите Node-RED в конфигурации и перезапустите устройство. Он занимает около 150 МБ памяти.",
  "flows.state": "Состояние",
  "flows.since": "с {time}",
  "flows.failures": "Сбоев подряд",
  "flows.run": "Кто следит",
  "flows.run.off": "никто",
  "flows.run.child": "устройство",
  "flows.run.service": "systemd",
  "flows.state.stopped": "остановлен",
  "flows.state.starting": "запускается",
  "flows.state.running": "работает",
  "flows.state.ending": "завершается",
  "flows.state.waiting": "завершился; запустится снова после паузы",
  "flows.state.silent": "не отвечает",
  "flows.safe": "работает без потоков, потому что три раза подряд произошёл сбой",
  "kept.title": "Сохранённые сообщения",
  "kept.text":
    "SMS для линий, которые никто не арендует, запечатанные для этого устройства. Открыть можно только сообщения ваших собственных линий; каждое чтение отмечается в событиях.",
  "kept.none.title": "Ничего не сохранено",
  "kept.none.text":
    "Линия становится вашей собственной с «own: true» в конфигурации. Тогда её никто не арендует, а её сообщения появляются здесь.",
  "kept.from": "от {sender}",
  "kept.copy_code": "Копировать {code}",
  "kept.copy_text": "Копировать текст",
  "kept.copied": "Скопировано",
  "kept.not_copied": "Браузер этого не разрешает",
  "kept.raw": "Не удалось декодировать; байты сообщения:",
  "kept.missing.one": "не хватает {n} части",
  "kept.missing.few": "не хватает {n} частей",
  "kept.missing.many": "не хватает {n} частей",
  "kept.missing.other": "не хватает {n} части",
  "kept.closed.one":
    "{n} сообщение пришло на сданную линию или до того, как она стала вашей. Прочитать его здесь никто не может.",
  "kept.closed.few":
    "{n} сообщения пришли на сданные линии или до того, как они стали вашими. Прочитать их здесь никто не может.",
  "kept.closed.many":
    "{n} сообщений пришло на сданные линии или до того, как они стали вашими. Прочитать их здесь никто не может.",
  "kept.closed.other":
    "{n} сообщения пришло на сданные линии или до того, как они стали вашими. Прочитать их здесь никто не может.",
  "kept.problem": "Не удаётся открыть: {code}",
  "kept.more": "Более ранние и новые",
  "kept.reload": "Проверить снова",
  "event.flows.ready": "Node-RED готов",
  "event.flows.ended": "Node-RED завершился сам; он запускается снова",
  "event.flows.silent": "Node-RED не отвечает",
  "event.flows.safe": "Три сбоя Node-RED: он запускается без потоков",
  "problem.flows.not_running": "Node-RED не отвечает.",
  "problem.flows.not_ours": "На этом устройстве за Node-RED следит systemd.",
  "problem.flows.stopped": "Node-RED остановлен.",
  "problem.kept.unknown": "Такого сообщения на устройстве нет.",
  "problem.rental.own_line": "Это ваша собственная линия; её никто не арендует.",
};
