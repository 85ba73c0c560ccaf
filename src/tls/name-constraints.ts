// The names that the box's own authority may vouch for, as an X.509 extension (RFC 5280 4.2.1.10): names under `.local`, private addresses,
// and those of the configuration. Whoever steals its key can make certificates for no bank.

import { AppError, concatBytes, utf8 } from "../base/index.ts";

/** Address and mask, as the extension wants them. */
const PRIVATE_V4 = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"] as const;
/** First byte, second byte, length of the prefix: unique local, link local. */
const PRIVATE_V6 = [
  [0xfc, 0x00, 7],
  [0xfe, 0x80, 10],
] as const;

/** DER (X.690) of one value; contents stay below 64 KiB. */
function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...contents);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return concatBytes(new Uint8Array(head), content);
}

function maskOf(bits: number, length: number): readonly number[] {
  return Array.from({ length }, (_, i) => (0xff << (8 - Math.min(8, Math.max(0, bits - 8 * i)))) & 0xff);
}

function v4(cidr: string): Uint8Array {
  const [address = "", bits = "0"] = cidr.split("/");
  return new Uint8Array([...address.split(".").map(Number), ...maskOf(Number(bits), 4)]);
}

function v6(first: number, second: number, bits: number): Uint8Array {
  return new Uint8Array([first, second, ...new Array<number>(14).fill(0), ...maskOf(bits, 16)]);
}

const LOOPBACK_V6 = new Uint8Array([...new Array<number>(15).fill(0), 1, ...new Array<number>(16).fill(0xff)]);

/** The extension's value: what is permitted; everything else is not. Throws `tls.bad_name` for a name that is none. */
export function nameConstraints(names: readonly string[]): Uint8Array {
  const dns = ["local", "localhost", ...names].map((name) => {
    if (!isHostName(name)) {
      throw new AppError("tls.bad_name", "a name of the configuration is no host name", { context: { name } });
    }
    return der(0x82, utf8(name));
  });
  const addresses = [...PRIVATE_V4.map(v4), ...PRIVATE_V6.map(([a, b, bits]) => v6(a, b, bits)), LOOPBACK_V6];
  const bases = [...dns, ...addresses.map((bytes) => der(0x87, bytes))];
  return der(0x30, der(0xa0, ...bases.map((base) => der(0x30, base))));
}

export function isHostName(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}

/** Whether the authority's constraints let it vouch for a host: a name or an address in text. */
export function isPermitted(host: string, names: readonly string[]): boolean {
  const lower = host.toLowerCase();
  if (isPrivateAddress(lower)) return true;
  if (!isHostName(lower) || /^[0-9.]+$/.test(lower)) return false;
  return ["local", "localhost", ...names.map((name) => name.toLowerCase())].some(
    (name) => lower === name || lower.endsWith(`.${name}`),
  );
}

/** Of the permitted networks above. */
export function isPrivateAddress(text: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts !== undefined) {
    if (parts.some((part) => part > 255)) return false;
    const bytes = new Uint8Array(parts);
    return PRIVATE_V4.map(v4).some((net) => bytes.every((byte, i) => (byte & (net[4 + i] ?? 0)) === net[i]));
  }
  return text === "::1" || /^f[cd][0-9a-f]{2}:[0-9a-f:]*$/.test(text) || /^fe[89ab][0-9a-f]:[0-9a-f:]*$/.test(text);
}
