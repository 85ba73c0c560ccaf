// What a PDU says, ready to be sealed. These values hold text and senders: they live in memory between modem and seal, nowhere else.

import { type ErrorCode, toHex, type UnixMs, unixMs, utf8 } from "../base/index.ts";
import {
  type DeliverPdu,
  decodePdu,
  type MessageWaiting,
  type SmsPdu,
  type StatusClass,
  type StatusReportPdu,
} from "../sms/index.ts";
import type { GroupKey } from "./fingerprints.ts";
import type { IncomingPdu } from "./ports.ts";
import { decodeReceivedText, type ReceivedText } from "./received-text.ts";

export interface SmsContent {
  readonly type: "sms";
  readonly from: string;
  readonly body: string;
  /** 8-bit user data, lower-case hex; null for text. */
  readonly bodyHex: string | null;
  readonly sentAt: string | null;
  readonly receivedAt: UnixMs;
  readonly parts: number;
  readonly missing: readonly number[];
  readonly class: 0 | 1 | 2 | 3 | null;
  /** What it is besides text, such as `wap-push`; null for plain text. */
  readonly kind: string | null;
  /** Of a message waiting indication. */
  readonly waiting: readonly Pick<MessageWaiting, "kind" | "active" | "count">[];
  /** Of a status report; `from` is then whom the message of ours was sent to. */
  readonly report: {
    readonly reference: number;
    readonly status: number;
    readonly outcome: StatusClass;
    readonly dischargedAt: string | null;
  } | null;
}

/** What could not be decoded, or is no message to a phone: delivered as it is, never dropped. */
export interface RawContent {
  readonly type: "raw";
  readonly raw: string;
  readonly reason: ErrorCode;
  readonly receivedAt: UnixMs;
}

export type MessageContent = SmsContent | RawContent;

export type PduSource = Pick<IncomingPdu, "lineId" | "format" | "pdu" | "receivedAt">;

function raw(source: PduSource, reason: ErrorCode): RawContent {
  return { type: "raw", raw: toHex(source.pdu), reason, receivedAt: source.receivedAt };
}

// What a payload may say (envelope/payload.ts). A source that tells a kind or a time in another form loses that, not the message.
const KIND = /^[a-z0-9-]{1,32}$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/;

const onlyLike = (pattern: RegExp, text: string | null): string | null =>
  text !== null && pattern.test(text) ? text : null;

const PLAIN = { waiting: [], report: null } as const;

function contentOfText(source: PduSource): MessageContent {
  let text: ReceivedText;
  try {
    text = decodeReceivedText(source.pdu);
  } catch {
    return raw(source, "intake.bad_text");
  }
  return {
    type: "sms",
    from: text.from,
    body: text.body,
    bodyHex: text.data,
    sentAt: onlyLike(DATE_TIME, text.sentAt),
    receivedAt: source.receivedAt,
    parts: 1,
    missing: [],
    class: null,
    kind: onlyLike(KIND, text.kind),
    ...PLAIN,
  };
}

function decode(source: PduSource): SmsPdu | ErrorCode {
  const result = decodePdu(source.pdu, { smsc: "auto", direction: "mt" });
  return result.ok ? result.pdu : result.error.code;
}

/** What the intake has to know of a message. */
export interface ReadMessage {
  readonly content: MessageContent;
  /** Null where the bytes do not tell. */
  readonly from: string | null;
  /** Where a part belongs; null for a message that is whole by itself, as a text from a source that decodes always is. */
  readonly part: PartPlace | null;
}

export interface PartPlace extends GroupKey {
  readonly part: number;
  /** When the service centre took the part; null when the PDU does not tell. */
  readonly sentAt: UnixMs | null;
}

