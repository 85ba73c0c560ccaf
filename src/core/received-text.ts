// A message from a source that decodes for itself, such as a phone: its content as bytes that name it. The same message handed over
// again must give the same bytes, since the intake tells messages apart by them.

import { z } from "zod";
import { utf8 } from "../base/index.ts";
import { parseJsonWith } from "../protocol/index.ts";

const receivedText = z.strictObject({
  from: z.string(),
  body: z.string(),
  /** Binary content in lower-case hex, null for a text. */
  data: z
    .string()
    .regex(/^(?:[0-9a-f]{2})*$/)
    .nullable(),
  /** When the network took it, ISO 8601 with offset; null when the source does not tell. */
  sentAt: z.string().nullable(),
  /** What it is besides text, such as `mms-notification`; null for plain text. */
  kind: z.string().nullable(),
  /** What tells two equal messages apart and stays the same when one is handed over again: a time of arrival, an id of the SMSC. */
  key: z.string(),
});
export type ReceivedText = z.infer<typeof receivedText>;

/** The bytes for `IncomingPdu.pdu` with format `text`. */
export function encodeReceivedText({ from, body, data, sentAt, kind, key }: ReceivedText): Uint8Array {
  return utf8(JSON.stringify({ from, body, data, sentAt, kind, key }));
}

/** Throws `intake.bad_text` for bytes that `encodeReceivedText` did not make. */
export function decodeReceivedText(bytes: Uint8Array): ReceivedText {
  return parseJsonWith(receivedText, new TextDecoder().decode(bytes), "intake.bad_text", "a received text");
}
