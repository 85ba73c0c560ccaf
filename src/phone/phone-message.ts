// A message as a phone tells it, and the bytes that name it for the intake.

import { type UnixMs, unixMs } from "../base/index.ts";
import { encodeReceivedText } from "../core/index.ts";

export interface PhoneMessage {
  /** 1 or 2; null when the phone does not tell, which some Android versions never do. */
  readonly sim: number | null;
  /** The SIM's own number, as the phone knows it. */
  readonly recipient: string | null;
  readonly from: string;
  readonly body: string;
  /** Octets of a binary SMS in lower-case hex. */
  readonly data: string | null;
  readonly kind: string | null;
  /** The service centre's time stamp; null when the phone tells none. */
  readonly sentAt: UnixMs | null;
  /** Names the message among others when it has no time of its own. */
  readonly eventId: string;
}

// Some phones keep 0 or the SIM's power-on time instead of the service centre's stamp: that names nothing. No GSM network had SMS before.
const EARLIEST = Date.UTC(1995, 0, 1);
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d):?(\d\d)?$/;

/** Reads the app's times: ISO 8601, whose offset old Android versions write without its colon. Null for anything else. */
export function parsePhoneTime(text: string): UnixMs | null {
  const [whole, local, zone = "", zoneMinutes = "00"] = TIME.exec(text) ?? [];
  if (whole === undefined) return null;
  const at = Date.parse(`${local}${zone}${zone === "Z" ? "" : `:${zoneMinutes}`}`);
  return Number.isNaN(at) || at < EARLIEST ? null : unixMs(at);
}

/**
 * The message's bytes for `IncomingPdu.pdu` in the format `text`. The app tells the same SMS twice under two ids (its issues 288, 291,
 * 301, 310, 372), so that a message is named by what its sender and service centre made it: sender, content and time. Two equal
 * texts at two times are two messages (its issue 394). The time is written in UTC: a phone that changes its time zone tells the same
 * SMS with another offset. Which SIM it came on stands in the line, hence not here: a phone may tell that only sometimes.
 */
export function messageBytes(message: PhoneMessage): Uint8Array {
  const { from, body, data, kind, sentAt, eventId } = message;
  return encodeReceivedText({
    ...{ from, body, data, kind },
    sentAt: sentAt === null ? null : new Date(sentAt).toISOString(),
    key: sentAt === null ? `event:${eventId}` : `at:${sentAt}`,
  });
}
