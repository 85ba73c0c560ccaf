// What a renter sees: one JSON object per line for programs, a few calm lines per message for people. Pure.

import { assertNever } from "../base/index.ts";
import { MISSED_CALL_KIND, type Payload, type SmsPayload } from "../envelope/index.ts";
import type { Inbox, InboxEntry } from "./inbox.ts";
import { visibleLine, visibleLines } from "./visible-text.ts";

/** The members that every message line ends with. */
interface LineOrigin {
  readonly received_ms: number;
  /** RFC 3339 in UTC, or null when `received_ms` is beyond what a date can hold. */
  readonly received_at: string | null;
  readonly listing_id: string;
  readonly rental_id: string;
  readonly seq: number | null;
  readonly id: string;
  /** Verify key of the provider who signed it. */
  readonly provider: string;
  readonly verified: true;
}

export interface SmsLine extends LineOrigin {
  readonly type: "sms";
  readonly from: string | null;
  readonly to: string | null;
  readonly body: string;
  readonly sent_at: string | null;
  readonly parts: number;
  readonly missing: readonly number[];
  readonly class: number | null;
  readonly body_hex?: string;
  readonly kind?: string;
  readonly waiting?: SmsPayload["waiting"];
  readonly report?: SmsPayload["report"];
  /** Id of an earlier, incomplete message that this one stands in for. */
  readonly replaces?: string;
  /** Id of a later message that stands in for this incomplete one. */
  readonly superseded_by?: string;
}

/** A PDU that the box could not decode. */
export interface RawLine extends LineOrigin {
  readonly type: "raw";
  readonly to: string;
  readonly raw: string;
  readonly reason: string;
}

/** `seq` numbers of a rental that have not arrived, both ends included. */
export interface GapLine {
  readonly type: "gap";
  readonly rental_id: string;
  readonly from: number;
  readonly to: number;
}

/** A number that an earlier message had; the message itself follows. */
export interface RepeatLine {
  readonly type: "repeat";
  readonly rental_id: string;
  readonly seq: number;
}

export type InboxLine = SmsLine | RawLine | GapLine | RepeatLine;

const MAX_DATE_MS = 8.64e15;

function rfc3339(ms: number): string | null {
  return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms).toISOString() : null;
}

/** A plain text of the ecosystem's tools has no time of its own: the relay's is shown. */
function receivedMs(entry: InboxEntry): number {
  return entry.payload.type === "text" ? entry.message.ts * 1000 : entry.payload.received_ms;
}

function messageLine(entry: InboxEntry, inbox: Inbox): SmsLine | RawLine {
  const { message, seq } = entry;
  const received_ms = receivedMs(entry);
  const origin: LineOrigin = {
    received_ms,
    received_at: rfc3339(received_ms),
    listing_id: message.listing_id,
    rental_id: message.rental_id,
    seq,
    id: message.id,
    provider: message.provider,
    verified: true,
  };
  const line = payloadLine(entry.payload, origin);
  const newer = inbox.supersededBy(entry);
  return line.type === "raw" || newer === undefined ? line : { ...line, superseded_by: newer.message.id };
}

function payloadLine(payload: Payload, origin: LineOrigin): SmsLine | RawLine {
  switch (payload.type) {
    case "raw":
      return { type: "raw", to: payload.to, raw: payload.raw, reason: payload.reason, ...origin };
    case "text": {
      const unknown = { from: null, to: null, sent_at: null, class: null };
      return { type: "sms", ...unknown, body: payload.body, parts: 1, missing: [], ...origin };
    }
    case "sms": {
      const { from, to, body, sent_at, parts, missing, class: messageClass } = payload;
      const { body_hex, kind, waiting, report, replaces } = payload;
      const extra = {
        ...(body_hex === undefined ? {} : { body_hex }),
        ...(kind === undefined ? {} : { kind }),
        ...(waiting === undefined ? {} : { waiting }),
        ...(report === undefined ? {} : { report }),
        ...(replaces === undefined ? {} : { replaces }),
      };
      return { type: "sms", from, to, body, sent_at, parts, missing, class: messageClass, ...extra, ...origin };
    }
    default:
      return assertNever(payload, "payload");
  }
}

