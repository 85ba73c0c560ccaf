// Entry of the thread of the sound.

import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { type LogFields, type Logger, messageOf } from "../../base/index.ts";
import { systemClock } from "../../base/system-clock.ts";
import { systemRandom } from "../../base/system-random.ts";
import { UsbTtys } from "../../host/index.ts";
import { createOpenLink } from "../../modem/index.ts";
import type { SoundNews, SoundOrder } from "./messages.ts";
import { SoundHost } from "./sound-host.ts";
import type { ThreadFacts } from "./sound-wire.ts";

/** Of this thread alone, where the system allows it: sound is little work that cannot wait. */
const PRIORITY = -10;

const port = parentPort;
if (port !== null) {
  const post = (news: SoundNews): void => port.postMessage(news);
  const log = loggerOver(post, {});
  try {
    setPriority(PRIORITY);
  } catch (error) {
    log.debug("sound_priority_kept", { reason: messageOf(error) });
  }
  const ttys = new UsbTtys({ ...(workerData as ThreadFacts), log });
  const openLink = createOpenLink({ usb: { ttys, clock: systemClock } });
  const host = new SoundHost({ post, openLink, clock: systemClock, random: systemRandom, log });
  port.on("message", (order: SoundOrder) => {
    const taken = host.take(order);
    // Nothing is open any more: without the port the thread ends by itself.
    if (order.t === "stop") void taken.then(() => port.close());
  });
}

/** Lines go through the box's own log. */
function loggerOver(post: (news: SoundNews) => void, common: LogFields): Logger {
  const say =
    (level: "debug" | "info" | "warn" | "error") =>
    (event: string, fields: LogFields = {}): void =>
      post({ t: "log", level, event, fields: { ...common, ...fields } });
  return {
    ...{ debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") },
    child: (fields) => loggerOver(post, { ...common, ...fields }),
  };
}
