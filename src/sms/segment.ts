// Turns text or octets into user data fields, split into concatenated parts where one is too small (TS 23.040 9.2.3.24.1).

import { AppError, concatBytes } from "../base/index.ts";
import { packSeptets, textToSeptets } from "./gsm7.ts";
import {
  alphabetOf,
  DEFAULT_GSM7,
  type LockingLanguage,
  languageIdentifier,
  type NationalLanguage,
} from "./gsm7-alphabet.ts";
import type { Encoding, Ports } from "./pdu.ts";

const MAX_OCTETS = 140;
const MAX_SEPTETS = 160;
const MAX_PARTS = 255;
/** What TP-User-Data-Length can say; more than the air carries. */
const MAX_LENGTH = 255;

/** National tables to use where the default alphabet lacks a character. */
export interface NationalTables {
  readonly locking?: LockingLanguage | undefined;
  readonly shift?: NationalLanguage | undefined;
}

export interface ContentOptions {
  /** Text; either this or `data`. */
  readonly body?: string | undefined;
  /** Octets for 8-bit; either this or `body`. */
  readonly data?: Uint8Array | undefined;
  /** Default `auto`: GSM 7-bit, else GSM 7-bit with the `national` tables, else UCS-2; 8-bit for `data`. */
  readonly encoding?: "auto" | Encoding | undefined;
  readonly national?: NationalTables | undefined;
  readonly ports?: Ports | undefined;
  /** Reference of the parts, should the content need several; default 0. */
  readonly concatRef?: number | undefined;
  /** Width of the reference; default 8. */
  readonly concatBits?: 8 | 16 | undefined;
}

/** One TP-User-Data field with what the TPDU around it must say. */
export interface UserDataField {
  readonly encoding: Encoding;
  readonly hasHeader: boolean;
  /** TP-User-Data-Length and TP-User-Data. */
  readonly octets: Uint8Array;
}

