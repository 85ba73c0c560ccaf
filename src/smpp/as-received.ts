// Turns a gateway's message into what the intake takes: an SMS-DELIVER, so that headers, parts and tables of other languages go the
// way of every SMS, or its text where no PDU can hold it. The same message always gives the same bytes.

import { concatBytes, isAppError, toHex } from "../base/index.ts";
import { encodeReceivedText, type IncomingPdu } from "../core/index.ts";
import { encodeReceived, type ReceivedContent } from "../sms/index.ts";
import { contentBy, type DefaultAlphabet, textOf } from "./charsets.ts";
import { TLV } from "./numbers.ts";
import type { GatewayAddress, GatewayMessage, Tlvs } from "./pdu.ts";

const HEADER_INDICATOR = 0x40;
const TYPE_MASK = 0x3c;
const RECEIPT = 0x04;
const INTERMEDIATE_NOTIFICATION = 0x20;
const INTERNATIONAL = 1;
const ALPHANUMERIC = 5;
const IEI_CONCAT_8 = 0x00;
const IEI_CONCAT_16 = 0x08;
const IEI_PORTS_16 = 0x05;
const IEI_SINGLE_SHIFT = 0x24;
const IEI_LOCKING_SHIFT = 0x25;
const DCS_8BIT = 0x04;
const NONE = new Uint8Array(0);

/**
 * Whether it reports on a message that was sent (5.2.12: delivery receipt, intermediate notification) and is none itself. What the
 * recipient's phone or a person wrote in answer (SME and user acknowledgements) is a message.
 */
export function isReceipt({ esmClass }: GatewayMessage): boolean {
  const type = esmClass & TYPE_MASK;
  return type === RECEIPT || type === INTERMEDIATE_NOTIFICATION;
}

function senderOf({ ton, text }: GatewayAddress): string {
  if (ton === ALPHANUMERIC || !/^\+?\d+$/.test(text)) return text;
  return ton === INTERNATIONAL ? `+${text.replace(/^\+/, "")}` : text;
}

interface Split {
  readonly header: Uint8Array;
  readonly rest: Uint8Array;
}

/** Null when the header says that it is longer than the message. */
function splitHeader({ esmClass, content }: GatewayMessage): Split | null {
  if ((esmClass & HEADER_INDICATOR) === 0) return { header: NONE, rest: content };
  const end = (content[0] ?? 0) + 1;
  return end > content.length ? null : { header: content.subarray(1, end), rest: content.subarray(end) };
}

function elements(header: Uint8Array): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = 0; at + 1 < header.length; at += 2 + (header[at + 1] ?? 0)) found.add(header[at] ?? 0);
  return found;
}

const word = (tlvs: Tlvs, tag: number): readonly [number, number] | null => {
  const value = tlvs.get(tag);
  return value?.length === 2 ? [value[0] ?? 0, value[1] ?? 0] : null;
};

/** What sar_* parameters say of parts (5.3.2.22-24), as TS 23.040 says it. A reference below 256 takes the short form. */
function concatOf(tlvs: Tlvs): Uint8Array {
  const reference = word(tlvs, TLV.sarReference);
  const [total = 0, part = 0] = [tlvs.get(TLV.sarTotal)?.[0], tlvs.get(TLV.sarPart)?.[0]];
  if (reference === null || total < 2 || part < 1 || part > total) return NONE;
  const [high, low] = reference;
  return high === 0
    ? Uint8Array.of(IEI_CONCAT_8, 3, low, total, part)
    : Uint8Array.of(IEI_CONCAT_16, 4, high, low, total, part);
}

function portsOf(tlvs: Tlvs): Uint8Array {
  const [destination, source] = [word(tlvs, TLV.destinationPort), word(tlvs, TLV.sourcePort)];
  return destination === null ? NONE : Uint8Array.of(IEI_PORTS_16, 4, ...destination, ...(source ?? [0, 0]));
}

/** The header of the message, and what optional parameters say in place of one. */
function completeHeader(header: Uint8Array, has: ReadonlySet<number>, tlvs: Tlvs): Uint8Array {
  const concat = has.has(IEI_CONCAT_8) || has.has(IEI_CONCAT_16) ? NONE : concatOf(tlvs);
  return concatBytes(concat, has.has(IEI_PORTS_16) ? NONE : portsOf(tlvs), header);
}

function asText(from: string, content: ReceivedContent): Uint8Array {
  const body = textOf(content);
  const data = body === null && content.kind === "units" ? toHex(content.units) : null;
  // SMPP gives a received message neither time nor id.
  return encodeReceivedText({ from, body: body ?? "", data, sentAt: null, kind: null, key: "" });
}

export type Received = Pick<Required<IncomingPdu>, "format" | "pdu">;

/** Never throws for what a gateway can send. */
export function asReceived(message: GatewayMessage, alphabet: DefaultAlphabet): Received {
  const from = senderOf(message.source);
  const split = splitHeader(message);
  const own = split?.header ?? NONE;
  const named = elements(own);
  const national = named.has(IEI_SINGLE_SHIFT) || named.has(IEI_LOCKING_SHIFT);
  const content: ReceivedContent =
    split === null
      ? { kind: "units", dcs: DCS_8BIT, units: message.content }
      : contentBy(message.dataCoding, split.rest, { alphabet, national });
  const header = completeHeader(own, named, message.tlvs);
  try {
    return { format: "pdu", pdu: encodeReceived({ from, pid: message.protocolId, header, content }) };
  } catch (error) {
    // Too long for a PDU, or from a name that no address field holds.
    if (!isAppError(error)) throw error;
    return { format: "text", pdu: asText(from, content) };
  }
}
