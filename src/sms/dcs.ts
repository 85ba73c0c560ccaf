// The data coding scheme of a message, TS 23.038 clause 4.

import type { Encoding, MessageClass, MessageWaiting } from "./pdu.ts";

export interface CodingScheme {
  readonly encoding: Encoding;
  readonly class: MessageClass | null;
  readonly compressed: boolean;
  /** The indication of the groups 1100, 1101 and 1110. */
  readonly waiting: MessageWaiting | null;
  /** True where the coding is reserved and was read as the GSM 7-bit default alphabet, as clause 4 demands. */
  readonly reserved: boolean;
}

const WAITING_KINDS = ["voicemail", "fax", "email", "other"] as const;
const ALPHABETS = ["gsm7", "8bit", "ucs2", "gsm7"] as const;
const CLASSES = [0, 1, 2, 3] as const;

const PLAIN: CodingScheme = { encoding: "gsm7", class: null, compressed: false, waiting: null, reserved: false };

// Groups 00xx (general) and 01xx (the same, marked for automatic deletion).
function generalScheme(dcs: number): CodingScheme {
  const alphabet = (dcs >> 2) & 3;
  return {
    ...PLAIN,
    encoding: ALPHABETS[alphabet] ?? "gsm7",
    class: (dcs & 0x10) === 0 ? null : (CLASSES[dcs & 3] ?? null),
    compressed: (dcs & 0x20) !== 0,
    reserved: alphabet === 3,
  };
}

// Groups 1100 (discard), 1101 (store) and 1110 (store, UCS-2).
function waitingScheme(dcs: number): CodingScheme {
  const kind = WAITING_KINDS[dcs & 3] ?? "other";
  const store = dcs >= 0xd0;
  return {
    ...PLAIN,
    encoding: dcs >= 0xe0 ? "ucs2" : "gsm7",
    waiting: { kind, active: (dcs & 8) !== 0, count: null, store },
  };
}

function scheme(dcs: number): CodingScheme {
  if (dcs < 0x80) return generalScheme(dcs);
  if (dcs < 0xc0) return { ...PLAIN, reserved: true };
  if (dcs < 0xf0) return waitingScheme(dcs);
  return {
    ...PLAIN,
    encoding: (dcs & 4) === 0 ? "gsm7" : "8bit",
    class: CLASSES[dcs & 3] ?? null,
    reserved: (dcs & 8) !== 0,
  };
}

const SCHEMES: readonly CodingScheme[] = Array.from({ length: 256 }, (_, dcs) => scheme(dcs));

/** The meaning of a TP-DCS octet. */
export function codingScheme(dcs: number): CodingScheme {
  return SCHEMES[dcs & 0xff] ?? PLAIN;
}

/** The TP-DCS octet of an uncompressed message. */
export function codingOctet(encoding: Encoding, messageClass: MessageClass | null): number {
  const alphabet = { gsm7: 0x00, "8bit": 0x04, ucs2: 0x08 }[encoding];
  return messageClass === null ? alphabet : alphabet | 0x10 | messageClass;
}
