// Output descriptors (descriptor.cpp; BIP 380, 383): the one form that an escrow is published in, `wsh(multi(…))#checksum`.

import { AppError, type CoinCrypto, fromHex, toHex } from "../base/index.ts";
import { type Address, addressText } from "./address.ts";
import type { ChainNetwork } from "./network.ts";
import { type Multisig, multisigScript } from "./script.ts";

const INPUT = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
const CHECKSUM = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];
const FORM = /^wsh\(multi\(([1-9]\d?)((?:,0[23][0-9a-f]{64}){1,16})\)\)#([0-9a-z]{8})$/;
const KEY_BYTES = 33;

function badDescriptor(what: string): AppError {
  return new AppError("emercoin.bad_descriptor", `a descriptor cannot be used: ${what}`, {
    hint: "Use wsh(multi(n,key,…)) with compressed keys in rising order and the checksum behind it.",
  });
}

function step(sum: bigint, value: number): bigint {
  const top = sum >> 35n;
  let out = ((sum & 0x7ffffffffn) << 5n) ^ BigInt(value);
  for (const [bit, factor] of GENERATOR.entries()) if ((top >> BigInt(bit)) & 1n) out ^= factor;
  return out;
}

/** The eight letters that belong behind `#`. Throws `emercoin.bad_descriptor` for a character that descriptors do not have. */
export function descriptorChecksum(text: string): string {
  let sum = 1n;
  let group = 0;
  let count = 0;
  for (const letter of text) {
    const value = INPUT.indexOf(letter);
    if (value < 0) throw badDescriptor("it holds a character that descriptors do not have");
    sum = step(sum, value & 31);
    group = group * 3 + (value >> 5);
    if (++count % 3 === 0) {
      sum = step(sum, group);
      group = 0;
    }
  }
  if (count % 3 > 0) sum = step(sum, group);
  for (let at = 0; at < 8; at++) sum = step(sum, 0);
  sum ^= 1n;
  return Array.from({ length: 8 }, (_, at) => CHECKSUM[Number((sum >> BigInt(5 * (7 - at))) & 31n)]).join("");
}

/** The text with its checksum. */
export function withChecksum(text: string): string {
  return `${text}#${descriptorChecksum(text)}`;
}

/** Whether a text ends in its own checksum. */
export function hasChecksum(text: string): boolean {
  const split = text.lastIndexOf("#");
  try {
    return split >= 0 && descriptorChecksum(text.slice(0, split)) === text.slice(split + 1);
  } catch {
    // A character that descriptors do not have.
    return false;
  }
}

function checkKeys(crypto: CoinCrypto, { required, keys }: Multisig): void {
  for (const key of keys) {
    if (key.length !== KEY_BYTES || !crypto.isPublicKey(key)) throw badDescriptor("a key is no compressed public key");
  }
  const hexes = keys.map(toHex);
  if (hexes.some((hex, at) => at > 0 && hex <= (hexes[at - 1] ?? ""))) {
    throw badDescriptor("its keys are not in rising order, or one is there twice");
  }
  if (!Number.isInteger(required) || required < 1 || required > keys.length || keys.length > 16) {
    throw badDescriptor("it asks for more signatures than there are keys, or has more than 16 keys");
  }
}

/**
 * An output that `required` of the keys can spend. The keys are brought into rising order, so that all parties get the same address
 * whatever order they list them in (this version of the node has no sortedmulti). Throws `emercoin.bad_descriptor`.
 */
export function multisigDescriptor(crypto: CoinCrypto, { required, keys }: Multisig): string {
  const sorted = keys.map(toHex).sort();
  checkKeys(crypto, { required, keys: sorted.map(fromHex) });
  return withChecksum(`wsh(multi(${[required, ...sorted].join(",")}))`);
}

/**
 * Reads what `multisigDescriptor` writes and nothing else: checksum present and right, keys compressed, on the curve, in rising order.
 * Throws `emercoin.bad_descriptor`.
 */
export function parseMultisigDescriptor(crypto: CoinCrypto, text: string): Multisig {
  const match = FORM.exec(text);
  if (match === null) throw badDescriptor("it is not wsh(multi(…)) of compressed keys with a checksum");
  if (!hasChecksum(text)) throw badDescriptor("its checksum is wrong");
  const multisig = { required: Number(match[1]), keys: (match[2] ?? "").slice(1).split(",").map(fromHex) };
  checkKeys(crypto, multisig);
  return multisig;
}

export interface MultisigOutput extends Multisig {
  readonly witnessScript: Uint8Array;
  readonly address: Address;
  readonly addressText: string;
}

/** What a descriptor of ours stands for on a network. Throws `emercoin.bad_descriptor`. */
export function multisigOutput(crypto: CoinCrypto, text: string, network: ChainNetwork): MultisigOutput {
  const multisig = parseMultisigDescriptor(crypto, text);
  const witnessScript = multisigScript(multisig);
  const address: Address = { kind: "p2wsh", hash: crypto.sha256(witnessScript) };
  return { ...multisig, witnessScript, address, addressText: addressText(crypto, address, network) };
}
