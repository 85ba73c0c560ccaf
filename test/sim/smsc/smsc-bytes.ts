// SMPP 3.4 as a message centre writes and reads it. Made on its own from the specification, with nothing of `src/smpp` in it, so that a
// misreading there shows.

export const ID = {
  bindReceiver: 0x00000001,
  bindTransceiver: 0x00000009,
  deliver: 0x00000005,
  data: 0x00000103,
  unbind: 0x00000006,
  enquire: 0x00000015,
  nack: 0x80000000,
} as const;

export const resp = (id: number): number => (id + 0x80000000) >>> 0;

export interface SmscMessage {
  /** For the tests; never on the wire. */
  readonly id: string;
  readonly from: string;
  readonly ton: number;
  readonly to: string;
  readonly esmClass: number;
  readonly dataCoding: number;
  readonly text: Uint8Array;
  readonly tlvs: readonly (readonly [tag: number, value: Uint8Array])[];
  readonly command: "deliver" | "data";
}

const ascii = (text: string): Buffer => Buffer.from(`${text}\0`, "latin1");

export function pdu(id: number, sequence: number, body: Uint8Array = Buffer.alloc(0), status = 0): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(16 + body.length, 0);
  head.writeUInt32BE(id, 4);
  head.writeUInt32BE(status, 8);
  head.writeUInt32BE(sequence, 12);
  return Buffer.concat([head, body]);
}

function tlv(tag: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(tag, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** deliver_sm or data_sm. */
export function messagePdu(message: SmscMessage, sequence: number): Buffer {
  const { ton, from, to, esmClass, dataCoding, text, command } = message;
  const addresses = [ascii(""), Buffer.of(ton, 1), ascii(from), Buffer.of(1, 1), ascii(to), Buffer.of(esmClass)];
  const optional = message.tlvs.map(([tag, value]) => tlv(tag, value));
  if (command === "data") {
    const payload = tlv(0x0424, text);
    return pdu(ID.data, sequence, Buffer.concat([...addresses, Buffer.of(0, dataCoding), payload, ...optional]));
  }
  const times = [ascii(""), ascii("")];
  const rest = Buffer.of(0, 0, dataCoding, 0, text.length);
  return pdu(ID.deliver, sequence, Buffer.concat([...addresses, Buffer.of(0, 0), ...times, rest, text, ...optional]));
}

export interface ReceivedPdu {
  readonly id: number;
  readonly status: number;
  readonly sequence: number;
  readonly body: Buffer;
}

/** Takes whole PDUs off the front of `bytes`. */
export function takePdus(bytes: Buffer): { readonly pdus: readonly ReceivedPdu[]; readonly rest: Buffer } {
  const pdus: ReceivedPdu[] = [];
  let rest = bytes;
  while (rest.length >= 16 && rest.length >= rest.readUInt32BE(0)) {
    const length = rest.readUInt32BE(0);
    pdus.push({
      id: rest.readUInt32BE(4),
      status: rest.readUInt32BE(8),
      sequence: rest.readUInt32BE(12),
      body: rest.subarray(16, length),
    });
    rest = rest.subarray(length);
  }
  return { pdus, rest };
}

/** system_id, password and system_type of a bind. */
export function bindNames(body: Buffer): readonly string[] {
  return body.toString("latin1").split("\0").slice(0, 3);
}

/** system_id and sc_interface_version. */
export function bindAnswer(systemId: string): Buffer {
  return Buffer.concat([ascii(systemId), tlv(0x0210, Buffer.of(0x34))]);
}
