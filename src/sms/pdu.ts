// What a decoded PDU looks like. Names follow our product; each member says where TS 23.040 defines it.

import type { ErrorCode } from "../base/index.ts";
import type { LockingLanguage, NationalLanguage } from "./gsm7-alphabet.ts";

export type Encoding = "gsm7" | "ucs2" | "8bit";
export type MessageClass = 0 | 1 | 2 | 3;

/** Type of number, TS 23.040 9.1.2.5. */
export type AddressType =
  | "unknown"
  | "international"
  | "national"
  | "network"
  | "subscriber"
  | "alphanumeric"
  | "abbreviated"
  | "reserved";

/** A moment with the local time zone it was stated in (9.2.3.11). */
export interface Timestamp {
  readonly unixMs: number;
  /** Local time minus UTC in minutes, a multiple of 15. */
  readonly offsetMinutes: number;
  /** RFC 3339 with offset, whole seconds. */
  readonly iso: string;
}

/** Place of this PDU in a concatenated message (9.2.3.24.1, 9.2.3.24.8). */
export interface Concat {
  readonly ref: number;
  /** 1-255. */
  readonly total: number;
  /** 1-`total`. */
  readonly part: number;
  /** Width of `ref`. References of different width never belong together. */
  readonly bits: 8 | 16;
}

/** Application port addressing (9.2.3.24.3, 9.2.3.24.4). */
export interface Ports {
  readonly dst: number;
  readonly src: number;
}

/** One information element of the user data header (9.2.3.24). */
export interface HeaderElement {
  readonly iei: number;
  readonly data: Uint8Array;
}

/** A message waiting indication (TS 23.038 4, TS 23.040 9.2.3.24.2). */
export interface MessageWaiting {
  readonly kind: "voicemail" | "fax" | "email" | "other" | "video";
  readonly active: boolean;
  /** Messages that wait; null where only their presence is told (data coding scheme). */
  readonly count: number | null;
  /** Whether the PDU asks to be kept as a message besides setting the indicator. */
  readonly store: boolean;
}

/**
 * What the message is for: `text` to be read; `mwi` sets a message waiting indicator; `type0` must be acknowledged and discarded;
 * `wap-push` and `mms-notification` carry WSP; `sim-download` and `device-control` are addressed to the SIM and the modem;
 * `data` is any other binary; `status` is a status report.
 */
export type MessageKind =
  | "text"
  | "data"
  | "wap-push"
  | "mms-notification"
  | "type0"
  | "mwi"
  | "sim-download"
  | "device-control"
  | "status";

/** Something odd that did not prevent decoding. Code words are API: never renamed. */
export type PduWarning =
  | "address_digits"
  | "address_type"
  | "compressed"
  | "dcs_reserved"
  | "message_type_reserved"
  | "national_language_unknown"
  | "status_reserved"
  | "timestamp_digits"
  | "timestamp_invalid"
  | "trailing_octets"
  | "udh_element_ignored"
  | "udh_malformed"
  | "ucs2_odd_length"
  | "undefined_character"
  | "user_data_too_long"
  | "validity_invalid";

/** How long the service centre keeps trying (9.2.3.12). */
export type Validity =
  | { readonly kind: "relative"; readonly seconds: number }
  | { readonly kind: "absolute"; readonly until: Timestamp };

/** What the user data and its coding say; the same in all three message types. */
export interface UserContent {
  readonly encoding: Encoding;
  /** Text. Null for 8-bit and for compressed data. A lone surrogate is kept, so that joined parts join their pair. */
  readonly body: string | null;
  /** The octets after the header, for 8-bit and for compressed data; else null. */
  readonly data: Uint8Array | null;
  readonly class: MessageClass | null;
  /** TS 23.042 compression: reported, not undone. */
  readonly compressed: boolean;
  /** The user data header without its length octet, upper-case hex; null without header. */
  readonly udh: string | null;
  readonly elements: readonly HeaderElement[];
  readonly concat: Concat | null;
  readonly ports: Ports | null;
  /** Languages whose tables were used; null for the default tables. */
  readonly national: { readonly locking: LockingLanguage | null; readonly shift: NationalLanguage | null };
  readonly mwi: readonly MessageWaiting[];
}

interface PduBase extends UserContent {
  /** Service centre address; null when the PDU has none. */
  readonly smsc: string | null;
  readonly addressType: AddressType;
  readonly kind: MessageKind;
  readonly warnings: readonly PduWarning[];
}

/** SMS-DELIVER, 9.2.2.1. */
export interface DeliverPdu extends PduBase {
  readonly type: "deliver";
  /** Originating address: `+` and digits when international, text when alphanumeric; null when empty. */
  readonly from: string | null;
  readonly pid: number;
  readonly dcs: number;
  /** Service centre time stamp; null when it names no date. */
  readonly sentAt: Timestamp | null;
  readonly moreMessages: boolean;
  readonly replyPath: boolean;
  readonly statusReportIndication: boolean;
  /** 1-7 when the PID asks to replace an earlier message of the same type, sender and service centre (9.2.3.9). */
  readonly replaceType: number | null;
}

/** SMS-SUBMIT, 9.2.2.2. */
export interface SubmitPdu extends PduBase {
  readonly type: "submit";
  /** Destination address, as `from` of a deliver. */
  readonly to: string | null;
  readonly reference: number;
  readonly pid: number;
  readonly dcs: number;
  readonly validity: Validity | null;
  readonly rejectDuplicates: boolean;
  readonly replyPath: boolean;
  readonly statusReportRequested: boolean;
  readonly replaceType: number | null;
}

/** Meaning of a TP-Status, in the four groups of 9.2.3.15. */
export type StatusClass = "completed" | "trying" | "failed" | "abandoned";

/** SMS-STATUS-REPORT, 9.2.2.3. */
export interface StatusReportPdu extends PduBase {
  readonly type: "status-report";
  /** Recipient of the message that this reports on, as `from` of a deliver. */
  readonly to: string | null;
  readonly reference: number;
  readonly sentAt: Timestamp | null;
  /** When the message was delivered, or last tried. */
  readonly dischargedAt: Timestamp | null;
  readonly status: number;
  readonly statusClass: StatusClass;
  readonly statusText: string;
  readonly moreMessages: boolean;
  /** True when the report answers an SMS-COMMAND rather than an SMS-SUBMIT. */
  readonly forCommand: boolean;
  /** Null when the report carries none. */
  readonly pid: number | null;
  readonly dcs: number | null;
}

export type SmsPdu = DeliverPdu | SubmitPdu | StatusReportPdu;

export interface DecodeOptions {
  /** Whether the input starts with the service centre address, as `AT+CMGR` and `AT+CMGL` give it. Default `auto`. */
  readonly smsc?: "auto" | "yes" | "no";
  /** `mt`: from the network; `mo`: to the network. Default `auto`: deliver, submit and status report by message type alone. */
  readonly direction?: "auto" | "mt" | "mo";
}

export interface DecodeFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The input as upper-case hex; the text itself when it was not hex. */
  readonly raw: string;
}

export type DecodeResult =
  | { readonly ok: true; readonly pdu: SmsPdu }
  | { readonly ok: false; readonly error: DecodeFailure };
