// Sends notices to a webhook.

import { type CryptoSuite, isAppError, type UnixMs, utf8 } from "../base/index.ts";
import type { NoticeSender } from "../core/index.ts";
import { httpPost } from "./http-post.ts";
import { signWebhook, webhookKeys } from "./webhook-signature.ts";

export interface WebhookSenderDeps {
  readonly url: string;
  /** The secret's file, read anew for each notice so that it can be changed; null for a webhook that is not signed. */
  readonly secret: (() => Promise<string>) | null;
  readonly suite: Pick<CryptoSuite, "hmacSha256">;
  readonly now: () => UnixMs;
  readonly version: string;
}

export function webhookSender({ url, secret, suite, now, version }: WebhookSenderDeps): NoticeSender {
  return {
    send: async ({ id, body: text }, signal) => {
      const body = utf8(text);
      try {
        const keys = secret === null ? null : webhookKeys(await secret());
        const timestamp = Math.floor(now() / 1000);
        const unsigned = { "webhook-id": id, "webhook-timestamp": String(timestamp) };
        const signed = keys === null ? unsigned : signWebhook(suite, keys, { id, timestamp, body });
        const headers = { ...signed, "content-type": "application/json", "user-agent": `Numberbox/${version}` };
        return await httpPost({ url, headers, body }, now, signal);
      } catch (error) {
        if (!isAppError(error)) throw error;
        return { kind: "retry", code: error.code, status: null, after: null };
      }
    },
  };
}
