// Key objects of node:crypto from raw 32-byte keys. Making one costs as much as using it, so a program that runs for long keeps those
// it will need again.

import { createPrivateKey, createPublicKey, hash, type KeyObject } from "node:crypto";
import { concatBytes, fromHex } from "./bytes.ts";

export type Curve = "x25519" | "ed25519";

/** Makes key objects of 32-byte keys. Both throw what OpenSSL throws for a key that it cannot load. */
export interface KeyObjects {
  privateKey(curve: Curve, raw: Uint8Array): KeyObject;
  publicKey(curve: Curve, raw: Uint8Array): KeyObject;
}

// The fixed DER in front of a raw key (RFC 8410).
const PKCS8 = {
  x25519: fromHex("302e020100300506032b656e04220420"),
  ed25519: fromHex("302e020100300506032b657004220420"),
};
const SPKI = {
  x25519: fromHex("302a300506032b656e032100"),
  ed25519: fromHex("302a300506032b6570032100"),
};

/** One's own key, and the one-time key of the message that is being sealed. */
const PRIVATE_KEPT = 2;
/** The renters of a box, or the providers and renters of a relay. */
const PUBLIC_KEPT = 1024;

/** Makes each key anew. */
export const freshKeys: KeyObjects = {
  privateKey: (curve, raw) =>
    createPrivateKey({ key: Buffer.from(concatBytes(PKCS8[curve], raw)), format: "der", type: "pkcs8" }),
  publicKey: (curve, raw) =>
    createPublicKey({ key: Buffer.from(concatBytes(SPKI[curve], raw)), format: "der", type: "spki" }),
};

/** The last `limit` keys of one kind, by digest: a raw key is kept nowhere else. */
class KeptKeys {
  readonly #make: (raw: Uint8Array) => KeyObject;
  readonly #limit: number;
  /** In the order of last use. */
  readonly #keys = new Map<string, KeyObject>();

  constructor(limit: number, make: (raw: Uint8Array) => KeyObject) {
    this.#limit = limit;
    this.#make = make;
  }

  get(raw: Uint8Array): KeyObject {
    const digest = hash("sha256", raw, "base64url");
    const key = this.#keys.get(digest) ?? this.#make(raw);
    this.#keys.delete(digest);
    this.#keys.set(digest, key);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > this.#limit && oldest !== undefined) this.#keys.delete(oldest);
    return key;
  }
}

/** Keeps the keys that were used last, few private and many public ones. */
export function keptKeys(): KeyObjects {
  const kept = (limit: number, make: (curve: Curve, raw: Uint8Array) => KeyObject): Record<Curve, KeptKeys> => ({
    x25519: new KeptKeys(limit, (raw) => make("x25519", raw)),
    ed25519: new KeptKeys(limit, (raw) => make("ed25519", raw)),
  });
  const privateKeys = kept(PRIVATE_KEPT, freshKeys.privateKey);
  const publicKeys = kept(PUBLIC_KEPT, freshKeys.publicKey);
  return {
    privateKey: (curve, raw) => privateKeys[curve].get(raw),
    publicKey: (curve, raw) => publicKeys[curve].get(raw),
  };
}
