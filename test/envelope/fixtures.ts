// Identities and random sources that envelope tests share. All keys are throw-away test keys.

import { fromHex, type Random, Secret } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { type Identity, identityFromSeed, type MessageHeader, nobleSuite } from "../../src/envelope/index.ts";

export const suites = [
  { name: "noble", suite: nobleSuite },
  { name: "OpenSSL", suite: systemCrypto },
] as const;

/** Bytes 00 01 02 …, as the reference vectors were made. */
export function countingRandom(): Random {
  let next = 0;
  return { bytes: (length) => Uint8Array.from({ length }, () => next++ & 0xff) };
}

function identity(name: string, fill: number): Identity {
  return identityFromSeed(systemCrypto, {
    name,
    seed: new Uint8Array(32).fill(fill),
    nonce: new Uint8Array(16).fill(fill),
  });
}

export const provider = identity("provider", 0x11);
export const renter = identity("renter", 0x22);
export const stranger = identity("stranger", 0x33);

export const header: MessageHeader = {
  v: 1,
  id: "00112233445566778899aabbccddeeff",
  listing_id: "0123456789ab4cde",
  rental_id: "ffeeddccbbaa99887766554433221100",
  seq: 7,
  ts: 1_763_000_000,
};

export const secretOf = (hex: string): Secret<Uint8Array> => new Secret(fromHex(hex));

/** A copy of `bytes` with one bit of byte `index` changed. */
export function flipBit(bytes: Uint8Array, index: number, bit = 0): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
}

/** Every form in which a key could stand in a text: hex, base64 and base64url. */
export function formsOf(key: Uint8Array): readonly string[] {
  const buffer = Buffer.from(key);
  return [buffer.toString("hex"), buffer.toString("base64").replace(/=+$/, ""), buffer.toString("base64url")];
}

/** Everything that a thrown error could show anywhere: message, context, stack, causes. */
export function shownBy(error: unknown): string {
  let text = "";
  for (let current = error; current instanceof Error; current = current.cause) {
    text += `${current.message} ${current.stack} ${JSON.stringify(current)} `;
  }
  return text;
}

/** Members of `vectors/ness/vectors.json` that the tests use. */
export interface NessVectors {
  readonly identities: Readonly<
    Record<
      "provider123" | "renter456",
      {
        readonly seed_hex: string;
        readonly verify_hex: string;
        readonly public_hex: string;
        readonly nonce_b64: string;
        readonly verify_b64url: string;
        readonly public_b64url: string;
        readonly worm_name: string;
        readonly worm_xml: string;
        readonly worm_sha256: string;
      }
    >
  >;
  readonly listing: {
    readonly record_unsigned: unknown;
    readonly canonical_unsigned: string;
    readonly signature_b64url: string;
    readonly commitments: Readonly<Record<string, string>>;
    readonly sig_over_pretty_file_b64url: string;
  };
  readonly listing_full: {
    readonly record_signed: Readonly<Record<string, unknown>> & { readonly signature: string };
    readonly canonical_unsigned_sha256_C1: string;
  };
  readonly envelope_v1: {
    readonly plaintext_utf8: string;
    readonly envelope_b64url: string;
    readonly msg_hash_b64url: string;
    readonly shared_hex: string;
    readonly aead_key_hex: string;
    readonly sig_over_envelope_text_b64url: string;
    readonly sig_over_envelope_raw_hex: string;
  };
  readonly receipt: Readonly<Record<"from" | "msg_hash" | "sig" | "to" | "ts", string>>;
  readonly merkle_rfc6962: { readonly root_1: string; readonly root_3: string };
}
