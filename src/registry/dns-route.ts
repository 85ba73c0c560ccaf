// Where a host of EmerDNS is, by the rules of the node's own resolver (reference/emercoin.md section 7). Values are what strangers wrote.

import { certificatePins, parseDnsValue } from "./dns-record.ts";

/** What one record says of the way to a host. */
export interface DnsFacts {
  /** Addresses that a machine can have, at most `MAX_ADDRESSES`; IPv4 first. */
  readonly addresses: readonly string[];
  /** Another host instead. */
  readonly alias: string | null;
  /** SHA-256 of certificates, lower-case hex. */
  readonly pins: readonly string[];
  /** Labels below that have a record of their own; `*` for each. */
  readonly subdomains: readonly string[];
  /** Seconds. */
  readonly ttl: number;
}

export const MAX_ADDRESSES = 8;
const MAX_PINS = 4;
const HOST = /^(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Lower-case, without the dot of the root; null for what is no name of at least two labels, addresses among them. */
export function hostName(text: string): string | null {
  const name = text.toLowerCase().replace(/\.$/, "");
  return HOST.test(name) ? name : null;
}

/** The name that somebody registered, and what stands before it from the right: `["b", "a"]` for a.b.shop.coin. */
export interface DnsZone {
  readonly apex: string;
  readonly below: readonly string[];
}

/** Null for a host of another name service. Suffixes are such as `.coin`. */
export function zoneOf(host: string, suffixes: readonly string[]): DnsZone | null {
  const name = hostName(host);
  const suffix = suffixes
    .filter((each) => name?.endsWith(each) === true)
    .reduce((longest, each) => (each.length > longest.length ? each : longest), "");
  if (name === null || suffix === "" || name.length === suffix.length) return null;
  const labels = name.slice(0, -suffix.length).split(".");
  const last = labels.pop() ?? "";
  return { apex: `${last}${suffix}`, below: labels.reverse() };
}

export function delegates({ subdomains }: DnsFacts, label: string): boolean {
  return subdomains.includes(label) || subdomains.includes("*");
}

/** In one spelling; null for what no single machine has. */
function ipv4(text: string): string | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return null;
  const bytes = text.split(".").map(Number);
  const [first = 0] = bytes;
  return bytes.every((byte) => byte <= 255) && first > 0 && first < 224 ? bytes.join(".") : null;
}

function ipv6(text: string): string | null {
  if (!/^[0-9a-f:]{2,39}$/i.test(text) || !URL.canParse(`http://[${text}]/`)) return null;
  const address = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  // Nobody's, everybody's, and of one link alone, whose interface a record cannot know.
  return address === "::" || /^(?:ff|fe[89ab])/.test(address) ? null : address;
}

/** Throws `dns.bad_record` for what is no record. What cannot be used in one is left out. */
export function dnsFacts(value: string): DnsFacts {
  const record = parseDnsValue(value);
  const all = (wanted: string): readonly string[] =>
    record.entries.filter(({ type }) => type === wanted).map((entry) => entry.value.trim());
  const usable = (addresses: readonly (string | null)[]): string[] => addresses.filter((each) => each !== null);
  const addresses = [...usable(all("A").map(ipv4)), ...usable(all("AAAA").map(ipv6))];
  return {
    addresses: [...new Set(addresses)].slice(0, MAX_ADDRESSES),
    alias:
      all("CNAME")
        .map(hostName)
        .find((each) => each !== null) ?? null,
    pins: certificatePins(record).slice(0, MAX_PINS),
    subdomains: all("SD").map((label) => label.toLowerCase()),
    ttl: record.ttl,
  };
}
