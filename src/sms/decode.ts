// Decodes SMS-DELIVER, SMS-SUBMIT and SMS-STATUS-REPORT (TS 23.040 9.2.2). Total: any input gives a PDU or a coded failure.

import { readAddress, readServiceCentre } from "./address.ts";
import { Cursor } from "./cursor.ts";
import { codingScheme } from "./dcs.ts";
import { parseHex, upperHex } from "./hex.ts";
import type {
  DecodeFailure,
  DecodeOptions,
  DecodeResult,
  DeliverPdu,
  MessageKind,
  SmsPdu,
  StatusReportPdu,
  SubmitPdu,
  UserContent,
} from "./pdu.ts";
import { statusMeaning } from "./status.ts";
import { readTimestamp } from "./timestamp.ts";
import { NO_CONTENT, readUserData } from "./user-data.ts";
import { readValidity } from "./validity.ts";
import { dataKind } from "./wsp.ts";

// No field of a TPDU can make it longer: every length octet at its maximum, with the longest service centre address.
const MAX_OCTETS = 300;
const PID_TYPE_0 = 0x40;
const PID_REPLACE_FIRST = 0x41;
const PID_REPLACE_LAST = 0x47;
// 9.2.3.9: ANSI-136 R-DATA, ME data download, ME de-personalisation; then (U)SIM data download.
const PID_DEVICE_FIRST = 0x7c;
const PID_SIM_DOWNLOAD = 0x7f;

type Attempt = { readonly pdu: SmsPdu } | { readonly failure: Omit<DecodeFailure, "raw"> };

function kindOf(pid: number, content: UserContent): MessageKind {
  if (pid === PID_TYPE_0) return "type0";
  if (pid === PID_SIM_DOWNLOAD) return "sim-download";
  if (pid >= PID_DEVICE_FIRST && pid < PID_SIM_DOWNLOAD) return "device-control";
  if (content.mwi.length > 0) return "mwi";
  if (content.data !== null) return content.compressed ? "data" : dataKind(content.data, content.ports);
  return "text";
}

const replaceTypeOf = (pid: number): number | null =>
  pid >= PID_REPLACE_FIRST && pid <= PID_REPLACE_LAST ? pid - PID_TYPE_0 : null;

const bit = (octet: number, position: number): boolean => ((octet >> position) & 1) === 1;

function readDeliver(cursor: Cursor, smsc: string | null, first: number): DeliverPdu {
  const from = readAddress(cursor, "originating address");
  const pid = cursor.octet("protocol identifier");
  const dcs = cursor.octet("data coding scheme");
  const sentAt = readTimestamp(cursor, "service centre time stamp");
  const content = readUserData(cursor, codingScheme(dcs), bit(first, 6));
  return {
    type: "deliver",
    smsc,
    from: from.text,
    addressType: from.type,
    pid,
    dcs,
    sentAt,
    kind: kindOf(pid, content),
    ...content,
    moreMessages: !bit(first, 2),
    statusReportIndication: bit(first, 5),
    replyPath: bit(first, 7),
    replaceType: replaceTypeOf(pid),
    warnings: cursor.warnings,
  };
}

function readSubmit(cursor: Cursor, smsc: string | null, first: number): SubmitPdu {
  const reference = cursor.octet("message reference");
  const to = readAddress(cursor, "destination address");
  const pid = cursor.octet("protocol identifier");
  const dcs = cursor.octet("data coding scheme");
  const validity = readValidity(cursor, (first >> 3) & 3);
  const content = readUserData(cursor, codingScheme(dcs), bit(first, 6));
  return {
    type: "submit",
    smsc,
    to: to.text,
    addressType: to.type,
    reference,
    pid,
    dcs,
    validity,
    kind: kindOf(pid, content),
    ...content,
    rejectDuplicates: bit(first, 2),
    statusReportRequested: bit(first, 5),
    replyPath: bit(first, 7),
    replaceType: replaceTypeOf(pid),
    warnings: cursor.warnings,
  };
}

interface ReportTail {
  readonly pid: number | null;
  readonly dcs: number | null;
  readonly content: UserContent;
}

/** The optional fields that TP-Parameter-Indicator announces (9.2.3.27); bit 7 announces one more indicator octet. */
function readReportTail(cursor: Cursor, hasHeader: boolean): ReportTail {
  if (cursor.left === 0 || cursor.onlyPaddingLeft) return { pid: null, dcs: null, content: NO_CONTENT };
  const indicator = cursor.octet("parameter indicator");
  let extension = indicator;
  while (bit(extension, 7)) extension = cursor.octet("parameter indicator");
  const pid = bit(indicator, 0) ? cursor.octet("protocol identifier") : null;
  const dcs = bit(indicator, 1) ? cursor.octet("data coding scheme") : null;
  const content = bit(indicator, 2) ? readUserData(cursor, codingScheme(dcs ?? 0), hasHeader) : NO_CONTENT;
  return { pid, dcs, content };
}

