// The plaintext inside an envelope: one SMS as canonical JSON, or a PDU that could not be decoded, raw. The only place where a
// sender's number and a text are serialised; nothing here puts either into an error.

import { AppError, fromUtf8 } from "../base/index.ts";
import type { CanonicalObject } from "./canonical-json.ts";
import { type CanonicalInput, parseCanonicalInput } from "./canonical-parse.ts";
import { PAD_STEP, paddedJson } from "./padding.ts";
import { Members } from "./payload-members.ts";

/** What every payload says about its way; `listing_id` and `rental_id` are null when the line had no rental. */
interface PayloadOrigin {
  readonly v: 1;
  readonly to: string;
  /** When the box read the message, Unix milliseconds. */
  readonly received_ms: number;
  readonly listing_id: string | null;
  readonly rental_id: string | null;
  readonly seq: number;
}

/** That messages wait elsewhere (3GPP TS 23.040 9.2.3.24.2). */
export interface WaitingPayload {
  /** What waits, such as `voicemail`: 1-32 of a-z 0-9 -. */
  readonly kind: string;
  readonly active: boolean;
  /** How many, or null where only that there are any is told. */
  readonly count: number | null;
}

/** What became of a message that was sent from the line to `from` (3GPP TS 23.040 9.2.2.3). */
export interface ReportPayload {
  /** The number that the modem gave it, 0-255. */
  readonly reference: number;
  /** TP-Status, 0-255. */
  readonly status: number;
  /** `completed`, `trying`, `failed` or `abandoned`. */
  readonly outcome: string;
  readonly discharged_at: string | null;
}

/** `kind` of a message that tells of a call nobody took: the body is empty, `from` is who called, `sent_at` when it began to ring. */
export const MISSED_CALL_KIND = "missed-call";

export interface SmsPayload extends PayloadOrigin {
  readonly type: "sms";
  /** The sender as the network gave it: E.164, national digits or an alphanumeric name; empty for a caller who withheld his number. */
  readonly from: string;
  readonly body: string;
  /** The service centre's time stamp: RFC 3339 with its offset, or null when it is not a date. */
  readonly sent_at: string | null;
  /** How many parts the message has, missing ones included. */
  readonly parts: number;
  /** Numbers of parts that never came, ascending, counting from 1. */
  readonly missing: readonly number[];
  /** Message class (3GPP TS 23.038 section 4), or null. */
  readonly class: 0 | 1 | 2 | 3 | null;
  /** 8-bit user data as hex; `body` is then empty. */
  readonly body_hex?: string;
  /** What the message is besides text, such as `wap-push` or `missed-call`: 1-32 of a-z 0-9 -. */
  readonly kind?: string;
  /** Of kind `mwi`. */
  readonly waiting?: readonly WaitingPayload[];
  /** Of kind `status-report`. */
  readonly report?: ReportPayload;
  /** Id of the incomplete message of the same rental that this one, with its late parts, stands in for. */
  readonly replaces?: string;
}

/** A PDU that could not be decoded: never dropped. */
export interface RawPayload extends PayloadOrigin {
  readonly type: "raw";
  /** The PDU as hex. */
  readonly raw: string;
  /** The decoder's error code. */
  readonly reason: string;
}

/** Plain text of the ecosystem's own tools, which seal without JSON. */
export interface TextPayload {
  readonly type: "text";
  readonly body: string;
}

export type Payload = SmsPayload | RawPayload | TextPayload;

const HEX = /^(?:[0-9a-f]{2})*$/;
const KIND = /^[a-z0-9-]{1,32}$/;
const MESSAGE_ID = /^[0-9a-f]{32}$/;
const REASON = /^[a-z0-9_]+\.[a-z0-9_]+$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/;

function wellFormed(payload: SmsPayload | RawPayload): CanonicalObject {
  const members = Object.entries(payload).filter(([, value]) => value !== undefined);
  // A lone surrogate in a UCS-2 text has no UTF-8 form; U+FFFD shows where it stood.
  return Object.fromEntries(
    members.map(([name, value]) => [name, typeof value === "string" ? value.toWellFormed() : value]),
  );
}

