// Alerts, their channels, and webhooks over REST.

import { z } from "zod";

const unixMs = z.int().min(0);
export const alertSeverity = z.enum(["info", "warning", "critical"]);
export const alertLanguage = z.enum(["en", "ru", "es", "de"]);

export const alertView = z.object({
  id: z.string(),
  /** Name of the rule, such as `slot_down`. */
  rule: z.string(),
  /** Slot or part; empty for the box. */
  subject: z.string(),
  /** The subject, where it is a slot. */
  slot: z.string().nullable(),
  severity: alertSeverity,
  raised_at: unixMs,
  cleared_at: unixMs.nullable(),
  /** When the channels were told last; null while they were not, as in quiet hours. */
  told_at: unixMs.nullable(),
  acknowledged_at: unixMs.nullable(),
  snoozed_until: unixMs.nullable(),
  /** It came and went so often that it is over only after a long calm. */
  flapping: z.boolean(),
  /** What was measured, null for what is so or is not so. */
  value: z.number().nullable(),
  /** What is wrong, and what to do, in words. */
  text: z.string(),
  hint: z.string(),
});
export type AlertView = z.infer<typeof alertView>;

export const maintenanceView = z.object({ subject: z.string(), until: unixMs });

/** `GET /api/v1/alerts`: those that are up, newest first. */
export const alertsReply = z.object({
  alerts: z.array(alertView),
  /** Whether only critical alerts are told now. */
  quiet: z.boolean(),
  maintenance: z.array(maintenanceView),
});
export type AlertsReply = z.infer<typeof alertsReply>;

/** `GET …/alerts/history`: newest first. `next`: `before` of the next page, null at the end. */
export const alertHistoryReply = z.object({ alerts: z.array(alertView), next: unixMs.nullable() });

/** `POST …/alerts/{id}/snooze`. */
export const snoozeRequest = z.strictObject({ minutes: z.int().min(1).max(43_200) });
/** `PUT …/alerts/maintenance`: nothing is told of a slot (or of anything, when left out) for so long; 0 ends it. */
export const maintenanceRequest = z.strictObject({
  subject: z.string().max(100).default(""),
  minutes: z.int().min(0).max(43_200),
});

export const alertRuleView = z.object({
  id: z.string(),
  of: z.enum(["slot", "box", "part"]),
  severity: alertSeverity,
  after_ms: z.int(),
  clear_after_ms: z.int(),
  /** Null for once. */
  repeat_ms: z.int().nullable(),
  /** Where a number is bad, and good again; null without a number. */
  limit: z.object({ side: z.enum(["above", "below"]), raise_at: z.number(), clear_at: z.number() }).nullable(),
  ignore: z.array(z.string()),
});
export type AlertRuleView = z.infer<typeof alertRuleView>;
/** `GET …/alerts/rules`: those in use. */
export const alertRulesReply = z.object({ rules: z.array(alertRuleView) });

/** How notices get to a channel or webhook. */
export const deliveryView = z.object({
  /** `disabled`: it failed for too long, or wants no more; nothing is sent until the owner enables it. */
  state: z.enum(["ok", "failing", "disabled"]),
  failing_since: unixMs.nullable(),
  waiting: z.int(),
  /** The last attempt, null before the first. */
  last: z.object({ at: unixMs, result: z.string(), status: z.int().nullable(), duration_ms: z.int() }).nullable(),
});
export type DeliveryView = z.infer<typeof deliveryView>;

export const alertChannelView = deliveryView.extend({
  id: z.string(),
  kind: z.enum(["email", "telegram", "webhook"]),
  /** The mildest alerts that go there; null for none. */
  from_severity: alertSeverity.nullable(),
});
export const alertChannelsReply = z.object({ channels: z.array(alertChannelView) });

export const webhookView = deliveryView.extend({
  id: z.string(),
  /** The host alone: a path can hold a secret. */
  host: z.string(),
  events: z.array(z.string()),
  /** Whether messages of lines that nobody rents go along, sealed. */
  content: z.boolean(),
});
export const webhooksReply = z.object({
  webhooks: z.array(webhookView),
  /** Whether this box keeps its configuration in a file that it may change. */
  editable: z.boolean(),
});

/** `GET …/webhooks/{id}/attempts`: the last hundred, newest first. */
export const attemptView = z.object({
  notice: z.string(),
  type: z.string(),
  at: unixMs,
  /** `sent`, or the code of what went wrong. */
  result: z.string(),
  status: z.int().nullable(),
  duration_ms: z.int(),
});
export type AttemptView = z.infer<typeof attemptView>;
export const attemptsReply = z.object({ attempts: z.array(attemptView) });

/** What a webhook is posted, by the Standard Webhooks specification. */
export const webhookPayload = z.object({
  /** Such as `sms.received`. */
  type: z.string(),
  /** ISO 8601, UTC. */
  timestamp: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type WebhookPayload = z.infer<typeof webhookPayload>;

const hookId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -");
const hookEvents = z.array(z.string().max(64)).max(50);
const hookContent = z.strictObject({ lines: z.array(z.string().max(32)).max(256), seal_to: z.string().max(64) });

/** `POST …/webhooks`: as the section `webhooks` of the configuration has it, which judges it. The box makes the signing key. */
export const webhookRequest = z.strictObject({
  id: hookId,
  url: z.string().max(2000),
  events: hookEvents,
  content: hookContent.optional(),
});
export type WebhookRequest = z.infer<typeof webhookRequest>;

/** `PATCH …/webhooks/{id}`: what is left out stays; `content` null sends metadata only. */
export const webhookPatch = z
  .strictObject({
    url: webhookRequest.shape.url.optional(),
    events: hookEvents.optional(),
    content: hookContent.nullable().optional(),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), "something to change");
export type WebhookPatch = z.infer<typeof webhookPatch>;

/** A webhook with its whole address, for those who may change it. */
export const webhookSettings = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  content: z.object({ lines: z.array(z.string()), seal_to: z.string() }).nullable(),
});
export type WebhookSettings = z.infer<typeof webhookSettings>;

/** A change of the configuration: `POST …/settings/undo` with the revision takes it back. */
export const webhookChanged = z.object({ revision: z.string(), diff: z.string() });
export type WebhookChanged = z.infer<typeof webhookChanged>;
/** The signing key, for the receiver: shown now and never again. */
export const webhookKeyReply = z.object({ secret: z.string() });
export const webhookMadeReply = webhookChanged.extend(webhookKeyReply.shape);
export type WebhookMade = z.infer<typeof webhookMadeReply>;
