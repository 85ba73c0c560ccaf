// Addresses: what a text says, and the script that pays to it. Two alphabets, four kinds, three networks.

import { AppError, type CoinCrypto, concatBytes, isAppError } from "../base/index.ts";
import { base58Check, fromBase58Check } from "./base58.ts";
import { bech32Address, bech32Program } from "./bech32.ts";
import { hash160 } from "./hashes.ts";
import { type ChainNetwork, NETWORKS } from "./network.ts";
import { between, OP, script } from "./script.ts";

export type AddressKind = "p2pkh" | "p2sh" | "p2wpkh" | "p2wsh";

export interface Address {
  readonly kind: AddressKind;
  /** Of the public key (p2pkh, p2wpkh: hash160) or of the script (p2sh: hash160; p2wsh: SHA-256). 32 bytes for p2wsh, else 20. */
  readonly hash: Uint8Array;
}

/** Letters of the longest base58 text of 25 bytes (version, hash, checksum); the shortest version 0 bech32 address has 42. */
const BASE58_MAX = 35;

function badAddress(network: ChainNetwork, cause?: unknown): AppError {
  const why = isAppError(cause) ? `: ${cause.message}` : "";
  return new AppError("emercoin.bad_address", `a text is no Emercoin address of the network "${network}"${why}`, {
    hint: "Copy the whole address again, and check that it belongs to the network of your node.",
    ...(cause === undefined ? {} : { cause }),
  });
}

function parseBase58(crypto: CoinCrypto, text: string, network: ChainNetwork): Address {
  const [version, ...hash] = fromBase58Check(crypto, text);
  const { p2pkh, p2sh } = NETWORKS[network];
  if (hash.length !== 20 || (version !== p2pkh && version !== p2sh)) throw badAddress(network);
  return { kind: version === p2pkh ? "p2pkh" : "p2sh", hash: Uint8Array.from(hash) };
}

/** Reads an address of a network. Throws `emercoin.bad_address` for anything else, addresses of other networks included. */
export function parseAddress(crypto: CoinCrypto, text: string, network: ChainNetwork): Address {
  const { hrp } = NETWORKS[network];
  try {
    // One P2PKH address of the main network in 1,700 begins with "Em1" or "EM1" by chance: the prefix alone decides nothing.
    const isBech32 = text.length > BASE58_MAX && text.toLowerCase().startsWith(`${hrp}1`);
    if (!isBech32) return parseBase58(crypto, text, network);
    const hash = bech32Program(hrp, text);
    return { kind: hash.length === 20 ? "p2wpkh" : "p2wsh", hash };
  } catch (cause) {
    throw badAddress(network, cause);
  }
}

/** Whether a text is an address of a network. */
export function isAddress(crypto: CoinCrypto, text: string, network: ChainNetwork): boolean {
  try {
    parseAddress(crypto, text, network);
    return true;
  } catch {
    return false;
  }
}

/** The text of an address, as the node writes it. */
export function addressText(crypto: CoinCrypto, { kind, hash }: Address, network: ChainNetwork): string {
  const params = NETWORKS[network];
  if (kind === "p2wpkh" || kind === "p2wsh") return bech32Address(params.hrp, hash);
  return base58Check(crypto, concatBytes(Uint8Array.of(params[kind]), hash));
}

/** The address of a public key; `p2wpkh` is for compressed keys only. */
export function keyAddress(crypto: CoinCrypto, key: Uint8Array, kind: "p2pkh" | "p2wpkh"): Address {
  return { kind, hash: hash160(crypto, key) };
}

/** The script that pays to an address. */
export function scriptOfAddress({ kind, hash }: Address): Uint8Array {
  switch (kind) {
    case "p2pkh":
      return script(OP.DUP, OP.HASH160, hash, OP.EQUALVERIFY, OP.CHECKSIG);
    case "p2sh":
      return script(OP.HASH160, hash, OP.EQUAL);
    case "p2wpkh":
    case "p2wsh":
      return script(OP.FALSE, hash);
  }
}

/** The address that a script pays to; null for a script without one. */
export function addressOfScript(bytes: Uint8Array): Address | null {
  const templates: readonly (readonly [AddressKind, Uint8Array | null])[] = [
    ["p2pkh", between(bytes, [OP.DUP, OP.HASH160, 20], 20, [OP.EQUALVERIFY, OP.CHECKSIG])],
    ["p2sh", between(bytes, [OP.HASH160, 20], 20, [OP.EQUAL])],
    ["p2wpkh", between(bytes, [OP.FALSE, 20], 20)],
    ["p2wsh", between(bytes, [OP.FALSE, 32], 32)],
  ];
  for (const [kind, hash] of templates) if (hash !== null) return { kind, hash };
  return null;
}
