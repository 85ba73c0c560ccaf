// Addresses, and the output scripts that they stand for.

import { AppError, type CoinCrypto, concatBytes } from "../base/index.ts";
import { decodeBase58Check, encodeBase58Check } from "./base58.ts";
import { decodeWitnessAddress, encodeWitnessAddress } from "./bech32.ts";
import { type ChainNetwork, NETWORKS } from "./network.ts";
import { OP, p2pkhScript, p2shScript, parseScript, witnessScriptOutput } from "./script.ts";

export interface Address {
  readonly kind: "p2pkh" | "p2sh" | "p2wpkh" | "p2wsh";
  /** 20 bytes; 32 for `p2wsh`. */
  readonly hash: Uint8Array;
}

/** Null for what is not an address of this network. */
export function readAddress(crypto: CoinCrypto, network: ChainNetwork, text: string): Address | null {
  const { p2pkh, p2sh, hrp } = NETWORKS[network];
  const program = decodeWitnessAddress(hrp, text);
  if (program !== null) return { kind: program.length === 20 ? "p2wpkh" : "p2wsh", hash: program };
  const payload = decodeBase58Check(crypto, text);
  if (payload?.length !== 21) return null;
  if (payload[0] === p2pkh) return { kind: "p2pkh", hash: payload.slice(1) };
  return payload[0] === p2sh ? { kind: "p2sh", hash: payload.slice(1) } : null;
}

/** Errors: `emercoin.bad_address`. */
export function parseAddress(crypto: CoinCrypto, network: ChainNetwork, text: string): Address {
  const address = readAddress(crypto, network, text);
  if (address !== null) return address;
  throw new AppError("emercoin.bad_address", `this is not an Emercoin address of the ${network} network`, {
    hint: "Copy the whole address; each network has its own.",
  });
}

export function addressText(crypto: CoinCrypto, network: ChainNetwork, { kind, hash }: Address): string {
  const { p2pkh, p2sh, hrp } = NETWORKS[network];
  if (kind === "p2wpkh" || kind === "p2wsh") return encodeWitnessAddress(hrp, hash);
  return encodeBase58Check(crypto, concatBytes(Uint8Array.of(kind === "p2pkh" ? p2pkh : p2sh), hash));
}

export function addressScript({ kind, hash }: Address): Uint8Array {
  if (kind === "p2pkh") return p2pkhScript(hash);
  return kind === "p2sh" ? p2shScript(hash) : witnessScriptOutput(hash);
}

/** The address that an output script pays to; null for all but the four forms. */
export function scriptAddress(script: Uint8Array): Address | null {
  if (script.length === 25 && script[0] === OP.dup && script[1] === OP.hash160 && script[2] === 20) {
    return script[23] === OP.equalVerify && script[24] === OP.checkSig
      ? { kind: "p2pkh", hash: script.slice(3, 23) }
      : null;
  }
  if (script.length === 23 && script[0] === OP.hash160 && script[1] === 20 && script[22] === OP.equal) {
    return { kind: "p2sh", hash: script.slice(2, 22) };
  }
  const parts = script[0] === 0 && (script.length === 22 || script.length === 34) ? parseScript(script) : [];
  const program = parts.length === 2 ? parts[1]?.data : null;
  if (program?.length === 20) return { kind: "p2wpkh", hash: program };
  return program?.length === 32 ? { kind: "p2wsh", hash: program } : null;
}
