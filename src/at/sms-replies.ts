// Replies to the message commands of TS 27.005, PDU mode. Whatever a modem lists comes out: an entry that makes no sense is reported
// as odd, never dropped, as it may be somebody's SMS.

import { type AtParameter, countOf, parseParameters, readableOf, textOf } from "./parameters.ts";
import { badResponse, parametersOf, required, splitPrefix } from "./reply.ts";

const STATS = ["rec_unread", "rec_read", "sto_unsent", "sto_sent"] as const;
/** <stat> of TS 27.005 3.1; `unknown` when the modem names another. */
export type StoredStat = (typeof STATS)[number] | "unknown";

export interface StoredPdu {
  readonly stat: StoredStat;
  /** <length>: octets of the TPDU without the SMSC address, null when the modem does not tell. */
  readonly length: number | null;
  /** SMSC address and TPDU in upper-case hex as the modem sent it: perhaps an odd number of digits, perhaps cut. */
  readonly pdu: string;
  /** Whether `pdu` has as many octets as `length` says. False: bytes got lost on the way, or the modem cannot count. */
  readonly intact: boolean;
}

export interface ListedPdu extends StoredPdu {
  readonly index: number;
}

/** A part of a listing that is no message. The text may hold a message: never log it. */
export type OddEntry =
  /** A header that no PDU follows. `empty`: it says itself that there is none (<length> 0). */
  | { readonly kind: "no_pdu"; readonly index: number | null; readonly empty: boolean }
  /** A PDU that no header precedes, or none with a usable index. */
  | { readonly kind: "no_header"; readonly pdu: string }
  /** A line that is neither header nor PDU. */
  | { readonly kind: "stray"; readonly text: string };

export interface PduList {
  readonly messages: readonly ListedPdu[];
  readonly odd: readonly OddEntry[];
}

interface Header {
  readonly index: number | null;
  readonly stat: StoredStat;
  readonly length: number | null;
}

const PDU = /^[0-9A-F]{2,}$/i;
// Some modems put the PDU on the header's own line.
const LENGTH_AND_PDU = /^(\d+)\s+([0-9A-F]{2,})$/i;

function statOf(parameter: AtParameter | undefined): StoredStat {
  const text = (textOf(parameter) ?? "").trim();
  const byName = STATS.find((name) => name === text.toLowerCase().replace(" ", "_"));
  return byName ?? (/^\d$/.test(text) ? STATS[Number(text)] : undefined) ?? "unknown";
}

/** Octet count against <length>, which does not count the SMSC address and its length octet (TS 27.005 3.1). */
function isIntact(pdu: string, length: number | null): boolean {
  return length !== null && pdu.length === 2 * (1 + Number.parseInt(pdu.slice(0, 2), 16) + length);
}

function stored(header: Header, pdu: string): StoredPdu {
  const upper = pdu.toUpperCase();
  return { stat: header.stat, length: header.length, pdu: upper, intact: isIntact(upper, header.length) };
}

/** <index>,<stat>[,<alpha>],<length> of +CMGL, or the same without <index> of +CMGR, and a PDU that shares the line. */
function readHeader(rest: string, indexed: boolean): { readonly header: Header; readonly pdu: string | null } {
  const parameters = parseParameters(rest);
  const [index, stat] = indexed ? [countOf(parameters[0]), parameters[1]] : [null, parameters[0]];
  const last = parameters.length > (indexed ? 2 : 1) ? parameters.at(-1) : undefined;
  const joined = LENGTH_AND_PDU.exec(textOf(last) ?? "");
  const length = joined === null ? countOf(last) : Number(joined[1]);
  return { header: { index, stat: statOf(stat), length }, pdu: joined?.[2] ?? null };
}

interface Pairs {
  readonly messages: { readonly header: Header; readonly message: StoredPdu }[];
  readonly odd: OddEntry[];
}

function addOpenHeader(pairs: Pairs, header: Header | null): void {
  if (header !== null) pairs.odd.push({ kind: "no_pdu", index: header.index, empty: header.length === 0 });
}

