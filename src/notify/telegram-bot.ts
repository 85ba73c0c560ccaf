// A Telegram bot as its owner's program drives it: it writes to chats, and hears what is written to it.

import { Api, GrammyError, HttpError } from "grammy";
import { z } from "zod";
import { AppError, type ErrorCode, isAppError, millis, seconds } from "../base/index.ts";
import type { SendOutcome } from "../core/index.ts";
import { parseWith } from "../protocol/index.ts";

export interface TelegramHeard {
  /** The server forgets it once something behind it was asked for. */
  readonly update: number;
  readonly chat: string;
  readonly text: string;
}

export interface TelegramBot {
  send(chat: string, text: string, signal: AbortSignal): Promise<SendOutcome>;
  /**
   * What was written to the bot behind the update `after`; waits for it up to ten seconds. Rejects with `notify.bad_token` or, retryable,
   * `notify.http_status`, `notify.unreachable`.
   */
  heard(after: number, signal: AbortSignal): Promise<readonly TelegramHeard[]>;
}

export interface TelegramBotDeps {
  readonly token: string;
  /** The Bot API; usually `https://api.telegram.org`. */
  readonly url: string;
}

/** Of the API, in UTF-16 units. */
export const LONGEST_TELEGRAM_TEXT = 4096;
const LIMIT_SECONDS = seconds(15) / 1000;
const WAIT_SECONDS = 10;

const updates = z.array(
  z.object({
    update_id: z.int(),
    message: z.object({ chat: z.object({ id: z.int() }), text: z.string().optional() }).optional(),
  }),
);

/** Throws `notify.bad_token` for what is no token. */
export function telegramBot({ token, url }: TelegramBotDeps): TelegramBot {
  if (!/^\d+:[\w-]{20,}$/.test(token)) {
    throw new AppError("notify.bad_token", "this is no token of a Telegram bot", { hint: "Ask @BotFather for it." });
  }
  const api = new Api(token, { apiRoot: url.replace(/\/+$/, ""), timeoutSeconds: LIMIT_SECONDS });
  return {
    send: async (chat, text, signal) => {
      try {
        const options = { link_preview_options: { is_disabled: true } };
        await api.sendMessage(chat, text.slice(0, LONGEST_TELEGRAM_TEXT), options, abortOf(signal));
        return { kind: "sent", status: 200 };
      } catch (error) {
        return failure(error);
      }
    },
    heard: async (after, signal) => {
      const wanted = { offset: after + 1, timeout: WAIT_SECONDS, allowed_updates: ["message" as const] };
      const found: unknown = await api.getUpdates(wanted, abortOf(signal)).catch((error: unknown) => {
        throw deafness(error);
      });
      const parsed = parseWith(updates, found, "notify.bad_notice", "what Telegram says of the bot");
      return parsed.map(({ update_id: update, message }) => ({
        ...{ update, chat: String(message?.chat.id ?? ""), text: message?.text ?? "" },
      }));
    },
  };
}

type ApiSignal = NonNullable<Parameters<Api["sendMessage"]>[3]>;

/** The library's own type of the same thing, which lacks what came later. */
function abortOf(signal: AbortSignal): ApiSignal {
  return signal as unknown as ApiSignal;
}

type Refused = Extract<SendOutcome, { kind: "retry" }> & { readonly code: ErrorCode };

/** The library's messages can hold the address, and with it the token: only codes leave here. */
function failure(error: unknown): Refused {
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

function deafness(error: unknown): AppError {
  const { code, status } = failure(error);
  if (status === 409) {
    return new AppError("notify.http_status", "another program reads what is written to this bot", {
      hint: "Stop the other one, or make a bot of its own for this.",
      retryable: true,
    });
  }
  const words = status === null ? "Telegram does not answer" : `Telegram refuses to say what the bot hears (${status})`;
  const hint = code === "notify.bad_token" ? "Ask @BotFather for the bot's token." : "It is asked again.";
  return new AppError(code, words, { hint, retryable: code !== "notify.bad_token" });
}
