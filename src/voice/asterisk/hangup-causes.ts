// Why a call is over, in the words of SIP (RFC 3261), of the telephone network (ITU-T Q.850), and ours.

import type { EndCause } from "../../core/index.ts";

/** What a phone's refusal or end means. Where SIP said something, it says it better than its translation to Q.850. */
const BY_STATUS: Readonly<Record<number, EndCause>> = {
  403: "declined",
  404: "unreachable",
  408: "no_answer",
  410: "unreachable",
  480: "no_answer",
  486: "busy",
  487: "cancelled",
  488: "failed",
  600: "busy",
  603: "declined",
  604: "unreachable",
  606: "failed",
  607: "declined",
};

const BY_Q850: Readonly<Record<number, EndCause>> = {
  1: "unreachable",
  2: "unreachable",
  3: "unreachable",
  16: "hung_up",
  17: "busy",
  18: "no_answer",
  19: "no_answer",
  20: "unreachable",
  21: "declined",
  22: "unreachable",
  26: "cancelled",
  27: "unreachable",
  28: "unreachable",
  34: "congested",
  38: "congested",
  41: "congested",
  42: "congested",
};

/** Of a phone that was rung and is gone. 16 before an answer is a phone that was told to stop. */
export function causeOfRefusal(q850: number, sip: number | null): EndCause {
  const told = sip === null ? undefined : BY_STATUS[sip];
  if (told !== undefined) return told;
  if (sip !== null && sip >= 500) return "congested";
  const cause = BY_Q850[q850] ?? "failed";
  return cause === "hung_up" ? "no_answer" : cause;
}

/** Asterisk ends a call without RTP by itself: "requested channel not available". */
const RTP_TIMEOUT = 44;

/** Of a phone that dialled and is gone before it was answered, or before it knew. */
export function causeOfAbandoning(q850: number): EndCause {
  if (q850 === RTP_TIMEOUT) return "media_timeout";
  return q850 === 16 || q850 === 0 || q850 === 26 || q850 === 127 ? "cancelled" : (BY_Q850[q850] ?? "failed");
}

/** Of a phone that spoke and is gone. */
export function causeOfEnd(q850: number): EndCause {
  if (q850 === RTP_TIMEOUT) return "media_timeout";
  return q850 >= 34 && q850 !== 127 ? (BY_Q850[q850] ?? "failed") : "hung_up";
}

/** Q.850 by which Asterisk makes the SIP status that tells the phone why (in parentheses what it becomes before the answer). */
export function q850Of(cause: EndCause): number {
  return CODES[cause];
}

/** Another phone took the call: phones show no missed call. */
export const ANSWERED_ELSEWHERE = 26;

const CODES: Readonly<Record<EndCause, number>> = {
  // After the answer all of them are a BYE; the code stands in its Reason header (RFC 3326).
  hung_up: 16,
  cancelled: 16,
  // 486
  busy: 17,
  line_busy: 17,
  // 403
  declined: 21,
  blocked: 21,
  no_credit: 21,
  max_call: 21,
  day_limit: 21,
  // 480
  no_answer: 19,
  not_registered: 20,
  // 404
  unreachable: 1,
  no_rental: 1,
  // 503
  congested: 34,
  modem_lost: 42,
  gateway_lost: 42,
  stopped: 42,
  media_timeout: 44,
  // 500
  failed: 38,
};
