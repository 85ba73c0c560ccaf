// Encodes SMS-DELIVER, SMS-SUBMIT and SMS-STATUS-REPORT (TS 23.040 9.2.2), each with its service centre address in front.

import { AppError, concatBytes } from "../base/index.ts";
import { encodeAddress, encodeServiceCentre } from "./address.ts";
import { codingOctet } from "./dcs.ts";
import type { MessageClass } from "./pdu.ts";
import { type ContentOptions, encodeContent } from "./segment.ts";
import { encodeTimestamp, type Moment } from "./timestamp.ts";
import { encodeRelativeValidity } from "./validity.ts";

interface MessageOptions extends ContentOptions {
  /** Service centre number; default none. */
  readonly smsc?: string | null | undefined;
  readonly class?: MessageClass | null | undefined;
  /** TP-Protocol-Identifier, 0-255; default 0. */
  readonly pid?: number | undefined;
}

export interface DeliverOptions extends MessageOptions {
  /** A number (`+` when international), a name of up to 11 septets, or "". */
  readonly from: string;
  readonly sentAt: Moment;
}

export interface SubmitOptions extends MessageOptions {
  readonly to: string;
  /** TP-Message-Reference of the first part, 0-255; each further part counts up. Default 0. */
  readonly reference?: number | undefined;
  /** 1 second to 63 weeks, rounded up to what the field can say; default none. */
  readonly validitySeconds?: number | undefined;
  readonly statusReportRequested?: boolean | undefined;
}

export interface StatusReportOptions {
  readonly smsc?: string | null | undefined;
  readonly to: string;
  /** Reference of the message reported on, 0-255. */
  readonly reference: number;
  readonly sentAt: Moment;
  readonly dischargedAt: Moment;
  /** TP-Status, 0-255; 0 is "received". */
  readonly status: number;
}

const TYPE_DELIVER = 0x00;
const TYPE_SUBMIT = 0x01;
const TYPE_STATUS_REPORT = 0x02;
const NO_MORE_MESSAGES = 0x04;
const RELATIVE_VALIDITY = 0x10;
const STATUS_REPORT_REQUEST = 0x20;
const HEADER_INDICATOR = 0x40;

function octet(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 255) {
    throw new AppError("pdu.bad_value", `the ${what} lies in 0-255`, {
      hint: `Correct the ${what}.`,
      context: { value },
    });
  }
  return value;
}

/** The PDUs of a message to a phone, one per part. Throws `pdu.bad_address`, `pdu.bad_content`, `pdu.bad_timestamp`, `pdu.bad_value`. */
export function encodeDeliver(options: DeliverOptions): Uint8Array[] {
  const smsc = encodeServiceCentre(options.smsc ?? null);
  const from = encodeAddress(options.from);
  const pid = octet(options.pid ?? 0, "pid");
  const sentAt = encodeTimestamp(options.sentAt);
  return encodeContent(options).map(({ encoding, hasHeader, octets }) => {
    const first = TYPE_DELIVER | NO_MORE_MESSAGES | (hasHeader ? HEADER_INDICATOR : 0);
    const coding = Uint8Array.of(pid, codingOctet(encoding, options.class ?? null));
    return concatBytes(smsc, Uint8Array.of(first), from, coding, sentAt, octets);
  });
}

/** The PDUs of a message from a phone, one per part. Throws as `encodeDeliver`, and `pdu.bad_validity`. */
export function encodeSubmit(options: SubmitOptions): Uint8Array[] {
  const { validitySeconds, statusReportRequested = false } = options;
  const smsc = encodeServiceCentre(options.smsc ?? null);
  const to = encodeAddress(options.to);
  const pid = octet(options.pid ?? 0, "pid");
  const reference = octet(options.reference ?? 0, "reference");
  const validity = validitySeconds === undefined ? [] : [encodeRelativeValidity(validitySeconds)];
  return encodeContent(options).map(({ encoding, hasHeader, octets }, index) => {
    const first =
      TYPE_SUBMIT |
      (validity.length > 0 ? RELATIVE_VALIDITY : 0) |
      (statusReportRequested ? STATUS_REPORT_REQUEST : 0) |
      (hasHeader ? HEADER_INDICATOR : 0);
    const head = Uint8Array.of(first, (reference + index) % 256);
    const coding = Uint8Array.of(pid, codingOctet(encoding, options.class ?? null), ...validity);
    return concatBytes(smsc, head, to, coding, octets);
  });
}

/** The PDU of a status report. Throws `pdu.bad_address`, `pdu.bad_timestamp`, `pdu.bad_value`. */
export function encodeStatusReport(options: StatusReportOptions): Uint8Array {
  return concatBytes(
    encodeServiceCentre(options.smsc ?? null),
    Uint8Array.of(TYPE_STATUS_REPORT | NO_MORE_MESSAGES, octet(options.reference, "reference")),
    encodeAddress(options.to),
    encodeTimestamp(options.sentAt),
    encodeTimestamp(options.dischargedAt),
    Uint8Array.of(octet(options.status, "status")),
  );
}
