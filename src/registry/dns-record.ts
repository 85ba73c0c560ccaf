// EmerDNS values: `A=1.2.3.4|TXT=…`. Read to find mirrors of a relay, written for those who run one (reference/emercoin.md section 7).

import { AppError } from "../base/index.ts";

export interface DnsRecord {
  /** In the order of the value; types in upper case. */
  readonly entries: readonly { readonly type: string; readonly value: string }[];
  /** Seconds. */
  readonly ttl: number;
}

export interface RelayMirror {
  readonly host: string;
  readonly addresses: readonly string[];
  /** Verify key of the relay (base64url), from a TXT pin: what makes a name without a public certificate trustworthy. */
  readonly key: string | null;
  /**
   * SHA-256 of the certificates that the host shows, lower-case hex, from TXT pins: boxes believe these instead of any authority. Two while
   * a certificate is being replaced.
   */
  readonly certificates: readonly string[];
}

const DEFAULT_TTL = 3600;
const LIST_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "NS", "MX", "SD"]);
const TYPES: ReadonlySet<string> = new Set([...LIST_TYPES, "CNAME", "TXT", "PTR", "SRV", "TTL"]);
const KEY = /^[A-Za-z0-9_-]{43}$/;
const LABEL = /^(?:\*|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;
const CERTIFICATE = /^[0-9a-f]{64}$/;
const PIN = "numberbox-relay=";
const CERTIFICATE_PIN = "numberbox-cert=";
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

function bad(what: string): AppError {
  return new AppError("dns.bad_record", `the EmerDNS record cannot be used: ${what}`, {
    hint: "Make it with `numberbox dns make`.",
  });
}

export function dnsName(host: string): string {
  if (!HOST.test(host)) throw bad("a host name has letters, digits, hyphens and at least one dot");
  return `dns:${host}`;
}

/** Cuts a value at its separator, which `~x` at the beginning redefines. */
function fieldsOf(value: string): readonly string[] {
  const separator = value.startsWith("~") ? value.charAt(1) : "|";
  const body = value.startsWith("~") ? value.slice(2) : value;
  return separator === "" ? [body] : body.split(separator);
}

/** Reads a value; types that we do not know are kept. Throws `dns.bad_record`. */
export function parseDnsValue(value: string): DnsRecord {
  const entries = fieldsOf(value).flatMap((field) => {
    const [, type = "", rest = ""] = /^\s*([A-Za-z]+)=(.*)$/s.exec(field) ?? [];
    if (type === "") return [];
    const upper = type.toUpperCase();
    const values = LIST_TYPES.has(upper) ? rest.split(",").map((each) => each.trim()) : [rest];
    return values.filter((each) => each !== "").map((each) => ({ type: upper, value: each }));
  });
  if (!entries.some(({ type }) => TYPES.has(type))) throw bad("it holds nothing of a known type");
  const ttl = Number(entries.find(({ type }) => type === "TTL")?.value ?? DEFAULT_TTL);
  return {
    entries: entries.filter(({ type }) => type !== "TTL"),
    ttl: Number.isInteger(ttl) && ttl > 0 ? ttl : DEFAULT_TTL,
  };
}

/** What TXT entries say under a key. A resolver cuts TXT at commas, and reads the first TXT alone. */
function pinned({ entries }: DnsRecord, prefix: string, form: RegExp): readonly string[] {
  return entries
    .filter(({ type }) => type === "TXT")
    .flatMap(({ value }) => value.split(",").map((text) => text.trim()))
    .filter((text) => text.startsWith(prefix))
    .map((text) => text.slice(prefix.length))
    .filter((text) => form.test(text));
}

/** SHA-256 of the certificates that a record vouches for. */
export function certificatePins(record: DnsRecord): readonly string[] {
  return [...new Set(pinned(record, CERTIFICATE_PIN, CERTIFICATE))];
}

/** Where a relay is, by its record. Throws `dns.bad_record`. */
export function mirrorOf(host: string, value: string): RelayMirror {
  const record = parseDnsValue(value);
  const { entries } = record;
  return {
    host,
    addresses: entries.filter(({ type }) => type === "A" || type === "AAAA").map(({ value: address }) => address),
    key: pinned(record, PIN, KEY)[0] ?? null,
    certificates: certificatePins(record),
  };
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^(?=.*:.*:)[0-9a-f:]{2,39}$/i;

export interface MirrorWish extends Pick<RelayMirror, "addresses" | "key"> {
  readonly certificates?: readonly string[];
  /** Labels below the host that have records of their own; `*` for each. Anybody can register those that nobody has. */
  readonly subdomains?: readonly string[];
}

/** The value that a relay's operator publishes. Throws `dns.bad_record`. */
export function mirrorValue(wish: MirrorWish, ttl = DEFAULT_TTL): string {
  const { addresses, key, certificates = [], subdomains = [] } = wish;
  const four = addresses.filter((address) => IPV4.test(address));
  const six = addresses.filter((address) => IPV6.test(address));
  if (four.length + six.length !== addresses.length || addresses.length === 0)
    throw bad("an address is not an IP address");
  if (key !== null && !KEY.test(key)) throw bad("the relay's key is not 32 bytes of base64url");
  if (!certificates.every((each) => CERTIFICATE.test(each)))
    throw bad("a certificate's pin is not its SHA-256 in lower-case hex");
  if (!subdomains.every((each) => LABEL.test(each))) throw bad("a subdomain is no label of a host name");
  const pins = [...(key === null ? [] : [`${PIN}${key}`]), ...certificates.map((each) => `${CERTIFICATE_PIN}${each}`)];
  const parts = [
    ...(four.length > 0 ? [`A=${four.join(",")}`] : []),
    ...(six.length > 0 ? [`AAAA=${six.join(",")}`] : []),
    ...(pins.length > 0 ? [`TXT=${pins.join(",")}`] : []),
    ...(subdomains.length > 0 ? [`SD=${subdomains.join(",")}`] : []),
    `TTL=${ttl}`,
  ];
  return parts.join("|");
}
