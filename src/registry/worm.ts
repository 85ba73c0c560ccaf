// WORM records: who has which keys. Written by `wormXml` of `envelope`; read here in every form that the network has used
// (reference/ness-ecosystem.md section 2). The record does not name its user: only the chain's name binds keys to a person.

import { AppError, type CryptoSuite, fromUtf8 } from "../base/index.ts";
import { type PublicKeysText, publicKeysFromText, publicKeysToText } from "../envelope/index.ts";
import { type NameEvidence, PAST, stateAt } from "./evidence.ts";
import { parseXml, type XmlElement } from "./xml.ts";

export const WORM_USER = "worm:user:ness:";
export const WORM_NODE = "worm:node:ness:";

export interface WormKeys extends PublicKeysText {
  /** As published, usually 16 bytes in base64. */
  readonly nonce: string;
}

export interface WormNode extends WormKeys {
  readonly url: string;
  readonly network: string;
  readonly masterUser: string;
  readonly services: readonly string[];
}

function bad(what: string): AppError {
  return new AppError("worm.malformed", `the WORM record cannot be used: ${what}`, {
    hint: "Ask its owner to publish it again with current tools.",
  });
}

const STRICT_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** Standard base64 with padding, as every WORM has it; 32 bytes. */
function keyText(element: XmlElement, attribute: string): string {
  const text = element.attributes.get(attribute) ?? "";
  if (!STRICT_BASE64.test(text)) throw bad(`its ${attribute} key is not 32 bytes of base64`);
  return text.slice(0, 43).replaceAll("+", "-").replaceAll("/", "_");
}

/** Attributes of the element itself (G2), or of the key marked as current among its children (G0, G1). */
function keyElement(user: XmlElement): XmlElement {
  if (user.attributes.has("public") || user.attributes.has("verify")) return user;
  const keys = user.children.find(({ name }) => name === "keys")?.children.filter(({ name }) => name === "key") ?? [];
  const current = keys.find(({ attributes }) => attributes.get("current") === "current") ?? keys[0];
  if (current === undefined) throw bad("it holds no keys");
  return current;
}

function rootOf(value: Uint8Array): XmlElement {
  const root = parseXml(fromUtf8(value).replaceAll("”", '"'));
  if (root.name !== "worm") throw bad("its root element is not worm");
  return root;
}

function elementOf(root: XmlElement, name: "user" | "node"): XmlElement {
  const found = root.children.find((child) => child.name === name && child.attributes.get("type") === "ness");
  if (found === undefined) throw bad(`it describes no ${name} of type ness`);
  return found;
}

function keysOf(suite: CryptoSuite, element: XmlElement): PublicKeysText {
  const from = keyElement(element);
  const keys = { verify: keyText(from, "verify"), encrypt: keyText(from, "public") };
  try {
    // Judges low-order keys, which would make every envelope readable.
    return publicKeysToText(publicKeysFromText(suite, keys));
  } catch (cause) {
    throw new AppError("worm.malformed", "the WORM record's keys are not keys", { cause });
  }
}

/** Reads a user's WORM. Throws `worm.malformed`, `worm.bad_xml` or `base.bad_utf8`. */
export function parseUserWorm(suite: CryptoSuite, value: Uint8Array): WormKeys {
  const user = elementOf(rootOf(value), "user");
  return { ...keysOf(suite, user), nonce: user.attributes.get("nonce") ?? "" };
}

/** Reads a node's WORM, such as that of a relay. Throws as `parseUserWorm` does. */
export function parseNodeWorm(suite: CryptoSuite, value: Uint8Array): WormNode {
  const node = elementOf(rootOf(value), "node");
  const text = (name: string): string => node.attributes.get(name) ?? "";
  const services = text("services")
    .split(",")
    .filter((each) => each !== "");
  if (text("url") === "" || services.length === 0) throw bad("a node must have a url and services");
  const common = { url: text("url"), network: text("network") || "inet", masterUser: text("master-user") };
  return { ...keysOf(suite, node), nonce: text("nonce"), ...common, services };
}

/** Everything behind the third colon: user names may hold colons. Null for a name of another kind. */
export function wormUser(name: string): string | null {
  return name.startsWith(WORM_USER) && name.length > WORM_USER.length ? name.slice(WORM_USER.length) : null;
}

/**
 * Keys that the chain vouches for now: at `height`, where the name was read some time ago. Throws `worm.wrong_name`, `worm.expired`,
 * `worm.deleted`, or as `parseUserWorm` does.
 */
export function verifyWorm(suite: CryptoSuite, evidence: NameEvidence, height?: number): WormKeys {
  if (wormUser(evidence.name) === null) throw new AppError("worm.wrong_name", "this name is not that of a user's WORM");
  refuseInactive(evidence, height);
  return parseUserWorm(suite, evidence.value);
}

/** The same for a node, such as a relay; the URL in the record must be the one in the name. Adds `worm.wrong_name` for another URL. */
export function verifyNodeWorm(suite: CryptoSuite, evidence: NameEvidence, height?: number): WormNode {
  refuseInactive(evidence, height);
  const node = parseNodeWorm(suite, evidence.value);
  if (evidence.name !== WORM_NODE + node.url)
    throw new AppError("worm.wrong_name", "the WORM record is that of another node than its name says");
  return node;
}

function refuseInactive(evidence: NameEvidence, height: number | undefined): void {
  const state = stateAt(evidence, height);
  if (state === "active") return;
  throw new AppError(`worm.${state}`, `the WORM record ${PAST[state]}`, {
    hint: "Its owner must publish it again before anybody can trust these keys.",
  });
}
