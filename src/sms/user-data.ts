// User data of all message types: header, then text or octets (TS 23.040 9.2.3.16, 9.2.3.24).

import type { Cursor } from "./cursor.ts";
import type { CodingScheme } from "./dcs.ts";
import { packedLength, packedText, UNDEFINED_CODE } from "./gsm7.ts";
import { alphabetOf } from "./gsm7-alphabet.ts";
import { upperHex } from "./hex.ts";
import type { UserContent } from "./pdu.ts";
import { NO_HEADER, parseHeader, type UserDataHeader } from "./udh.ts";

// 9.2.3.24: a TPDU has room for 140 octets of user data; more is odd, but it can be read.
const MAX_USER_DATA = 140;
const UNDEFINED_CHARACTER = String.fromCharCode(UNDEFINED_CODE);

/** UTF-16 big-endian. The receiver joins parts before it judges surrogates, so lone ones stay. */
function ucs2Text(octets: Uint8Array, cursor: Cursor): string {
  if (octets.length % 2 === 1) cursor.warn("ucs2_odd_length");
  const codes: number[] = [];
  for (let i = 0; i + 1 < octets.length; i += 2) codes.push(((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0));
  return String.fromCharCode(...codes);
}

interface UserData {
  readonly octets: Uint8Array;
  /** Octets of the header and its length octet; 0 without header. */
  readonly headerLength: number;
  /** The length as transmitted: septets for uncompressed GSM 7-bit, octets else. */
  readonly length: number;
}

function readOctets(cursor: Cursor, hasHeader: boolean, inSeptets: boolean): UserData {
  const length = cursor.octet("user data length");
  const octets = cursor.take(inSeptets ? packedLength(length) : length, "user data");
  if (octets.length > MAX_USER_DATA) cursor.warn("user_data_too_long");
  const headerLength = hasHeader ? (octets[0] ?? 0) + 1 : 0;
  if (headerLength > octets.length) {
    cursor.fail("pdu.bad_udh", `the user data header needs ${headerLength} octets, the user data has ${octets.length}`);
  }
  return { octets, headerLength, length };
}

function textOf(data: UserData, scheme: CodingScheme, header: UserDataHeader, cursor: Cursor): string {
  if (scheme.encoding === "ucs2") return ucs2Text(data.octets.subarray(data.headerLength), cursor);
  const from = Math.ceil((data.headerLength * 8) / 7);
  const text = packedText(
    data.octets,
    { from, to: data.length },
    alphabetOf(header.national.locking, header.national.shift),
  );
  if (text.includes(UNDEFINED_CHARACTER)) cursor.warn("undefined_character");
  return text;
}

/** Reads TP-User-Data-Length and TP-User-Data as the coding scheme says. */
export function readUserData(cursor: Cursor, scheme: CodingScheme, hasHeader: boolean): UserContent {
  if (scheme.reserved) cursor.warn("dcs_reserved");
  if (scheme.compressed) cursor.warn("compressed");
  const binary = scheme.compressed || scheme.encoding === "8bit";
  const data = readOctets(cursor, hasHeader, !binary && scheme.encoding === "gsm7");
  const headerOctets = data.octets.subarray(1, data.headerLength);
  const header = hasHeader ? parseHeader(headerOctets, cursor) : NO_HEADER;
  const fromScheme = scheme.waiting === null ? [] : [scheme.waiting];
  return {
    encoding: scheme.encoding,
    body: binary ? null : textOf(data, scheme, header, cursor),
    data: binary ? data.octets.subarray(data.headerLength) : null,
    class: scheme.class,
    compressed: scheme.compressed,
    udh: hasHeader ? upperHex(headerOctets) : null,
    elements: header.elements,
    concat: header.concat,
    ports: header.ports,
    national: header.national,
    // TS 23.040 9.2.3.24.2: the header's indication overrides that of the coding scheme.
    mwi: header.waiting.length > 0 ? header.waiting : fromScheme,
  };
}

/** The content of a status report without user data. */
export const NO_CONTENT: UserContent = {
  encoding: "gsm7",
  body: null,
  data: null,
  class: null,
  compressed: false,
  udh: null,
  elements: [],
  concat: null,
  ports: null,
  national: NO_HEADER.national,
  mwi: [],
};
