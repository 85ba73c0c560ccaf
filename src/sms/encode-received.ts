// Makes an SMS-DELIVER of what a gateway has taken apart already: its user data comes as a header and unpacked units. Such a PDU is
// for our own decoder, never for the air, so it may hold up to 255 units where the air carries 140 octets.

import { concatBytes } from "../base/index.ts";
import { encodeAddress, encodeServiceCentre } from "./address.ts";
import { codingOctet, codingScheme } from "./dcs.ts";
import { packedText, packSeptets } from "./gsm7.ts";
import { DEFAULT_GSM7, ESCAPE } from "./gsm7-alphabet.ts";
import type { Encoding } from "./pdu.ts";
import { textUnits, type UserDataField, userDataField } from "./segment.ts";

export interface ReceivedOptions {
  /** As `from` of `DeliverOptions`. */
  readonly from: string;
  /** TP-Protocol-Identifier, 0-255. */
  readonly pid: number;
  /** Elements of the user data header without its length octet; empty for none. */
  readonly header: Uint8Array;
  readonly content: ReceivedContent;
}

export type ReceivedContent =
  | { readonly kind: "text"; readonly text: string }
  /** What `dcs`, a TP-DCS octet, says of the units: one septet per octet for GSM 7-bit, octets for all else. */
  | { readonly kind: "units"; readonly dcs: number; readonly units: Uint8Array };

const TYPE_DELIVER_NO_MORE = 0x04;
const HEADER_INDICATOR = 0x40;
/** A time stamp that names no date: the gateway did not tell one, and the same message must give the same bytes again. */
const NO_TIME = new Uint8Array(7);

function fieldOf(
  content: ReceivedContent,
  header: Uint8Array,
): { readonly dcs: number; readonly field: UserDataField } {
  if (content.kind === "text") {
    const { encoding, units } = textUnits(content.text);
    return { dcs: codingOctet(encoding, null), field: userDataField(encoding, header, units) };
  }
  const { dcs, units } = content;
  return { dcs, field: userDataField(unitsOf(dcs), header, [...units]) };
}

/** What the units of a TP-DCS octet are: septets for `gsm7`, octets else. */
export function unitsOf(dcs: number): Encoding {
  const { encoding, compressed } = codingScheme(dcs);
  return compressed ? "8bit" : encoding;
}

/** The PDU, service centre address (none) in front. Throws `pdu.bad_address`, and `pdu.bad_content` when it does not fit into one. */
export function encodeReceived({ from, pid, header, content }: ReceivedOptions): Uint8Array {
  const { dcs, field } = fieldOf(content, header);
  const first = TYPE_DELIVER_NO_MORE | (field.hasHeader ? HEADER_INDICATOR : 0);
  const head = concatBytes(encodeServiceCentre(null), Uint8Array.of(first), encodeAddress(from));
  return concatBytes(head, Uint8Array.of(pid & 0xff, dcs & 0xff), NO_TIME, field.octets);
}

const PIECE = 1000;

/** The text of unpacked septets of the GSM default alphabet, however many. Bits above the seventh are cut off. */
export function textOfSeptets(septets: Uint8Array): string {
  let text = "";
  for (let from = 0, to = 0; from < septets.length; from = to) {
    to = Math.min(septets.length, from + PIECE);
    // An escape stays with what it escapes.
    if (to < septets.length && septets[to - 1] === ESCAPE) to--;
    const piece = [...septets.subarray(from, to)].map((septet) => septet & 0x7f);
    text += packedText(packSeptets(piece, 0), { from: 0, to: piece.length }, DEFAULT_GSM7);
  }
  return text;
}