/** Reads one message in either format. Never throws: what has no content comes back raw with the decoder's code. */
export function readMessage(source: PduSource): ReadMessage {
  if (source.format === "text") {
    const content = contentOfText(source);
    return { content, from: content.type === "sms" ? content.from : null, part: null };
  }
  const pdu = decode(source);
  if (typeof pdu === "string") return { content: raw(source, pdu), from: null, part: null };
  if (pdu.type === "status-report") return { content: contentOfReport(source, pdu), from: null, part: null };
  if (pdu.type !== "deliver") return { content: raw(source, "pdu.not_deliver"), from: null, part: null };
  const from = pdu.from ?? "";
  // Compressed text (TS 23.042) has no reader in the field: the renter gets all bytes rather than a wrong text.
  if (pdu.compressed) return { content: raw(source, "pdu.compressed"), from, part: null };
  return { content: contentOfDeliver(source, pdu), from, part: partOfDeliver(source, pdu) };
}

export const contentOf = (source: PduSource): MessageContent => readMessage(source).content;

function contentOfDeliver({ receivedAt }: PduSource, pdu: DeliverPdu): SmsContent {
  return {
    type: "sms",
    from: pdu.from ?? "",
    body: pdu.body ?? "",
    bodyHex: pdu.data === null ? null : toHex(pdu.data),
    sentAt: pdu.sentAt?.iso ?? null,
    receivedAt,
    parts: 1,
    missing: [],
    class: pdu.class,
    kind: pdu.kind === "text" ? null : pdu.kind,
    waiting: pdu.mwi.map(({ kind, active, count }) => ({ kind, active, count })),
    report: null,
  };
}

function contentOfReport({ receivedAt }: PduSource, pdu: StatusReportPdu): SmsContent {
  const { reference, status, statusClass: outcome, dischargedAt } = pdu;
  return {
    type: "sms",
    from: pdu.to ?? "",
    body: pdu.body ?? "",
    bodyHex: pdu.data === null ? null : toHex(pdu.data),
    sentAt: pdu.sentAt?.iso ?? null,
    receivedAt,
    parts: 1,
    missing: [],
    class: pdu.class,
    kind: "status-report",
    waiting: [],
    report: { reference, status, outcome, dischargedAt: dischargedAt?.iso ?? null },
  };
}

function partOfDeliver({ lineId }: PduSource, { concat, from, sentAt }: DeliverPdu): PartPlace | null {
  if (concat === null || concat.total < 2) return null;
  const { ref, total, part, bits } = concat;
  return { lineId, from: from ?? "", ref, total, bits, part, sentAt: sentAt === null ? null : unixMs(sentAt.unixMs) };
}

/** Joins decoded parts, in the order of parts, into one message. `missing` are the part numbers that never came. */
export function joinContents(contents: readonly SmsContent[], missing: readonly number[]): SmsContent | null {
  const [first] = contents;
  if (first === undefined) return null;
  const binary = contents.some((content) => content.bodyHex !== null);
  return {
    ...first,
    body: contents.map((content) => content.body).join(""),
    bodyHex: binary ? contents.map((content) => content.bodyHex ?? toHex(utf8(content.body))).join("") : null,
    receivedAt: unixMs(Math.max(...contents.map((content) => content.receivedAt))),
    parts: contents.length + missing.length,
    missing,
  };
}

/**
 * When the service centre took the message, Unix milliseconds by whole seconds (TS 23.040 9.2.3.11); 0 when the PDU does not tell. A
 * modem lists messages by storage place, not by arrival: this puts them back in order.
 */
export function sentOrder(pdu: Uint8Array): number {
  const result = decodePdu(pdu, { smsc: "auto", direction: "mt" });
  return result.ok && result.pdu.type === "deliver" ? (result.pdu.sentAt?.unixMs ?? 0) : 0;
}

/** A part as it is sealed under the storage key until the others come. */
export interface OpenedPart {
  readonly hash: string;
  readonly occurrence: number;
  readonly pdu: Uint8Array;
  readonly receivedAt: UnixMs;
}

/**
 * What tells a PDU from all others that the box ever stored: the same bytes may come again when the row that remembers them is gone,
 * and an id must never be given twice.
 */
export function nameOf(pdu: Pick<OpenedPart, "hash" | "occurrence" | "receivedAt">): string {
  return `${pdu.hash}/${pdu.occurrence}/${pdu.receivedAt}`;
}