/** Pairs each header with the PDU that follows it. */
function pairUp(lines: readonly string[], prefix: "+CMGL" | "+CMGR"): Pairs {
  const pairs: Pairs = { messages: [], odd: [] };
  let open: Header | null = null;
  for (const line of lines) {
    const split = splitPrefix(line);
    const text = line.trim();
    if (split?.prefix === prefix) {
      addOpenHeader(pairs, open);
      const { header, pdu } = readHeader(split.rest, prefix === "+CMGL");
      if (pdu !== null) pairs.messages.push({ header, message: stored(header, pdu) });
      open = pdu === null ? header : null;
    } else if (!PDU.test(text)) {
      if (text !== "") pairs.odd.push({ kind: "stray", text });
    } else if (open === null) {
      pairs.odd.push({ kind: "no_header", pdu: text.toUpperCase() });
    } else {
      pairs.messages.push({ header: open, message: stored(open, text) });
      open = null;
    }
  }
  addOpenHeader(pairs, open);
  return pairs;
}

/** The answer to `AT+CMGL=4` (TS 27.005 4.1). Never throws: what cannot be understood is in `odd`. */
export function parseCmgl(lines: readonly string[]): PduList {
  const pairs = pairUp(lines, "+CMGL");
  const messages: ListedPdu[] = [];
  const odd = pairs.odd;
  for (const { header, message } of pairs.messages) {
    if (header.index === null) odd.push({ kind: "no_header", pdu: message.pdu });
    else messages.push({ index: header.index, ...message });
  }
  return { messages, odd };
}

/**
 * The answer to `AT+CMGR=n` (TS 27.005 4.2); null for an empty slot, which modems report by no line at all or by <length> 0. Throws
 * `at.bad_response` for anything else but one message: the slot may hold one, so it must be read again.
 */
export function parseCmgr(lines: readonly string[]): StoredPdu | null {
  const { messages, odd } = pairUp(lines, "+CMGR");
  const [only] = messages;
  if (only !== undefined && messages.length === 1) return only.message;
  if (messages.length === 0 && odd.every((entry) => entry.kind === "no_pdu" && entry.empty)) return null;
  throw badResponse("+CMGR", `has ${messages.length} messages and ${odd.length} odd lines`);
}

/** The reference of a message that was sent (TS 27.005 4.3), 0-255; throws `at.bad_response`. */
export function parseCmgs(lines: readonly string[]): number {
  return required(countOf(parametersOf(lines, "+CMGS")[0]), "+CMGS", "message reference");
}

/** The message format, 0 PDU or 1 text (TS 27.005 3.2.3); throws `at.bad_response`. */
export function parseCmgf(lines: readonly string[]): "pdu" | "text" {
  const mode = countOf(parametersOf(lines, "+CMGF")[0]);
  if (mode !== 0 && mode !== 1) throw badResponse("+CMGF", "has no valid mode");
  return mode === 0 ? "pdu" : "text";
}

export interface ServiceCentre {
  /** Null when the SIM has none: nothing can be sent then. */
  readonly number: string | null;
  /** Type of address, 145 international (TS 24.011 8.2.5.2). */
  readonly type: number | null;
}

/** The SMS centre (TS 27.005 3.3.1); throws `at.bad_response`. */
export function parseCsca(lines: readonly string[]): ServiceCentre {
  const [number, type] = parametersOf(lines, "+CSCA");
  return { number: readableOf(number), type: countOf(type) };
}

/** <service>, <mt>, <mo>, <bm> of `AT+CSMS` (TS 27.005 3.2.1): which message types the modem handles. */
export interface MessageService {
  /** 0 for Phase 2, 1 for Phase 2+ with acknowledged delivery; null in the answer to the set form, which leaves it out. */
  readonly service: number | null;
  readonly receives: boolean;
  readonly sends: boolean;
  readonly broadcasts: boolean;
}

/** The answer to `AT+CSMS=n` or `AT+CSMS?`; throws `at.bad_response`. */
export function parseCsms(lines: readonly string[]): MessageService {
  const values = parametersOf(lines, "+CSMS").map((parameter) => required(countOf(parameter), "+CSMS", "value"));
  const [service, receives, sends, broadcasts] = values.length === 3 ? [null, ...values] : values;
  return { service: service ?? null, receives: receives === 1, sends: sends === 1, broadcasts: broadcasts === 1 };
}