/** The lines of one message: what is still missing before it, whether its number repeats another's, then the message. */
export function linesOf(entry: InboxEntry, inbox: Inbox): readonly InboxLine[] {
  const { rental_id } = entry.message;
  const gaps = entry.gap === null ? [] : inbox.missing(rental_id, entry.gap);
  return [
    ...gaps.map(({ from, to }): GapLine => ({ type: "gap", rental_id, from, to })),
    ...(entry.repeats && entry.seq !== null ? [{ type: "repeat", rental_id, seq: entry.seq } as const] : []),
    messageLine(entry, inbox),
  ];
}

/** `2026-01-31 12:00:03`, by the time zone of the machine or the one named (IANA). */
export function localTime(ms: number, timeZone?: string): string {
  if (Math.abs(ms) > MAX_DATE_MS) return "(no valid time)    ";
  const format = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short",
    timeStyle: "medium",
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return format.format(ms);
}

/** Data is shown instead of a text; a message with neither says so, and a missed call has none. */
function bodyLines(line: SmsLine): readonly string[] {
  if (line.body !== "") return visibleLines(line.body);
  if (line.kind === MISSED_CALL_KIND) return [];
  return line.body_hex === undefined && line.report === undefined ? ["(empty)"] : [];
}

const fateOf = (line: SmsLine): string =>
  line.superseded_by === undefined ? "never arrived" : "was missing; a later message stands in for this one";

function reportText({ outcome, status, discharged_at }: NonNullable<SmsLine["report"]>): string {
  return `(message to this number: ${outcome}, status ${status}${discharged_at === null ? "" : `, ${discharged_at}`})`;
}

function notes(line: SmsLine): readonly string[] {
  return [
    ...(line.missing.length > 0 ? [`(part ${line.missing.join(", ")} of ${line.parts} ${fateOf(line)})`] : []),
    ...(line.replaces === undefined ? [] : ["(stands in for an incomplete message: more of it has arrived)"]),
    ...(line.kind === undefined ? [] : [`(${line.kind === MISSED_CALL_KIND ? "missed call" : line.kind})`]),
    ...(line.waiting ?? []).map(({ kind, active, count }) => `(${active ? (count ?? "some") : "no"} ${kind} waiting)`),
    ...(line.report === undefined ? [] : [reportText(line.report)]),
    ...(line.body_hex === undefined ? [] : [`data: ${line.body_hex}`]),
    ...(line.from === null ? ["(sealed without sender and time)"] : []),
  ];
}

/** Text for a terminal, ending with a newline. Nothing of a stranger reaches it unescaped. */
export function humanText(line: InboxLine, timeZone?: string): string {
  switch (line.type) {
    case "gap": {
      const which = line.from === line.to ? `message ${line.from}` : `messages ${line.from} to ${line.to}`;
      return `-- ${which} of rental ${line.rental_id} did not arrive --\n\n`;
    }
    case "repeat":
      return `-- another message ${line.seq} of rental ${line.rental_id} arrived before the next one --\n\n`;
    case "raw": {
      const head = `${localTime(line.received_ms, timeZone)}  ${"(unknown)".padEnd(16)}  to ${visibleLine(line.to)}`;
      return `${head}\n    (could not be decoded: ${line.reason}; raw PDU: ${line.raw})\n\n`;
    }
    case "sms": {
      const from = visibleLine(line.from || "(unknown)").padEnd(16);
      const head = `${localTime(line.received_ms, timeZone)}  ${from}  to ${visibleLine(line.to ?? "(unknown)")}`;
      const body = [...bodyLines(line), ...notes(line)];
      return `${[head, ...body.map((text) => `    ${text}`.trimEnd())].join("\n")}\n\n`;
    }
    default:
      return assertNever(line, "line");
  }
}
