// Bodies of the PDUs that an SMPP receiver reads and writes (SMPP 3.4, 4.1-4.11). Pure. The npm package `smpp` is not used for it: it
// decodes text in place, so that the octets are gone, and reads beyond a PDU whose inner lengths lie.

import { AppError, concatBytes, utf8 } from "../base/index.ts";
import { HEADER_LENGTH } from "./framer.ts";
import { INTERFACE_VERSION, TLV } from "./numbers.ts";

/** Optional parameters by tag; of a repeated one the first counts. */
export type Tlvs = ReadonlyMap<number, Uint8Array>;

export interface GatewayAddress {
  /** Type of number (5.2.5): 1 international, 5 alphanumeric. */
  readonly ton: number;
  /** As it stands, one character per octet. */
  readonly text: string;
}

/** What deliver_sm and data_sm carry. Holds text and numbers: lives in memory only. */
export interface GatewayMessage {
  readonly source: GatewayAddress;
  readonly destination: GatewayAddress;
  /** 5.2.12. */
  readonly esmClass: number;
  readonly protocolId: number;
  /** 5.2.19. */
  readonly dataCoding: number;
  /** The short message, or the message_payload where that is empty (5.3.2.32). */
  readonly content: Uint8Array;
  readonly tlvs: Tlvs;
}

const malformed = (what: string): AppError =>
  new AppError("smpp.malformed", `the ${what} is cut short or not ended`, {
    hint: "The gateway sent a damaged PDU; see whether there is newer firmware for it.",
  });

class BodyReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  octet(what: string): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw malformed(what);
    return value;
  }

  octets(length: number, what: string): Uint8Array {
    const value = this.#bytes.subarray(this.#at, this.#at + length);
    if (value.length < length) throw malformed(what);
    this.#at += length;
    return value;
  }

  /** Characters up to the NUL. Longer ones than the field allows are read too: the PDU bounds them. */
  cString(what: string): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw malformed(what);
    const text = String.fromCharCode(...this.#bytes.subarray(this.#at, Math.min(end, this.#at + MAX_TEXT)));
    this.#at = end + 1;
    return text;
  }

  address(what: string): GatewayAddress {
    const ton = this.octet(what);
    this.octet(what);
    return { ton, text: this.cString(what) };
  }

  /** Null when a length points behind the end; fewer than four octets at the end are padding. */
  tlvs(): Tlvs | null {
    const found = new Map<number, Uint8Array>();
    while (this.#bytes.length - this.#at >= 4) {
      const [tag, length] = [this.#word(), this.#word()];
      if (this.#at + length > this.#bytes.length) return null;
      const value = this.octets(length, "optional parameter");
      if (!found.has(tag)) found.set(tag, value);
    }
    return found;
  }

  #word(): number {
    return this.octet("optional parameter") * 256 + this.octet("optional parameter");
  }
}

/** The longest C-octet string of SMPP (message_id, addresses of data_sm); more of one is of no use to us. */
const MAX_TEXT = 65;
const NO_TLVS: Tlvs = new Map();

function contentOf(short: Uint8Array, tlvs: Tlvs | null): { readonly content: Uint8Array; readonly tlvs: Tlvs } {
  if (short.length > 0) return { content: short, tlvs: tlvs ?? NO_TLVS };
  // The text may have been in what cannot be read.
  if (tlvs === null) throw malformed("list of optional parameters");
  return { content: tlvs.get(TLV.messagePayload) ?? short, tlvs };
}

/** Reads the body of a deliver_sm (4.6.1). Throws `smpp.malformed`. */
export function readDeliverSm(body: Uint8Array): GatewayMessage {
  const reader = new BodyReader(body);
  reader.cString("service type");
  const source = reader.address("source address");
  const destination = reader.address("destination address");
  const esmClass = reader.octet("esm_class");
  const protocolId = reader.octet("protocol_id");
  reader.octet("priority_flag");
  reader.cString("schedule_delivery_time");
  reader.cString("validity_period");
  reader.octets(2, "registered_delivery");
  const dataCoding = reader.octet("data_coding");
  reader.octet("sm_default_msg_id");
  const short = reader.octets(reader.octet("sm_length"), "short message");
  return { source, destination, esmClass, protocolId, dataCoding, ...contentOf(short, reader.tlvs()) };
}

/** Reads the body of a data_sm (4.7.1). Throws `smpp.malformed`. */
export function readDataSm(body: Uint8Array): GatewayMessage {
  const reader = new BodyReader(body);
  reader.cString("service type");
  const source = reader.address("source address");
  const destination = reader.address("destination address");
  const esmClass = reader.octet("esm_class");
  reader.octet("registered_delivery");
  const dataCoding = reader.octet("data_coding");
  const protocolId = 0;
  return { source, destination, esmClass, protocolId, dataCoding, ...contentOf(NOTHING, reader.tlvs()) };
}

export interface BindAnswer {
  /** How the gateway names itself. */
  readonly systemId: string;
  /** 0x34 for SMPP 3.4; null when it does not tell. */
  readonly version: number | null;
}

/** Reads the body of a bind response (4.1.2); a refusal and a sloppy gateway send none. */
export function readBindAnswer(body: Uint8Array): BindAnswer {
  if (!body.includes(0)) return { systemId: "", version: null };
  const reader = new BodyReader(body);
  const systemId = reader.cString("system id");
  return { systemId, version: reader.tlvs()?.get(TLV.interfaceVersion)?.[0] ?? null };
}

/** A whole PDU. */
export function encodePdu(pdu: {
  readonly id: number;
  readonly status?: number;
  readonly sequence: number;
  readonly body?: Uint8Array;
}): Uint8Array {
  const { id, status = 0, sequence, body = NOTHING } = pdu;
  const bytes = new Uint8Array(HEADER_LENGTH + body.length);
  const view = new DataView(bytes.buffer);
  [bytes.length, id, status, sequence].forEach((value, at) => {
    view.setUint32(at * 4, value);
  });
  bytes.set(body, HEADER_LENGTH);
  return bytes;
}

const NOTHING = new Uint8Array(0);
const cString = (text: string): Uint8Array => concatBytes(utf8(text.replaceAll("\0", "")), Uint8Array.of(0));

export interface BindRequest {
  readonly systemId: string;
  readonly password: string;
  readonly systemType: string;
}

/** The body of bind_receiver and bind_transceiver (4.1.3, 4.1.5): any type of number, every address of the account. */
export function encodeBind({ systemId, password, systemType }: BindRequest): Uint8Array {
  const names = [systemId, password, systemType].map(cString);
  return concatBytes(...names, Uint8Array.of(INTERFACE_VERSION, 0, 0, 0));
}

/** The body of a deliver_sm_resp and a data_sm_resp: a message id, which is unused and empty (4.6.2). */
export const EMPTY_ID = new Uint8Array(1);
