// Files of the SIM, read with +CRSM (TS 27.007 8.18): the number of the card (TS 102 221 13.2), the name of the provider (TS 31.102
// 4.2.12) and the administrative data (4.2.18).

import { countOf, filledTextOf } from "./parameters.ts";
import { badResponse, parametersOf, required } from "./reply.ts";

export interface SimAnswer {
  /** Status words (TS 102 221 10.2.1); 0x90 or 0x91 is success. */
  readonly sw1: number;
  readonly sw2: number;
  /** Upper-case hex, null without data. */
  readonly data: string | null;
}

/** `+CRSM: <sw1>,<sw2>[,<response>]`; throws `at.bad_response`. */
export function parseCrsm(lines: readonly string[]): SimAnswer {
  const [sw1, sw2, response] = parametersOf(lines, "+CRSM");
  const data = filledTextOf(response)?.toUpperCase() ?? null;
  if (data !== null && !/^(?:[0-9A-F]{2})+$/.test(data)) throw badResponse("+CRSM", "has data that is no hex");
  return {
    sw1: required(countOf(sw1), "+CRSM", "first status word"),
    sw2: required(countOf(sw2), "+CRSM", "second status word"),
    data,
  };
}

/** The octets of a file that was read with success; throws `at.bad_response`. */
function fileOf(lines: readonly string[]): Uint8Array {
  const { sw1, data } = parseCrsm(lines);
  if (data === null || (sw1 !== 0x90 && sw1 !== 0x91)) throw badResponse("+CRSM", "has no file content");
  return Uint8Array.from(data.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}

// TS 23.038 6.2.1, one row for each 16 codes. The escape to the extension table has no meaning in a SIM's names.
const ALPHABET = [
  "@£$¥èéùìòÇ\nØø\rÅå",
  "Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ",
  " !\"#¤%&'()*+,-./",
  "0123456789:;<=>?",
  "¡ABCDEFGHIJKLMNO",
  "PQRSTUVWXYZÄÖÑÜ§",
  "¿abcdefghijklmno",
  "pqrstuvwxyzäöñüà",
].join("");

const gsm = (octet: number): string => ALPHABET[octet & 0x7f] ?? "";

/** Text coded as 81 or 82: each octet is GSM 7-bit, or with its high bit set a character of one half of a UCS-2 page. */
function pagedText(octets: Uint8Array, at: number, base: number): string {
  return Array.from(octets.subarray(at), (octet) =>
    octet < 0x80 ? gsm(octet) : String.fromCharCode(base + (octet & 0x7f)),
  ).join("");
}

/** Text as SIM files hold it (TS 102 221 annex A), padding removed. */
export function simText(padded: Uint8Array): string {
  const [coding = 0, second = 0, third = 0, fourth = 0] = padded;
  if (coding === 0x80) return ucs2Text(padded.subarray(1));
  // The second octet counts the characters.
  if (coding === 0x81) return pagedText(padded.subarray(0, 3 + second), 3, third << 7);
  if (coding === 0x82) return pagedText(padded.subarray(0, 4 + second), 4, (third << 8) | fourth);
  const end = padded.indexOf(0xff);
  return Array.from(end === -1 ? padded : padded.subarray(0, end), gsm)
    .join("")
    .trim();
}

function ucs2Text(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at + 1 < octets.length; at += 2) {
    const unit = ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
    if (unit === 0xffff) break;
    text += String.fromCharCode(unit);
  }
  return text.trim();
}

/** The provider's name in EF_SPN, whose first octet tells when to show it; null when the file is blank. Throws `at.bad_response`. */
export function parseProviderName(lines: readonly string[]): string | null {
  return simText(fileOf(lines).subarray(1)) || null;
}

/** Digits of the network code, 2 or 3, in EF_AD octet 4; null where the SIM does not tell. Throws `at.bad_response`. */
export function parseMncLength(lines: readonly string[]): 2 | 3 | null {
  const length = (fileOf(lines)[3] ?? 0) & 0x0f;
  return length === 2 || length === 3 ? length : null;
}