function readStatusReport(cursor: Cursor, smsc: string | null, first: number): StatusReportPdu {
  const reference = cursor.octet("message reference");
  const to = readAddress(cursor, "recipient address");
  const sentAt = readTimestamp(cursor, "service centre time stamp");
  const dischargedAt = readTimestamp(cursor, "discharge time");
  const status = cursor.octet("status");
  const meaning = statusMeaning(status);
  if (meaning.reserved) cursor.warn("status_reserved");
  const { content, pid, dcs } = readReportTail(cursor, bit(first, 6));
  return {
    type: "status-report",
    smsc,
    to: to.text,
    addressType: to.type,
    reference,
    sentAt,
    dischargedAt,
    status,
    statusClass: meaning.class,
    statusText: meaning.text,
    pid,
    dcs,
    kind: "status",
    ...content,
    moreMessages: !bit(first, 2),
    forCommand: bit(first, 5),
    warnings: cursor.warnings,
  };
}

type Direction = NonNullable<DecodeOptions["direction"]>;

// 9.2.3.1: what a type means depends on the direction. In these, it is a report on a delivery or submission, a command, or reserved.
const UNSUPPORTED: Readonly<Record<Direction, readonly number[]>> = { auto: [], mt: [1], mo: [0, 2, 3] };

function readTpdu(cursor: Cursor, smsc: string | null, direction: Direction): SmsPdu {
  const first = cursor.octet("first octet");
  const messageType = first & 3;
  if (UNSUPPORTED[direction].includes(messageType)) {
    cursor.fail(
      "pdu.unsupported_type",
      `message type ${messageType} in direction ${direction} is no deliver, submit or status report`,
    );
  }
  if (messageType === 1) return readSubmit(cursor, smsc, first);
  if (messageType === 2) return readStatusReport(cursor, smsc, first);
  // A reserved type is processed as a deliver (9.2.3.1).
  if (messageType === 3) cursor.warn("message_type_reserved");
  return readDeliver(cursor, smsc, first);
}

function attempt(octets: Uint8Array, hasSmsc: boolean, direction: Direction): Attempt {
  const cursor = new Cursor(octets);
  const smsc = hasSmsc ? readServiceCentre(cursor) : null;
  const pdu = readTpdu(cursor, smsc, direction);
  if (cursor.left > 0) cursor.warn("trailing_octets");
  return cursor.failure === null ? { pdu } : { failure: cursor.failure };
}

const oddities = (result: Attempt): number => ("pdu" in result ? result.pdu.warnings.length : Number.POSITIVE_INFINITY);

/** Whether the octets may be a TPDU without service centre address: one whose address has no address type is something else cut off. */
const isSound = (bare: Attempt): boolean => !("pdu" in bare && bare.pdu.warnings.includes("address_type"));

/**
 * Reads the octets both ways and prefers the reading with fewer oddities, in doubt the one with a service centre. When both fail, the
 * failure of the bare reading is told where the other did not even find a service centre.
 */
function attemptBoth(octets: Uint8Array, direction: Direction): Attempt {
  const withSmsc = attempt(octets, true, direction);
  if (oddities(withSmsc) === 0) return withSmsc;
  const bare = attempt(octets, false, direction);
  const noSmsc = "failure" in withSmsc && withSmsc.failure.code === "pdu.bad_smsc";
  return isSound(bare) && (noSmsc || oddities(bare) < oddities(withSmsc)) ? bare : withSmsc;
}

function decodeOctets(octets: Uint8Array, options: DecodeOptions): Attempt {
  if (octets.length > MAX_OCTETS) {
    return {
      failure: { code: "pdu.too_long", message: `the PDU has ${octets.length} octets, more than ${MAX_OCTETS}` },
    };
  }
  const { smsc = "auto", direction = "auto" } = options;
  // The PDU keeps views on its octets: a copy, so that the caller may reuse its buffer.
  const own = new Uint8Array(octets);
  return smsc === "auto" ? attemptBoth(own, direction) : attempt(own, smsc === "yes", direction);
}

/**
 * Decodes a PDU given as octets, or as hex text in either case with blanks anywhere. Never throws.
 * Failure codes: `pdu.not_hex`, `pdu.too_long`, `pdu.truncated`, `pdu.bad_smsc`, `pdu.bad_address`, `pdu.bad_udh`,
 * `pdu.unsupported_type`.
 */
export function decodePdu(input: string | Uint8Array, options: DecodeOptions = {}): DecodeResult {
  const octets = typeof input === "string" ? parseHex(input) : input;
  if (octets === null) {
    const message = "the input is not hex: an odd number of digits, or another character";
    return { ok: false, error: { code: "pdu.not_hex", message, raw: String(input) } };
  }
  const result = decodeOctets(octets, options);
  if ("pdu" in result) return { ok: true, pdu: result.pdu };
  return { ok: false, error: { ...result.failure, raw: upperHex(octets) } };
}
