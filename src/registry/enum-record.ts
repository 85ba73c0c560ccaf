// Phone numbers in the Emercoin namespace: EmerENUM, which the node's own DNS answers from, is written; two other forms of the network
// are read too (reference/emercoin.md section 7).

import { AppError, type CoinCrypto, type E164 } from "../base/index.ts";
import { type ChainNetwork, verifyMessage } from "../emercoin/index.ts";

export interface EnumService {
  /** `sip`, `xmpp`, … */
  readonly service: string;
  readonly order: number;
  readonly preference: number;
  readonly uri: string;
}

export interface EnumRecord {
  readonly form: "emer_enum" | "zone_file" | "backend";
  /** By order and preference, the first to be tried first (RFC 3403). */
  readonly services: readonly EnumService[];
  readonly ttl: number;
  /** Who vouches: the verifier's name, and its base64 signature over the record's exact name. */
  readonly signatures: readonly { readonly verifier: string; readonly signature: string }[];
}

const DEFAULT_TTL = 86_400;
const MAX_SERVICES = 32;
const URI = /^[a-z][a-z0-9+.-]{1,20}:[\x21-\x7e]{1,250}$/i;

/** Name of the n-th record of a number; lookups stop at the first that is missing. */
export function enumName(number: E164, at: number): string {
  return `enum:${number.slice(1)}:${at}`;
}

/** Names under which a number may stand, ours first. */
export function enumNames(number: E164): readonly string[] {
  const dotted = [...number.slice(1)].reverse().join(".");
  return [enumName(number, 0), `enum:${dotted}.e164.arpa`];
}

function bad(what: string): AppError {
  return new AppError("enum.bad_record", `the ENUM record cannot be used: ${what}`, {
    hint: "Write it with `numberbox enum publish`.",
  });
}

export interface EnumWish {
  readonly services: readonly EnumService[];
  readonly ttl: number;
  readonly signatures: EnumRecord["signatures"];
}

const isSmall = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffff;

/** A name or signature that held a separator of the form would be read as something else. */
function checkWish({ services, ttl, signatures }: EnumWish): void {
  if (services.length === 0) throw bad("it names no service");
  if (!Number.isInteger(ttl) || ttl < 1) throw bad("its time to live is not a number of seconds");
  if (!services.every(({ order, preference }) => isSmall(order) && isSmall(preference)))
    throw bad("order and preference must be 0-65535");
  const sound = ({ verifier, signature }: EnumRecord["signatures"][number]): boolean =>
    /^[\x21-\x7e]{1,512}$/.test(verifier) && !/[|,]/.test(verifier) && /^[A-Za-z0-9+/]+={0,2}$/.test(signature);
  if (!signatures.every(sound)) throw bad("a verifier's name or signature is malformed");
}

/** EmerENUM lines. Throws `enum.bad_record`. */
export function enumValue(wish: EnumWish): string {
  checkWish(wish);
  const { services, ttl, signatures } = wish;
  const lines = services.map(({ service, order, preference, uri }) => {
    // The node splits at `!` and ends a line at a blank.
    if (!URI.test(uri) || uri.includes("!") || !/^[a-z0-9]{1,16}$/.test(service))
      throw bad("a service or its address is malformed");
    return `E2U+${service}=${order}|${preference}|!^.*$!${uri}!`;
  });
  const signed = signatures.map(({ verifier, signature }) => `${verifier}|${signature}`).join(",");
  return [...(signed === "" ? [] : [`SIG=${signed}`]), `TTL=${ttl}`, ...lines].join("\n");
}

const sorted = (services: readonly EnumService[]): readonly EnumService[] =>
  [...services].sort((a, b) => a.order - b.order || a.preference - b.preference).slice(0, MAX_SERVICES);

/** The address in a NAPTR substitution that replaces everything; null for one that keeps parts of the number. */
function uriOf(expression: string): string | null {
  const [, uri = ""] = /^!\^?\.\*\$?!([^!]+)!i?$/.exec(expression.trim()) ?? [];
  return URI.test(uri) ? uri : null;
}

function readEmerEnum(lines: readonly string[]): EnumRecord | null {
  const services: EnumService[] = [];
  const signatures: { verifier: string; signature: string }[] = [];
  let ttl = DEFAULT_TTL;
  for (const line of lines) {
    const [, key = "", rest = ""] = /^\s*([^=]+)=(.*)$/.exec(line) ?? [];
    const [, service] = /^e2u\+([a-z0-9]+)$/i.exec(key.trim()) ?? [];
    if (service !== undefined) {
      const [order = "", preference = "", ...expression] = rest.split("|");
      const uri = uriOf(expression.join("|"));
      if (uri !== null)
        services.push({
          service: service.toLowerCase(),
          order: Number(order) || 0,
          preference: Number(preference) || 0,
          uri,
        });
    } else if (/^ttl$/i.test(key.trim())) ttl = Number(rest) || DEFAULT_TTL;
    else if (/^sig$/i.test(key.trim())) {
      for (const each of rest.split(",")) {
        const [verifier = "", signature = ""] = each.split("|");
        if (signature !== "") signatures.push({ verifier, signature });
      }
    }
  }
  return services.length === 0 ? null : { form: "emer_enum", services: sorted(services), ttl, signatures };
}

/** `IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:…!" .` as the seed shows it. */
function readZoneFile(text: string): EnumRecord | null {
  const line = /NAPTR\s+(\d+)\s+(\d+)\s+"u"\s+"E2U\+([a-z0-9]+)"\s+"([^"]+)"/gi;
  const services = [...text.matchAll(line)].flatMap(([, order, preference, service = "", expression = ""]) => {
    const uri = uriOf(expression);
    return uri === null
      ? []
      : [{ service: service.toLowerCase(), order: Number(order), preference: Number(preference), uri }];
  });
  return services.length === 0
    ? null
    : { form: "zone_file", services: sorted(services), ttl: DEFAULT_TTL, signatures: [] };
}

/** `"!^.*$!sip:a!"|"!^.*$!sip:b!"` of privatenumer's lookup server. */
function readBackend(text: string): EnumRecord | null {
  const parts = text.trim().split("|");
  if (!parts.every((part) => /^"[^"]+"$/.test(part.trim()))) return null;
  const services = parts.flatMap((part, at) => {
    const uri = uriOf(part.trim().slice(1, -1));
    return uri === null
      ? []
      : [{ service: uri.slice(0, uri.indexOf(":")).toLowerCase(), order: 100, preference: 10 + at, uri }];
  });
  return services.length === 0
    ? null
    : { form: "backend", services: sorted(services), ttl: DEFAULT_TTL, signatures: [] };
}

/** Reads any of the three forms. Throws `enum.bad_record`. */
export function parseEnumValue(text: string): EnumRecord {
  const record = readZoneFile(text) ?? readBackend(text) ?? readEmerEnum(text.split(/[\r\n]+/));
  if (record === null) throw bad("it is of none of the known forms");
  return record;
}

/**
 * Whether a verifier vouches for a record: his signature, by the address that owns his name, is over the record's exact name (and over
 * nothing of its value). Throws `emercoin.bad_address`.
 */
export function isVouchedFor(
  crypto: CoinCrypto,
  { name, record }: { readonly name: string; readonly record: EnumRecord },
  verifier: { readonly name: string; readonly address: string; readonly network: ChainNetwork },
): boolean {
  const { address, network } = verifier;
  return record.signatures
    .filter((each) => each.verifier === verifier.name)
    .some(({ signature }) => verifyMessage(crypto, { address, message: name, signature }, network));
}
