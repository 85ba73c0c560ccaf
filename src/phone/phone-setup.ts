// Makes the app report to the box, by its own server: webhooks, signing key, ping. Done again whenever something of it is missing.

import { isAppError, type Logger } from "../base/index.ts";
import type { PhoneApi, RegisteredWebhook } from "./phone-api.ts";
import { PHONE_INTERVAL } from "./phone-facts.ts";
import type { PhoneRecord } from "./phone-records.ts";
import { WANTED_EVENTS } from "./webhook-event.ts";

/** Where the web server takes webhooks, below the box's own URL. */
export const WEBHOOK_PATH = "api/v1/phone-webhook";

export function webhookUrl(record: Pick<PhoneRecord, "boxUrl" | "secret">): string {
  return `${record.boxUrl}/${WEBHOOK_PATH}/${record.secret}`;
}

/** Ids of our own, so that setting up twice replaces and another program's webhooks stay. A renamed phone keeps them. */
export function wantedWebhooks(
  record: Pick<PhoneRecord, "boxUrl" | "secret" | "createdAt">,
): readonly RegisteredWebhook[] {
  const url = webhookUrl(record);
  const prefix = `numberbox-${record.createdAt.toString(36)}`;
  return WANTED_EVENTS.map((event) => ({ id: `${prefix}-${event.replaceAll(":", "-")}`, url, event }));
}

/** Errors: those of `PhoneApi`. Events that this version of the app does not know are done without, SMS are not. */
export async function setUpPhone(api: PhoneApi, record: PhoneRecord, log: Logger): Promise<void> {
  await api.configure(record.signingKey, PHONE_INTERVAL);
  const present = await api.webhooks();
  for (const webhook of wantedWebhooks(record)) {
    if (present.some(({ id, url, event }) => id === webhook.id && url === webhook.url && event === webhook.event))
      continue;
    try {
      await api.putWebhook(webhook);
    } catch (error) {
      if (webhook.event === "sms:received" || !isAppError(error) || error.retryable) throw error;
      log.debug("phone_event_refused", { on: webhook.event, reason: error.code });
    }
  }
}

/** Takes our webhooks away, so that a phone which left does not try for days. */
export async function releasePhone(api: PhoneApi, record: PhoneRecord): Promise<void> {
  for (const { id } of wantedWebhooks(record)) await api.deleteWebhook(id);
}
