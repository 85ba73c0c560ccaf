// The app's webhook events, parsed. Members were renamed over time (`phoneNumber` became `sender`): both are read.

import { z } from "zod";
import { AppError, fromBase64url, fromUtf8, toHex } from "../base/index.ts";
import { parseJsonWith, parseWith } from "../protocol/index.ts";
import { healthBody, type PhoneHealth, type PhoneSim, readHealth, readSims, simCards } from "./health.ts";
import { type PhoneMessage, parsePhoneTime } from "./phone-message.ts";

export type PhoneEvent =
  | { readonly type: "message"; readonly message: PhoneMessage }
  | { readonly type: "ping"; readonly health: PhoneHealth | null }
  | { readonly type: "started"; readonly sims: readonly PhoneSim[] }
  /** About what the phone sends, or of a later version of the app. */
  | { readonly type: "other" };

/** What the box asks the app to report. `mms:downloaded` is asked for too: the notice alone tells nothing. */
export const WANTED_EVENTS = [
  "sms:received",
  "sms:data-received",
  "mms:received",
  "mms:downloaded",
  "system:ping",
  "app:started",
] as const;

const frame = z.object({ id: z.string().min(1).max(128), event: z.string().max(64), payload: z.unknown() });

const MAX_TEXT = 100_000;
const text = z.string().max(MAX_TEXT);
const origin = z.object({
  sender: z.string().max(64).nullish(),
  /** Until version 1.51 of the app. */
  phoneNumber: z.string().max(64).nullish(),
  recipient: z.string().max(64).nullish(),
  simNumber: z.int().min(0).max(8).nullish(),
  receivedAt: z.string().max(40).nullish(),
});
const smsPayload = origin.extend({ message: text });
const dataPayload = origin.extend({ data: text });
const mmsPayload = origin.extend({ subject: text.nullish(), transactionId: z.string().max(128).nullish() });
const mmsContentPayload = origin.extend({ subject: text.nullish(), body: text.nullish() });
// A sign of life counts, also when what it tells makes no sense.
const pingPayload = z.object({ health: healthBody.nullish().catch(null) }).catch({});
const startedPayload = z.object({ simCards: simCards.catch([]) }).catch({ simCards: [] });

const CODE = "phone.bad_payload";

function originOf(from: z.infer<typeof origin>, eventId: string) {
  return {
    sim: from.simNumber || null,
    recipient: from.recipient || null,
    from: from.sender ?? from.phoneNumber ?? "",
    sentAt: parsePhoneTime(from.receivedAt ?? ""),
    eventId,
  };
}

function hexOf(base64: string): string {
  try {
    return toHex(fromBase64url(base64.replace(/\s/g, "")));
  } catch (cause) {
    throw new AppError(CODE, "the event's data are not base64", { cause });
  }
}

function messageOf(event: string, payload: unknown, id: string): PhoneMessage | null {
  const parse = <T>(schema: z.ZodType<T>): T => parseWith(schema, payload, CODE, `The ${event} event`);
  switch (event) {
    case "sms:received": {
      const sms = parse(smsPayload);
      return { ...originOf(sms, id), body: sms.message, data: null, kind: null };
    }
    case "sms:data-received": {
      const sms = parse(dataPayload);
      return { ...originOf(sms, id), body: "", data: hexOf(sms.data), kind: "data" };
    }
    case "mms:received": {
      const mms = parse(mmsPayload);
      // Its time is the phone's, and two notices may share it: the transaction names it.
      const named = mms.transactionId ? { eventId: `mms:${mms.transactionId}`, sentAt: null } : {};
      return { ...originOf(mms, id), ...named, body: mms.subject ?? "", data: null, kind: "mms-notification" };
    }
    case "mms:downloaded": {
      const mms = parse(mmsContentPayload);
      // Pictures stay on the phone: an envelope holds text.
      const body = [mms.subject, mms.body].filter((part) => part).join("\n");
      return { ...originOf(mms, id), body, data: null, kind: "mms" };
    }
    default:
      return null;
  }
}

/** Errors: `phone.bad_payload`, which names members at fault and never a value. */
export function parseWebhookEvent(body: Uint8Array): PhoneEvent {
  const { id, event, payload } = parseJsonWith(frame, textOf(body), CODE, "The event");
  const message = messageOf(event, payload, id);
  if (message !== null) return { type: "message", message };
  if (event === "system:ping") {
    const { health } = parseWith(pingPayload, payload, CODE, "The ping");
    return { type: "ping", health: health == null ? null : readHealth(health) };
  }
  if (event === "app:started") {
    return { type: "started", sims: readSims(parseWith(startedPayload, payload, CODE, "The start").simCards) };
  }
  return { type: "other" };
}

function textOf(body: Uint8Array): string {
  try {
    return fromUtf8(body);
  } catch (cause) {
    throw new AppError(CODE, "the event is not UTF-8", { cause });
  }
}
