// What REST says of Android phones that serve as slots, and what an owner sends to register one.

import { z } from "zod";
import { problemBody } from "./box.ts";

const unixMs = z.number().int().min(0);
const count = z.number().int().min(0);

export const phoneName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -");

/** `scheme://host:port` and nothing else: a path or a password in it would be shown and logged. */
const originUrl = z
  .url({ protocol: /^https?$/ })
  .max(300)
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && url.pathname === "/" && `${url.search}${url.hash}${url.username}${url.password}` === "";
  }, "http://host:port or https://host:port, without path, user and password");

/** Where the app's own server is, and the name and password that the app shows on its first page. */
export const phoneApiAccess = z.strictObject({
  url: originUrl,
  user: z.string().min(1).max(128),
  password: z.string().min(1).max(256),
});
export type PhoneApiAccess = z.infer<typeof phoneApiAccess>;

export const phoneSimView = z.object({
  /** 1 or 2, as the phone counts. */
  sim: z.number().int().min(1),
  /** The slot that serves it; null for a SIM that is not the box's business. */
  slot: z.string().nullable(),
  operator: z.string().nullable(),
  number: z.string().nullable(),
  iccid: z.string().nullable(),
});
export type PhoneSimView = z.infer<typeof phoneSimView>;

export const phoneView = z.object({
  name: phoneName,
  /** `waiting`: never heard of; `down`: silent for too long. */
  state: z.enum(["waiting", "ready", "down"]),
  since: unixMs,
  problem: problemBody.nullable(),
  warnings: z.array(problemBody),
  model: z.string().nullable(),
  app_version: z.string().nullable(),
  battery: z.object({ percent: z.number().int(), charging: z.boolean() }).nullable(),
  /** What the phone itself is connected by. The app does not tell the strength of the signal. */
  transport: z.enum(["none", "cellular", "wifi", "ethernet", "other"]).nullable(),
  technology: z.string().nullable(),
  sims: z.array(phoneSimView),
  /** Address of the app's own server; null when the box only listens. */
  api: z.string().nullable(),
  /** Where the phone sends to, without the secret part. */
  box_url: z.string(),
  /** Whether a signed message of the phone has ever come. */
  paired: z.boolean(),
  last_seen: unixMs.nullable(),
  received: count,
  duplicates: count,
  /** Requests with a wrong signature or time, or content that the box does not understand. */
  refused: count,
});
export type PhoneView = z.infer<typeof phoneView>;

/** `POST /api/v1/phones`. */
export const addPhoneRequest = z.strictObject({
  name: phoneName,
  api: phoneApiAccess.optional(),
  /** How the phone reaches the box; without it, the way this request did. */
  box_url: originUrl.optional(),
});
export type AddPhoneRequest = z.infer<typeof addPhoneRequest>;

/** `PATCH /api/v1/phones/{name}`. */
export const changePhoneRequest = z
  .strictObject({ name: phoneName.optional(), api: phoneApiAccess.nullable().optional() })
  .refine((change) => Object.keys(change).length > 0, "name or api");
export type ChangePhoneRequest = z.infer<typeof changePhoneRequest>;

/** `POST /api/v1/phone-join/{secret}`, sent by the phone's own browser: the server is where the request comes from. */
export const joinPhoneRequest = z.strictObject({
  port: z.int().min(1).max(65_535).default(8080),
  user: phoneApiAccess.shape.user,
  password: phoneApiAccess.shape.password,
});
export type JoinPhoneRequest = z.infer<typeof joinPhoneRequest>;

/** The answer to `POST /api/v1/phones`: the only time that the keys are told. */
export const phoneInvitation = z.object({
  phone: phoneView,
  /** For every event that the app shall report. */
  webhook_url: z.string(),
  signing_key: z.string(),
  /** A page of the box for the phone's browser; good for an hour and until the phone is paired. */
  join_url: z.string(),
  /** `join_url` as a QR code: rows of `1` (dark) and `0`, with its quiet zone. */
  qr: z.array(z.string().regex(/^[01]+$/)),
});
export type PhoneInvitation = z.infer<typeof phoneInvitation>;

export const phonesReply = z.object({ phones: z.array(phoneView) });

/** What a phone's webhook is told; the app looks at the status alone. */
export const phoneWebhookReply = z.object({ status: z.enum(["stored", "duplicate", "ignored"]) });
export type PhoneWebhookReply = z.infer<typeof phoneWebhookReply>;