/**
 * Canonical JSON padded to a multiple of `step` bytes. Lone surrogates become U+FFFD. Throws `payload.bad_member` when a member is
 * outside its range, `payload.bad_step`, or `canonical.*`.
 */
export function encodePayload(payload: SmsPayload | RawPayload, step: number = PAD_STEP): Uint8Array {
  const members = wellFormed(payload);
  readPayload(members);
  return paddedJson(members, step);
}

function readOrigin(members: Members): PayloadOrigin {
  const text = (name: string): string => members.text(name);
  return {
    v: 1,
    to: members.text("to"),
    received_ms: members.integer("received_ms", 0),
    listing_id: members.orNull("listing_id", text),
    rental_id: members.orNull("rental_id", text),
    seq: members.integer("seq", 0),
  };
}

function readWaiting(members: Members): WaitingPayload {
  return {
    kind: members.textLike("kind", KIND, "1-32 of a-z 0-9 -"),
    active: members.flag("active"),
    count: members.orNull("count", (name) => members.integer(name, 0)),
  };
}

function readReport(members: Members): ReportPayload {
  return {
    reference: members.integer("reference", 0),
    status: members.integer("status", 0),
    outcome: members.textLike("outcome", KIND, "1-32 of a-z 0-9 -"),
    discharged_at: members.orNull("discharged_at", (name) => dateTime(members, name)),
  };
}

const dateTime = (members: Members, name: string): string =>
  members.textLike(name, DATE_TIME, "an RFC 3339 date and time");

function readSms(members: Members): SmsPayload {
  const parts = members.integer("parts", 1);
  return {
    ...readOrigin(members),
    type: "sms",
    from: members.text("from"),
    body: members.text("body"),
    sent_at: members.orNull("sent_at", (name) => dateTime(members, name)),
    parts,
    missing: members.ascending("missing", parts),
    class: members.orNull("class", (name) => members.messageClass(name)),
    ...(members.has("body_hex") ? { body_hex: members.textLike("body_hex", HEX, "lower-case hex") } : {}),
    ...(members.has("kind") ? { kind: members.textLike("kind", KIND, "1-32 of a-z 0-9 -") } : {}),
    ...(members.has("waiting") ? { waiting: members.each("waiting").map(readWaiting) } : {}),
    ...(members.has("report") ? { report: readReport(members.inner("report")) } : {}),
    ...(members.has("replaces") ? { replaces: members.textLike("replaces", MESSAGE_ID, "a message id") } : {}),
  };
}

function readRaw(members: Members): RawPayload {
  return {
    ...readOrigin(members),
    type: "raw",
    raw: members.textLike("raw", HEX, "lower-case hex"),
    reason: members.textLike("reason", REASON, "an error code"),
  };
}

/** The typed payload of `v: 1` members. Unknown members (`pad`, and what later versions add) are left out. */
function readPayload(object: { readonly [name: string]: unknown }): SmsPayload | RawPayload {
  const members = new Members(object);
  const type = members.text("type");
  if (type === "sms") return readSms(members);
  if (type === "raw") return readRaw(members);
  throw new AppError("payload.bad_type", "the payload is of a type that this version does not know", {
    hint: "Update Numberbox.",
  });
}

function parseObject(text: string): { readonly [name: string]: CanonicalInput } | undefined {
  try {
    const value = parseCanonicalInput(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Not our JSON: a plain text that happens to start with a brace, say.
    return undefined;
  }
}

/**
 * Reads an opened envelope. JSON with a numeric `v` and a `type` is ours; any other UTF-8 text is a plain message of the
 * ecosystem's tools. Throws `payload.bad_version`, `payload.bad_type`, `payload.bad_member` or `base.bad_utf8`.
 */
export function decodePayload(bytes: Uint8Array): Payload {
  const text = fromUtf8(bytes);
  const object = parseObject(text);
  if (object === undefined || typeof object.v !== "number" || typeof object.type !== "string") {
    return { type: "text", body: text };
  }
  if (object.v !== 1) {
    throw new AppError("payload.bad_version", "the payload is of a version that this program does not know", {
      hint: "Update Numberbox.",
      context: { version: object.v },
    });
  }
  return readPayload(object);
}
