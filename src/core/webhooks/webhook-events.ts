// What webhooks hear of, pure: which of the box's doings become events, and which hook wants which.

import { type UnixMs, unixMs } from "../../base/index.ts";
import type { BoxEvent, SmsView, WebhookPayload } from "../../protocol/index.ts";
import type { NamePublication } from "../chain/name-publication.ts";
import type { Notice } from "../notices/index.ts";

export interface WebhookEvent {
  /** The same for a repetition, also after a restart. Without a dot: it ends there in what is signed. */
  readonly id: string;
  readonly type: string;
  readonly at: UnixMs;
  readonly data: WebhookPayload["data"];
}

/** Groups of the box's own events that are sent as they are. */
const GROUPS: readonly string[] = [
  "slot",
  "sim",
  "line",
  "rental",
  "payment",
  "proofs",
  "relay",
  "intake",
  "alert",
  "phone",
];

/** Metadata alone: neither text nor sender are in a view of an SMS. */
export function smsEvent({ id, at, line, slot, rental, seq }: SmsView): WebhookEvent {
  return { id: `sms-${id}`, type: "sms.received", at: unixMs(at), data: { id, line, slot, rental, seq } };
}

/** Null for what is nobody's business but the owner's, such as commands of an expert. */
export function boxEventOf({ seq, at, code, level, slot, line, details }: BoxEvent): WebhookEvent | null {
  if (!GROUPS.includes(code.split(".")[0] ?? "") || code === "slot.at_command") return null;
  return { id: `event-${seq}`, type: code, at: unixMs(at), data: { ...details, level, slot, line } };
}

export function publicationEvent({ id, state, wish, txid, confirmations, changedAt }: NamePublication): WebhookEvent {
  const data = { id, state, name: wish.name, purpose: wish.purpose, operation: wish.operation, txid, confirmations };
  return { id: `chain-${id}-${state}`, type: `chain.${state}`, at: changedAt, data };
}

/** `*`, a whole type, or a group such as `slot.*`. */
export function wants(patterns: readonly string[], type: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === "*" || pattern === type || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1))),
  );
}

export function payloadOf({ type, at, data }: Pick<WebhookEvent, "type" | "at" | "data">): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data } satisfies WebhookPayload);
}

export interface Webhook {
  readonly id: string;
  readonly events: readonly string[];
}

export const webhookTarget = (id: string): string => `webhook:${id}`;

export function noticesFor(event: WebhookEvent, hooks: readonly Webhook[]): readonly Notice[] {
  return hooks
    .filter(({ events }) => wants(events, event.type))
    .map(({ id }) => ({
      ...{ id: event.id, target: webhookTarget(id), type: event.type, at: event.at },
      body: payloadOf(event),
    }));
}
