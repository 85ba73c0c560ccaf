// Asks a node's own EmerDNS by UDP (RFC 1035, RFC 3403), where the environment names one.

import { createSocket } from "node:dgram";

const address = process.env.NUMBERBOX_TEST_EMERDNS;
/** Empty where a resolver can be asked. */
export const noEmerDns = address === undefined ? " (skipped: needs NUMBERBOX_TEST_EMERDNS, such as [::1]:5335)" : "";

export const TYPE = { A: 1, TXT: 16, NAPTR: 35 } as const;
const TIMEOUT_MS = 3000;

export interface DnsAnswer {
  /** 0 for an answer, 3 for a name that does not exist. */
  readonly code: number;
  /** Of the type that was asked for: their data with strings cut apart. */
  readonly records: readonly { readonly ttl: number; readonly data: readonly (string | number)[] }[];
}

function question(name: string, type: number): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, "latin1")]));
  const head = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, ...labels, Buffer.from([0, type >> 8, type & 0xff, 0, 1])]);
}

function afterName(packet: Buffer, at: number): number {
  for (let position = at; ; ) {
    const length = packet.readUInt8(position);
    if (length >= 0xc0) return position + 2;
    position += length + 1;
    if (length === 0) return position;
  }
}

function strings(data: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data.readUInt8(at);
    found.push(data.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return found;
}

function dataOf(type: number, data: Buffer): readonly (string | number)[] {
  if (type === TYPE.A) return [[...data].join(".")];
  if (type === TYPE.TXT) return strings(data);
  // Order, preference, then flags, service and expression; the replacement behind them is the root.
  return [data.readUInt16BE(0), data.readUInt16BE(2), ...strings(data.subarray(4)).slice(0, 3)];
}

function parse(packet: Buffer, type: number): DnsAnswer {
  let at = 12;
  for (let i = 0; i < packet.readUInt16BE(4); i++) at = afterName(packet, at) + 4;
  const records: DnsAnswer["records"][number][] = [];
  for (let i = 0; i < packet.readUInt16BE(6); i++) {
    at = afterName(packet, at);
    const length = packet.readUInt16BE(at + 8);
    const data = packet.subarray(at + 10, at + 10 + length);
    if (packet.readUInt16BE(at) === type) records.push({ ttl: packet.readUInt32BE(at + 4), data: dataOf(type, data) });
    at += 10 + length;
  }
  return { code: packet.readUInt8(3) & 15, records };
}

/** Rejects when no answer comes in time. */
export function askEmerDns(name: string, type: number): Promise<DnsAnswer> {
  const { hostname, port } = new URL(`udp://${address ?? ""}`);
  const socket = createSocket("udp6");
  return new Promise<DnsAnswer>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("EmerDNS does not answer")), TIMEOUT_MS);
    socket.once("error", reject);
    socket.once("message", (packet) => {
      clearTimeout(timer);
      resolve(parse(packet, type));
    });
    socket.send(question(name, type), Number(port), hostname.replace(/^\[|\]$/g, ""));
  }).finally(() => socket.close());
}
