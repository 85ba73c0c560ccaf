// Sends alerts to Telegram chats by the owner's bot.

import { Api, GrammyError, HttpError } from "grammy";
import { isAppError, millis, seconds } from "../base/index.ts";
import { channelBody, type NoticeSender, type SendOutcome } from "../core/index.ts";
import { parseJsonWith } from "../protocol/index.ts";

export interface TelegramSenderDeps {
  /** The bot's token, read anew for each message. */
  readonly token: () => Promise<string>;
  readonly chats: readonly string[];
  /** The Bot API; usually `https://api.telegram.org`. */
  readonly url: string;
}

const LIMIT_SECONDS = seconds(15) / 1000;
/** Of the API. */
const LONGEST_TEXT = 4096;
/** Notices whose delivery to some of several chats is remembered. */
const REMEMBERED = 100;

export function telegramSender({ token, chats, url }: TelegramSenderDeps): NoticeSender {
  /** Chats that have a notice already, while others of the same notice wait. */
  const reached = new Map<string, Set<string>>();
  return {
    send: async ({ id, body }, signal) => {
      try {
        const { title, text } = parseJsonWith(channelBody, body, "notify.bad_notice", "the notice");
        const secret = (await token()).trim();
        if (!/^\d+:[\w-]{20,}$/.test(secret))
          return { kind: "retry", code: "notify.bad_token", status: null, after: null };
        const api = new Api(secret, { apiRoot: url.replace(/\/+$/, ""), timeoutSeconds: LIMIT_SECONDS });
        const done = reached.get(id) ?? new Set();
        reached.set(id, done);
        for (const chat of chats.filter((each) => !done.has(each))) {
          const options = { link_preview_options: { is_disabled: true } };
          await api.sendMessage(chat, `${title}\n\n${text}`.slice(0, LONGEST_TEXT), options, abortOf(signal));
          done.add(chat);
        }
        reached.delete(id);
        return { kind: "sent", status: 200 };
      } catch (error) {
        if (reached.size > REMEMBERED) reached.delete([...reached.keys()][0] ?? "");
        return failure(error);
      }
    },
  };
}

type ApiSignal = NonNullable<Parameters<Api["sendMessage"]>[3]>;

/** The library's own type of the same thing, which lacks what came later. */
function abortOf(signal: AbortSignal): ApiSignal {
  return signal as unknown as ApiSignal;
}

/** The library's messages can hold the address, and with it the token: only codes leave here. */
function failure(error: unknown): SendOutcome {
  if (isAppError(error)) return { kind: "retry", code: error.code, status: null, after: null };
  if (error instanceof GrammyError) {
    const { error_code: status, parameters } = error;
    const after = parameters.retry_after === undefined ? null : millis(parameters.retry_after * 1000);
    const code = status === 401 || status === 404 ? "notify.bad_token" : "notify.http_status";
    return { kind: "retry", code, status, after };
  }
  if (error instanceof HttpError) return { kind: "retry", code: "notify.unreachable", status: null, after: null };
  return { kind: "retry", code: "notify.unexpected", status: null, after: null };
}
