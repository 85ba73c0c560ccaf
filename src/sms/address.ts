// Address fields: TP addresses (TS 23.040 9.1.2.5, length in semi-octets) and the service centre's (length in octets).

import { AppError, concatBytes } from "../base/index.ts";
import type { Cursor } from "./cursor.ts";
import { packedText, packSeptets, textToSeptets } from "./gsm7.ts";
import { DEFAULT_GSM7 } from "./gsm7-alphabet.ts";
import type { AddressType } from "./pdu.ts";

export interface Address {
  readonly text: string | null;
  readonly type: AddressType;
}

// 9.1.2.5: an address field has at most 12 octets, so at most 20 semi-octets.
const MAX_DIGITS = 20;
const MAX_LETTERS = 11;
const MAX_SMSC_OCTETS = 11;
const DIGITS = "0123456789*#abc";
const FILLER = "f";
const NUMBER = /^\+?[0-9*#]+$/;
const TYPES: readonly AddressType[] = [
  "unknown",
  "international",
  "national",
  "network",
  "subscriber",
  "alphanumeric",
  "abbreviated",
  "reserved",
];
// Bit 7 of a type octet is always 1; where it is not, what was read is hardly an address.
const MIN_TYPE = 0x80;
const TYPE_INTERNATIONAL = 0x91;
const TYPE_UNKNOWN = 0x81;
const TYPE_ALPHANUMERIC = 0xd0;

function addressType(typeOctet: number): AddressType {
  return TYPES[(typeOctet >> 4) & 7] ?? "reserved";
}

/**
 * Digits in semi-octets, low nibble first, up to the filler 0xF. After an odd `count` the last semi-octet must be filler; where it is
 * a digit the count is wrong, and the digit belongs to the number.
 */
function readDigits(octets: Uint8Array, count: number, cursor: Cursor): string {
  let digits = "";
  for (const octet of octets) digits += `${DIGITS[octet & 0x0f] ?? FILLER}${DIGITS[octet >> 4] ?? FILLER}`;
  const filler = digits.indexOf(FILLER);
  if (filler >= 0) digits = digits.slice(0, filler);
  if (digits.length !== count) cursor.warn("address_digits");
  return digits;
}

function addressText(type: AddressType, value: Uint8Array, semiOctets: number, cursor: Cursor): string | null {
  if (type === "alphanumeric") {
    const name = packedText(value, { from: 0, to: Math.floor((semiOctets * 4) / 7) }, DEFAULT_GSM7);
    return name === "" ? null : name;
  }
  const digits = readDigits(value, semiOctets, cursor);
  if (digits === "") return null;
  return type === "international" ? `+${digits}` : digits;
}

/** Reads an originating, destination or recipient address. */
export function readAddress(cursor: Cursor, what: string): Address {
  const semiOctets = cursor.octet(what);
  if (semiOctets > MAX_DIGITS)
    cursor.fail("pdu.bad_address", `the ${what} has ${semiOctets} semi-octets, more than 20`);
  const typeOctet = cursor.octet(what);
  if (typeOctet < MIN_TYPE) cursor.warn("address_type");
  const type = addressType(typeOctet);
  const value = cursor.take(Math.ceil(semiOctets / 2), what);
  return { text: addressText(type, value, semiOctets, cursor), type };
}

/** Reads the service centre address in front of a TPDU; null when its length is 0. */
export function readServiceCentre(cursor: Cursor): string | null {
  const length = cursor.octet("service centre address");
  if (length === 0) return null;
  const typeOctet = cursor.octet("service centre address");
  // A TPDU without service centre address must not pass for one: its octet here is a length or a reference.
  if (length === 1 || length > MAX_SMSC_OCTETS || typeOctet < MIN_TYPE) {
    cursor.fail("pdu.bad_smsc", `the PDU does not start with a service centre address (${length} octets)`);
  }
  const value = cursor.take(length - 1, "service centre address");
  const last = value.at(-1) ?? 0;
  return addressText(addressType(typeOctet), value, value.length * 2 - (last >= 0xf0 ? 1 : 0), cursor);
}

function packDigits(digits: string): Uint8Array {
  const octets = new Uint8Array(Math.ceil(digits.length / 2)).fill(0xff);
  for (let i = 0; i < digits.length; i++) {
    const digit = DIGITS.indexOf(digits.charAt(i));
    const octet = octets[i >> 1] ?? 0;
    octets[i >> 1] = i % 2 === 0 ? (octet & 0xf0) | digit : (octet & 0x0f) | (digit << 4);
  }
  return octets;
}

function numberOctets(text: string): { digits: string; value: Uint8Array } {
  const digits = text.startsWith("+") ? text.slice(1) : text;
  if (digits.length > MAX_DIGITS) {
    throw new AppError("pdu.bad_address", "a number has more than 20 digits", {
      hint: "Give at most 20 digits, or at most 11 characters of a name.",
      context: { length: digits.length },
    });
  }
  const type = text.startsWith("+") ? TYPE_INTERNATIONAL : TYPE_UNKNOWN;
  return { digits, value: concatBytes(Uint8Array.of(type), packDigits(digits)) };
}

/**
 * A TP address: a number (`+` marks an international one), a name of up to 11 septets of the GSM default alphabet, or nothing for "".
 * Throws `pdu.bad_address`.
 */
export function encodeAddress(text: string): Uint8Array {
  if (NUMBER.test(text) || text === "") {
    const { digits, value } = numberOctets(text);
    return concatBytes(Uint8Array.of(digits.length), value);
  }
  const septets = textToSeptets(text, DEFAULT_GSM7)?.flat();
  if (septets === undefined || septets.length > MAX_LETTERS) {
    throw new AppError("pdu.bad_address", "a name as address must fit into 11 septets of the GSM default alphabet", {
      hint: "Shorten the name, and use only letters of the GSM default alphabet.",
      context: { length: text.length },
    });
  }
  const packed = packSeptets(septets, 0);
  return concatBytes(Uint8Array.of(Math.ceil((septets.length * 7) / 4), TYPE_ALPHANUMERIC), packed);
}

/** The service centre address in front of a TPDU; one zero octet for none. Throws `pdu.bad_address`. */
export function encodeServiceCentre(text: string | null): Uint8Array {
  if (text === null) return Uint8Array.of(0);
  if (!NUMBER.test(text)) {
    throw new AppError("pdu.bad_address", "a service centre address is digits, with + when international", {
      hint: "Give the number of the service centre, or leave it out.",
      context: { length: text.length },
    });
  }
  const { value } = numberOctets(text);
  return concatBytes(Uint8Array.of(value.length), value);
}
