// WORM records: the public keys of a user or a node under a name in the chain. Written as G2 (`wormXml` of `envelope`), read from G0 to
// G2. The user's name is not in the XML: only the name in the chain binds it to the keys.

import { AppError, type CryptoSuite, type ErrorCode } from "../base/index.ts";
import { type PublicKeys, publicKeysFromText } from "../envelope/index.ts";
import { type ChainName, inactiveReason, valueText } from "./chain-name.ts";
import { attempt } from "./verdict.ts";
import { parseXml, type XmlElement } from "./worm-xml.ts";

export type WormKind = "user" | "node" | "human" | "faucet";

export interface WormName {
  readonly kind: WormKind;
  /** A user's name or a node's URL: all behind the third colon. */
  readonly subject: string;
}

export interface Worm extends PublicKeys {
  readonly kind: "user" | "node";
  readonly generation: "G1" | "G2";
  /** The attribute as it stands (base64 of 16 bytes by custom); null where there is none. */
  readonly nonce: string | null;
  readonly tags: readonly string[];
  /** Of a node only. */
  readonly node: NodeFacts | null;
}

export interface NodeFacts {
  readonly url: string;
  /** `inet` unless the record names another. */
  readonly network: "inet" | "yggdrasil" | "tor" | "i2p";
  readonly masterUser: string;
  readonly tariff: string;
  readonly services: readonly string[];
}

/** What a WORM's name says; null for any other name. */
export function parseWormName(name: string): WormName | null {
  const [, kind, subject] = /^worm:(user|node|human|faucet):ness:(.+)$/s.exec(name) ?? [];
  return kind === undefined || subject === undefined ? null : { kind: kind as WormKind, subject };
}

/** The name of a user's WORM. */
export function userWormName(user: string): string {
  return `worm:user:ness:${user}`;
}

function badWorm(code: ErrorCode, what: string, cause?: AppError): AppError {
  return new AppError(code, `the WORM record ${what}`, {
    hint: "Ask the owner to publish the record of his current keys again.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Padded standard base64, as all tools of the network write it. */
const KEY = /^[A-Za-z0-9+/]{43}=$/;

function keysOf(suite: CryptoSuite, element: XmlElement): PublicKeys {
  const encrypt = element.attributes.get("public") ?? "";
  const verify = element.attributes.get("verify") ?? "";
  for (const [name, text] of [
    ["public", encrypt],
    ["verify", verify],
  ] as const) {
    if (!KEY.test(text)) throw badWorm("worm.bad_key", `has no base64 of 32 bytes in its attribute ${name}`);
  }
  const read = attempt(() => publicKeysFromText(suite, { encrypt, verify }));
  if ("fault" in read)
    throw badWorm("worm.bad_key", `has a key that cannot be used: ${read.fault.message}`, read.fault);
  return read.value;
}

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

const childOf = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((child) => child.name === name);

/** Keys as attributes (G2), else as children of `<keys>`: the one that is marked current, else the first (G1, G0). */
function userWorm(suite: CryptoSuite, user: XmlElement): Worm {
  const { attributes } = user;
  const modern = attributes.has("public") || attributes.has("verify");
  const old = childOf(user, "keys")?.children.filter((child) => child.name === "key") ?? [];
  const source = modern ? user : (old.find((key) => key.attributes.get("current") === "current") ?? old[0]);
  if (source === undefined) throw badWorm("worm.no_keys", "holds no keys");
  return {
    kind: "user",
    generation: modern ? "G2" : "G1",
    ...keysOf(suite, source),
    nonce: attributes.get("nonce") ?? null,
    tags: listOf(attributes.get("tags")),
    node: null,
  };
}

function networkOf(text: string): NodeFacts["network"] {
  if (text === "inet" || text === "yggdrasil" || text === "tor" || text === "i2p") return text;
  throw badWorm("worm.bad_node", "names an unknown network");
}

/** NessNode takes a node only with all of these. */
function nodeWorm(suite: CryptoSuite, node: XmlElement): Worm {
  const need = (name: string): string => {
    const value = node.attributes.get(name) ?? "";
    if (value === "") throw badWorm("worm.bad_node", `has no attribute ${name}`);
    return value;
  };
  return {
    kind: "node",
    generation: "G2",
    ...keysOf(suite, node),
    nonce: need("nonce"),
    tags: listOf(node.attributes.get("tags")),
    node: {
      url: need("url"),
      network: networkOf(node.attributes.get("network") ?? "inet"),
      masterUser: need("master-user"),
      tariff: need("tariff"),
      services: listOf(need("services")),
    },
  };
}

/**
 * Reads a WORM record. Throws `registry.bad_value`, `worm.bad_xml`, `worm.not_ness`, `worm.no_keys`, `worm.bad_key` or
 * `worm.bad_node`.
 */
export function parseWorm(suite: CryptoSuite, value: Uint8Array): Worm {
  const root = parseXml(valueText(value, "the WORM record"));
  const ness = root.children.filter(({ attributes }) => attributes.get("type") === "ness");
  const found = ness.find(({ name }) => name === "user") ?? ness.find(({ name }) => name === "node");
  if (root.name !== "worm" || found === undefined) throw badWorm("worm.not_ness", "is not one of a NESS user or node");
  return found.name === "user" ? userWorm(suite, found) : nodeWorm(suite, found);
}

export interface WormEvidence {
  /** Null where the chain has no such name. */
  readonly record: ChainName | null;
  /** Height of the chain when the record was read. */
  readonly height: number;
  /** The name that was asked for, if another answer would be a fault. */
  readonly expectedName?: string;
}

export interface VerifiedWorm {
  readonly name: WormName;
  readonly worm: Worm;
  /** The owner of the name: pin it together with the verify key (B8). */
  readonly owner: string;
  readonly txid: string;
  readonly expiresAt: number;
}

/**
 * The keys that a name in the chain vouches for. Throws `worm.missing`, `worm.wrong_name`, `worm.expired`, `worm.deleted`,
 * `worm.no_owner`, or what `parseWorm` throws.
 */
export function verifyWorm(suite: CryptoSuite, { record, height, expectedName }: WormEvidence): VerifiedWorm {
  if (record === null) throw badWorm("worm.missing", "does not exist in the chain");
  const name = parseWormName(record.name);
  if (name === null || (expectedName !== undefined && expectedName !== record.name)) {
    throw badWorm("worm.wrong_name", "stands under another name than the one asked for");
  }
  const inactive = inactiveReason(record, height);
  if (inactive !== null) throw badWorm(`worm.${inactive}`, `is ${inactive}: its name may belong to somebody else now`);
  if (record.address === "") throw badWorm("worm.no_owner", "has no owner");
  const worm = parseWorm(suite, record.value);
  if ((worm.kind === "node") !== (name.kind === "node")) {
    throw badWorm("worm.wrong_name", `of a ${worm.kind} stands under the name of a ${name.kind}`);
  }
  return { name, worm, owner: record.address, txid: record.txid, expiresAt: record.expiresAt };
}
