// What the octets of a message mean, by its data_coding (SMPP 3.4, 5.2.19).

import { type ReceivedContent, textOfSeptets, unitsOf } from "../sms/index.ts";

/** What a gateway means by its "SMSC default alphabet": `gsm7` is one septet of the GSM alphabet per octet. */
export type DefaultAlphabet = "gsm7" | "latin1" | "ascii";

const DCS_GSM7 = 0x00;
const DCS_8BIT = 0x04;
const DCS_UCS2 = 0x08;

const DEFAULT = 0;
const ASCII = 1;
const UCS2 = 8;
/**
 * Codings that are character sets. Latin-1 is read as Windows-1252, which has letters where Latin-1 has control codes. JIS (5), Kanji
 * (13) and pictograms (9) are left as octets: gateways disagree on what these are.
 */
const CHARSETS: ReadonlyMap<number, string> = new Map([
  [1, "windows-1252"],
  [3, "windows-1252"],
  [6, "iso-8859-5"],
  [7, "iso-8859-8"],
  [10, "iso-2022-jp"],
  [14, "euc-kr"],
]);
/** From here on a coding is a GSM data coding scheme: 0xC0-0xFF by the specification, the rest because gateways pass it through. */
const FIRST_GSM = 0x10;

const read = (octets: Uint8Array, charset: string): ReceivedContent => ({
  kind: "text",
  text: new TextDecoder(charset).decode(octets),
});

/** Codes that no text in ASCII has, but one in the GSM alphabet: the npm package `smpp` for one sends that as ASCII. */
const isGsm = (octets: Uint8Array): boolean =>
  octets.some((octet) => octet < 0x20 && ![0x09, 0x0a, 0x0d].includes(octet));

/** How the octets are to be read. */
export interface Reading {
  readonly alphabet: DefaultAlphabet;
  /** The header chooses tables of a language: then the text is GSM 7-bit, which alone has such tables. */
  readonly national: boolean;
}

/** The content behind the header, in a form that an SMS-DELIVER can be made of. */
export function contentBy(dataCoding: number, octets: Uint8Array, { alphabet, national }: Reading): ReceivedContent {
  const units = (dcs: number): ReceivedContent =>
    // What is no septet was never GSM 7-bit, whatever the gateway says.
    unitsOf(dcs) === "gsm7" && octets.some((octet) => octet > 0x7f)
      ? read(octets, "windows-1252")
      : { kind: "units", dcs, units: octets };
  if (dataCoding === ASCII && isGsm(octets)) return units(DCS_GSM7);
  if (dataCoding <= ASCII && national) return units(DCS_GSM7);
  if (dataCoding === DEFAULT) return alphabet === "gsm7" ? units(DCS_GSM7) : read(octets, "windows-1252");
  const charset = CHARSETS.get(dataCoding);
  if (charset !== undefined) return read(octets, charset);
  if (dataCoding === UCS2) return units(DCS_UCS2);
  return units(dataCoding >= FIRST_GSM ? dataCoding : DCS_8BIT);
}

/** The content as text; null for what is no text. */
export function textOf(content: ReceivedContent): string | null {
  if (content.kind === "text") return content.text;
  const kind = unitsOf(content.dcs);
  if (kind === "8bit") return null;
  return kind === "gsm7" ? textOfSeptets(content.units) : new TextDecoder("utf-16be").decode(content.units);
}
