// REST: alerts, the channels that they go to, webhooks, and the events of the past.

import { z } from "zod";
import { unixMs } from "../../base/index.ts";
import type { AlertConsole, DeliveryConsole, EventArchive } from "../../core/index.ts";
import {
  alertChannelsReply,
  alertHistoryReply,
  alertLanguage,
  alertRulesReply,
  alertsReply,
  alertView,
  attemptsReply,
  attemptView,
  boxEvent,
  maintenanceRequest,
  snoozeRequest,
  webhooksReply,
} from "../../protocol/index.ts";
import { eventsPage } from "../shared/api.ts";
import { type Operation, operation } from "./operation.ts";

const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "a whole number")
    .transform(Number)
    .pipe(z.int().min(low).max(high));

const MOST = Number.MAX_SAFE_INTEGER;
const languageQuery = z.strictObject({ language: alertLanguage.optional() });
const historyQuery = languageQuery.extend({ before: whole(0, MOST).optional(), limit: whole(1, 500).default(100) });
const idParams = z.strictObject({ id: z.string().min(1).max(100) });
const tag = "Alerts";

export function alertOperations(alerts: AlertConsole): readonly Operation[] {
  const { language: own } = alerts;
  return [
    operation({
      ...{ method: "get", path: "/alerts", scope: "read", tag, query: languageQuery, reply: alertsReply },
      summary: "Alerts that are up, newest first",
      run: ({ query }) => alerts.active(query.language ?? own),
    }),
    operation({
      ...{ method: "get", path: "/alerts/history", scope: "read", tag, query: historyQuery, reply: alertHistoryReply },
      summary: "Alerts of the past, newest first",
      run: async ({ query: { before = null, limit, language = own } }) => {
        const page = [...(await alerts.history(before, limit, language))];
        return { alerts: page, next: page.length < limit ? null : (page.at(-1)?.raised_at ?? null) };
      },
    }),
    operation({
      ...{ method: "get", path: "/alerts/rules", scope: "read", tag, reply: alertRulesReply },
      summary: "The rules in use, as the configuration has them",
      run: () => ({ rules: [...alerts.rules()] }),
    }),
    operation({
      ...{ method: "put", path: "/alerts/maintenance", scope: "operate", tag, body: maintenanceRequest },
      summary: "Tell nothing of a slot, or of anything, for some minutes",
      run: ({ body }) => alerts.maintain(body.subject, body.minutes),
    }),
    ...stepOperations(alerts),
  ];
}

function stepOperations(alerts: AlertConsole): readonly Operation[] {
  const { language: own } = alerts;
  const common = { scope: "operate", tag, params: idParams, query: languageQuery, reply: alertView } as const;
  return [
    operation({
      ...{ method: "post", path: "/alerts/{id}/acknowledge", ...common },
      ...{ summary: "Say that you know of it: it is not repeated", errors: ["alert.unknown"] },
      run: ({ params, query }) => alerts.acknowledge(params.id, query.language ?? own),
    }),
    operation({
      ...{ method: "post", path: "/alerts/{id}/snooze", ...common, body: snoozeRequest },
      ...{ summary: "Keep quiet about it for some minutes, then tell again", errors: ["alert.unknown"] },
      run: ({ params, query, body }) => alerts.snooze(params.id, body.minutes, query.language ?? own),
    }),
  ];
}

export function deliveryOperations(deliveries: DeliveryConsole): readonly Operation[] {
  const errors = ["notify.unknown_target"];
  return [
    operation({
      ...{ method: "get", path: "/alerts/channels", scope: "read", tag, reply: alertChannelsReply },
      summary: "Channels that alerts go to, and how they do",
      run: () => ({ channels: [...deliveries.channels()] }),
    }),
    operation({
      ...{ method: "post", path: "/alerts/channels/{id}/test", scope: "operate", tag, params: idParams },
      ...{ summary: "Send a test to a channel", reply: attemptView, errors, idempotent: false },
      run: ({ params }) => deliveries.testChannel(params.id),
    }),
    operation({
      ...{ method: "get", path: "/webhooks", scope: "read", tag: "Webhooks", reply: webhooksReply },
      summary: "Webhooks, and how they do",
      run: () => deliveries.webhooks(),
    }),
    operation({
      ...{ method: "post", path: "/webhooks/{id}/test", scope: "operate", tag: "Webhooks", params: idParams },
      ...{ summary: "Send a test to a webhook", reply: attemptView, errors, idempotent: false },
      run: ({ params }) => deliveries.testWebhook(params.id),
    }),
    operation({
      ...{ method: "post", path: "/webhooks/{id}/enable", scope: "operate", tag: "Webhooks", params: idParams },
      ...{ summary: "Use a webhook again that was disabled, or try a failing one at once", errors },
      run: ({ params }) => deliveries.enableWebhook(params.id),
    }),
    operation({
      ...{ method: "get", path: "/webhooks/{id}/attempts", scope: "read", tag: "Webhooks", params: idParams },
      ...{ summary: "The last hundred attempts, newest first", reply: attemptsReply, errors },
      run: ({ params }) => ({ attempts: [...deliveries.attempts(params.id)] }),
    }),
  ];
}

const eventsQuery = z.strictObject({
  before: whole(0, MOST).optional(),
  limit: whole(1, 500).default(100),
  /** This level and graver ones. */
  level: boxEvent.shape.level.default("info"),
  /** What the code begins with. */
  code: z
    .string()
    .regex(/^[a-z_.]{1,64}$/)
    .optional(),
  slot: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/)
    .optional(),
  from: whole(0, MOST).optional(),
  to: whole(0, MOST).optional(),
});

export function eventOperations(archive: Pick<EventArchive, "find">): readonly Operation[] {
  const time = (value: number | undefined) => (value === undefined ? null : unixMs(value));
  return [
    operation({
      ...{ method: "get", path: "/events/history", scope: "read", tag: "Box", query: eventsQuery, reply: eventsPage },
      summary: "What happened, newest first, also before the last restart; by level, code, slot and time",
      run: async ({ query: { before = null, limit, level, code = "", slot = null, from, to } }) => {
        const found = await archive.find({ before, limit, level, code, slot, from: time(from), to: time(to) });
        return { events: [...found], next: found.length < limit ? null : (found.at(-1)?.seq ?? null) };
      },
    }),
  ];
}
