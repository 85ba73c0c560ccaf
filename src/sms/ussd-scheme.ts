// The coding scheme of USSD and cell broadcast strings, TS 23.038 clause 5. It is not that of SMS (clause 4).

import type { Encoding } from "./pdu.ts";

export interface UssdScheme {
  readonly encoding: Encoding;
  /** The text begins with the two letters of its language. */
  readonly languageFirst: boolean;
}

const ALPHABETS = ["gsm7", "8bit", "ucs2", "gsm7"] as const;

/** The meaning of a coding scheme octet. Reserved codings count as the GSM 7-bit default alphabet, as clause 5 demands. */
export function ussdScheme(dcs: number): UssdScheme {
  const group = (dcs >> 4) & 0x0f;
  const alphabet = ALPHABETS[(dcs >> 2) & 3] ?? "gsm7";
  switch (group) {
    case 0x1:
      return { encoding: dcs === 0x11 ? "ucs2" : "gsm7", languageFirst: dcs === 0x10 || dcs === 0x11 };
    // General data coding, with and without class, and messages with a header.
    case 0x4:
    case 0x5:
    case 0x6:
    case 0x7:
    case 0x9:
      return { encoding: alphabet, languageFirst: false };
    case 0xf:
      return { encoding: (dcs & 4) === 0 ? "gsm7" : "8bit", languageFirst: false };
    default:
      return { encoding: "gsm7", languageFirst: false };
  }
}
