// One line of `numberbox sms encode`: a message as JSON to its PDUs.

import { z } from "zod";
import { AppError, type ErrorCode, fromHex, isAppError, toHex, type UnixMs } from "../../base/index.ts";
import { encodeDeliver, encodeStatusReport, encodeSubmit, type Moment, NATIONAL_LANGUAGES } from "../../sms/index.ts";

const octet = z.int().min(0).max(255);
const port = z.int().min(0).max(0xffff);
const time = z.iso.datetime({ offset: true });
const language = z.enum(NATIONAL_LANGUAGES);

const content = {
  smsc: z.string().nullish(),
  body: z.string().optional(),
  body_hex: z.string().optional(),
  encoding: z.enum(["auto", "gsm7", "ucs2", "8bit"]).optional(),
  national: z
    .strictObject({ locking: language.exclude(["spanish"]).optional(), shift: language.optional() })
    .optional(),
  class: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).nullish(),
  pid: octet.optional(),
  ports: z.strictObject({ dst: port, src: port }).nullish(),
  concat_ref: z.int().min(0).max(0xffff).optional(),
  concat_bits: z.union([z.literal(8), z.literal(16)]).optional(),
};

const request = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("deliver"), from: z.string(), sent_at: time.optional(), ...content }),
  z.strictObject({
    type: z.literal("submit"),
    to: z.string(),
    reference: octet.optional(),
    validity_seconds: z.int().positive().optional(),
    status_report_requested: z.boolean().optional(),
    ...content,
  }),
  z.strictObject({
    type: z.literal("status-report"),
    smsc: z.string().nullish(),
    to: z.string(),
    reference: octet,
    sent_at: time.optional(),
    discharged_at: time.optional(),
    status: octet.optional(),
  }),
]);
type Request = z.infer<typeof request>;

export type EncodedLine =
  | { readonly ok: true; readonly pdus: readonly string[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

function parseRequest(line: string): Request {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new AppError("sms.bad_json", "the line is not JSON", { cause, hint: "Give one JSON object per line." });
  }
  const parsed = request.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "message"}: ${issue.message}`);
    throw new AppError("sms.bad_request", problems.join("; "), { hint: "Correct the members named." });
  }
  return parsed.data;
}

/** The moment of an RFC 3339 text with its offset; `now` in UTC where there is none. */
function momentOf(text: string | undefined, now: UnixMs): Moment {
  if (text === undefined) return { unixMs: now, offsetMinutes: 0 };
  const unixMs = Date.parse(text);
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  const distance = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return { unixMs, offsetMinutes: sign === "-" ? 0 - distance : distance };
}

function contentOf(message: Exclude<Request, { type: "status-report" }>) {
  return {
    smsc: message.smsc,
    body: message.body,
    data: message.body_hex === undefined ? undefined : fromHex(message.body_hex),
    encoding: message.encoding,
    national: message.national,
    class: message.class,
    pid: message.pid,
    ports: message.ports ?? undefined,
    concatRef: message.concat_ref,
    concatBits: message.concat_bits,
  };
}

function encodeRequest(message: Request, now: UnixMs): Uint8Array[] {
  switch (message.type) {
    case "deliver":
      return encodeDeliver({ ...contentOf(message), from: message.from, sentAt: momentOf(message.sent_at, now) });
    case "submit":
      return encodeSubmit({
        ...contentOf(message),
        to: message.to,
        reference: message.reference,
        validitySeconds: message.validity_seconds,
        statusReportRequested: message.status_report_requested,
      });
    case "status-report":
      return [
        encodeStatusReport({
          smsc: message.smsc,
          to: message.to,
          reference: message.reference,
          sentAt: momentOf(message.sent_at, now),
          dischargedAt: momentOf(message.discharged_at ?? message.sent_at, now),
          status: message.status ?? 0,
        }),
      ];
  }
}

/** Encodes one JSON line; what is wrong with it comes back as a code and words. `now` stands in for a missing time. */
export function encodeLine(line: string, now: UnixMs): EncodedLine {
  try {
    return { ok: true, pdus: encodeRequest(parseRequest(line), now).map((pdu) => toHex(pdu).toUpperCase()) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}