/** Content in units that must not be torn apart: a character of one or two septets, or of two or four octets, or one octet. */
interface Coded {
  readonly encoding: Encoding;
  readonly units: readonly (readonly number[])[];
  /** Header elements that the content needs to be understood. */
  readonly header: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** 9.2.3.24.15 and 9.2.3.24.16. */
function nationalHeader(tables: NationalTables): Uint8Array {
  const shift = tables.shift === undefined ? EMPTY : Uint8Array.of(0x24, 1, languageIdentifier(tables.shift));
  const locking = tables.locking === undefined ? EMPTY : Uint8Array.of(0x25, 1, languageIdentifier(tables.locking));
  return concatBytes(shift, locking);
}

function codeGsm7(text: string, national: NationalTables | undefined): Coded | null {
  const plain = textToSeptets(text, DEFAULT_GSM7);
  if (plain !== null) return { encoding: "gsm7", units: plain, header: EMPTY };
  const units =
    national === undefined ? null : textToSeptets(text, alphabetOf(national.locking ?? null, national.shift ?? null));
  return units === null || national === undefined
    ? null
    : { encoding: "gsm7", units, header: nationalHeader(national) };
}

function codeUcs2(text: string): Coded {
  const units: number[][] = [];
  for (const character of text) {
    const octets: number[] = [];
    for (let i = 0; i < character.length; i++)
      octets.push(character.charCodeAt(i) >> 8, character.charCodeAt(i) & 0xff);
    units.push(octets);
  }
  return { encoding: "ucs2", units, header: EMPTY };
}

function badContent(message: string, hint: string): AppError {
  return new AppError("pdu.bad_content", message, { hint });
}

function codeContent(options: ContentOptions): Coded {
  const { body, data, encoding = "auto", national } = options;
  if ((body === undefined) === (data === undefined)) {
    throw badContent("a message has either a body or data", "Give exactly one of the two.");
  }
  if (
    (data !== undefined && encoding !== "auto" && encoding !== "8bit") ||
    (body !== undefined && encoding === "8bit")
  ) {
    throw badContent("data is sent as 8bit and a body as text", "Give data with 8bit, or a body with gsm7 or ucs2.");
  }
  if (data !== undefined) return { encoding: "8bit", units: Array.from(data, (octet) => [octet]), header: EMPTY };
  const text = body ?? "";
  const gsm7 = encoding === "ucs2" ? null : codeGsm7(text, national);
  if (gsm7 !== null) return gsm7;
  if (encoding === "gsm7") {
    throw badContent("the body has a character that the GSM 7-bit tables lack", "Use the encoding auto or ucs2.");
  }
  return codeUcs2(text);
}

/** The septets of `text` where the GSM default alphabet has all of it, else its UCS-2 octets. */
export function textUnits(text: string): { readonly encoding: Encoding; readonly units: readonly number[] } {
  const { encoding, units } = codeContent({ body: text });
  return { encoding, units: units.flat() };
}

/** 9.2.3.24.4. */
function portsHeader(ports: Ports | undefined): Uint8Array {
  if (ports === undefined) return EMPTY;
  for (const port of [ports.dst, ports.src]) {
    if (!Number.isInteger(port) || port < 0 || port > 0xffff)
      throw badContent("a port lies in 0-65535", "Correct the ports.");
  }
  return Uint8Array.of(0x05, 4, ports.dst >> 8, ports.dst & 0xff, ports.src >> 8, ports.src & 0xff);
}

function concatHeader(options: ContentOptions, total: number, part: number): Uint8Array {
  const { concatRef = 0, concatBits = 8 } = options;
  if (concatBits === 16) return Uint8Array.of(0x08, 4, concatRef >> 8, concatRef & 0xff, total, part);
  return Uint8Array.of(0x00, 3, concatRef, total, part);
}

/** Septets or octets that fit beside header elements of `header` octets (0: no header at all). */
function capacity(encoding: Encoding, header: number): number {
  const octets = header === 0 ? 0 : header + 1;
  return encoding === "gsm7" ? MAX_SEPTETS - Math.ceil((octets * 8) / 7) : MAX_OCTETS - octets;
}

function split(units: Coded["units"], room: number): number[][] {
  const parts: number[][] = [[]];
  for (const unit of units) {
    let part = parts.at(-1) ?? [];
    if (part.length + unit.length > room) {
      part = [];
      parts.push(part);
    }
    part.push(...unit);
  }
  return parts;
}

/**
 * One field of septets or octets behind a header (elements without the length octet; empty for none). Throws `pdu.bad_content` when
 * TP-User-Data-Length cannot say how long it is.
 */
export function userDataField(encoding: Encoding, header: Uint8Array, codes: readonly number[]): UserDataField {
  const hasHeader = header.length > 0;
  const prefix = hasHeader ? concatBytes(Uint8Array.of(header.length), header) : EMPTY;
  const before = encoding === "gsm7" ? Math.ceil((prefix.length * 8) / 7) : prefix.length;
  if (before + codes.length > MAX_LENGTH) throw badContent("the user data is too long for one part", "Split it.");
  if (encoding !== "gsm7") {
    const octets = concatBytes(Uint8Array.of(before + codes.length), prefix, Uint8Array.from(codes));
    return { encoding, hasHeader, octets };
  }
  // Fill bits bring the text to a septet boundary after the header (9.2.3.24).
  const packed = packSeptets(codes, before);
  packed.set(prefix);
  return { encoding, hasHeader, octets: concatBytes(Uint8Array.of(before + codes.length), packed) };
}

/** The user data fields of a message, one per part. Throws `pdu.bad_content`. */
export function encodeContent(options: ContentOptions): UserDataField[] {
  const { concatRef = 0, concatBits = 8 } = options;
  if (!Number.isInteger(concatRef) || concatRef < 0 || concatRef >= 2 ** concatBits) {
    throw badContent(`the concatenation reference does not fit into ${concatBits} bits`, "Correct concatRef.");
  }
  const { encoding, units, header: own } = codeContent(options);
  const header = concatBytes(portsHeader(options.ports), own);
  const single = split(units, capacity(encoding, header.length));
  if (single.length === 1) return [userDataField(encoding, header, single[0] ?? [])];
  const room = capacity(encoding, header.length + concatHeader(options, 1, 1).length);
  const parts = split(units, room);
  if (parts.length > MAX_PARTS) throw badContent("the message needs more than 255 parts", "Send a shorter message.");
  return parts.map((codes, index) =>
    userDataField(encoding, concatBytes(concatHeader(options, parts.length, index + 1), header), codes),
  );
}
