// Sends alerts to Telegram chats by the owner's bot.

import { isAppError } from "../base/index.ts";
import { channelBody, type NoticeSender } from "../core/index.ts";
import { parseJsonWith } from "../protocol/index.ts";
import { telegramBot } from "./telegram-bot.ts";

export interface TelegramSenderDeps {
  /** The bot's token, read anew for each message. */
  readonly token: () => Promise<string>;
  readonly chats: readonly string[];
  /** The Bot API; usually `https://api.telegram.org`. */
  readonly url: string;
}

/** Notices whose delivery to some of several chats is remembered. */
const REMEMBERED = 100;

export function telegramSender({ token, chats, url }: TelegramSenderDeps): NoticeSender {
  /** Chats that have a notice already, while others of the same notice wait. */
  const reached = new Map<string, Set<string>>();
  return {
    send: async ({ id, body }, signal) => {
      try {
        const { title, text } = parseJsonWith(channelBody, body, "notify.bad_notice", "the notice");
        const bot = telegramBot({ token: (await token()).trim(), url });
        const done = reached.get(id) ?? new Set();
        reached.set(id, done);
        for (const chat of chats.filter((each) => !done.has(each))) {
          const outcome = await bot.send(chat, `${title}\n\n${text}`, signal);
          if (outcome.kind !== "sent") {
            if (reached.size > REMEMBERED) reached.delete([...reached.keys()][0] ?? "");
            return outcome;
          }
          done.add(chat);
        }
        reached.delete(id);
        return { kind: "sent", status: 200 };
      } catch (error) {
        const code = isAppError(error) ? error.code : "notify.unexpected";
        return { kind: "retry", code, status: null, after: null };
      }
    },
  };
}
