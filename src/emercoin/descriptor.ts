// Output descriptors of the escrow: `wsh(multi(m,KEY,…))` with their check sum (Bitcoin Core's descriptors.md; this version has no
// sortedmulti, so we sort the keys ourselves).

import { AppError, type CoinCrypto, fromHex } from "../base/index.ts";
import { addressText } from "./address.ts";
import type { ChainNetwork } from "./network.ts";
import { multisigScript, witnessScriptOutput } from "./script.ts";

const INPUTS = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
const OUTPUTS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: readonly bigint[] = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];

function polymod(check: bigint, value: number): bigint {
  const top = Number(check >> 35n);
  let next = ((check & 0x7ffffffffn) << 5n) ^ BigInt(value);
  GENERATOR.forEach((term, bit) => {
    if ((top >>> bit) & 1) next ^= term;
  });
  return next;
}

/** The eight characters behind `#`. Throws `emercoin.bad_descriptor` for a character that no descriptor has. */
export function descriptorChecksum(body: string): string {
  let check = 1n;
  let group = 0;
  let inGroup = 0;
  for (const char of body) {
    const at = INPUTS.indexOf(char);
    if (at < 0) throw badDescriptor("it holds a character that no descriptor has");
    check = polymod(check, at & 31);
    group = group * 3 + (at >> 5);
    if (++inGroup === 3) {
      check = polymod(check, group);
      group = 0;
      inGroup = 0;
    }
  }
  if (inGroup > 0) check = polymod(check, group);
  for (let i = 0; i < 8; i++) check = polymod(check, 0);
  check ^= 1n;
  return Array.from({ length: 8 }, (_, i) => OUTPUTS[Number((check >> BigInt(5 * (7 - i))) & 31n)]).join("");
}

function badDescriptor(what: string): AppError {
  return new AppError("emercoin.bad_descriptor", `the descriptor cannot be used: ${what}`, {
    hint: "It must be wsh(multi(2,KEY,KEY,KEY))#checksum with compressed keys in ascending order.",
  });
}

export interface MultisigWallet {
  readonly required: number;
  /** Compressed keys, hex, ascending. */
  readonly keys: readonly string[];
  /** With its check sum. */
  readonly descriptor: string;
  readonly witnessScript: Uint8Array;
  /** The output's script. */
  readonly script: Uint8Array;
}

const KEY = /^0[23][0-9a-f]{64}$/;

/** `required` of the given keys, sorted. Throws `emercoin.bad_descriptor`. */
export function multisigWallet(crypto: CoinCrypto, required: number, publicKeys: readonly string[]): MultisigWallet {
  const keys = [...publicKeys].sort();
  const usable = keys.every((key, at) => KEY.test(key) && key !== keys[at - 1] && crypto.isPublicKey(fromHex(key)));
  if (!usable) throw badDescriptor("its keys must be different compressed secp256k1 keys");
  const body = `wsh(multi(${required},${keys.join(",")}))`;
  const witnessScript = multisigScript(required, keys.map(fromHex));
  const script = witnessScriptOutput(crypto.sha256(witnessScript));
  return { required, keys, descriptor: `${body}#${descriptorChecksum(body)}`, witnessScript, script };
}

/** Reads what `multisigWallet` wrote; keys out of order and a missing or wrong check sum are refused. Throws `emercoin.bad_descriptor`. */
export function parseMultisigDescriptor(crypto: CoinCrypto, text: string): MultisigWallet {
  const [, required = "", list = ""] = /^wsh\(multi\(([1-9]\d?),([0-9a-f,]+)\)\)#[a-z0-9]{8}$/.exec(text) ?? [];
  if (required === "") throw badDescriptor("it is not of the form wsh(multi(…))#checksum");
  const wallet = multisigWallet(crypto, Number(required), list.split(","));
  if (wallet.keys.join(",") !== list) throw badDescriptor("its keys are not in ascending order");
  if (wallet.descriptor !== text) throw badDescriptor("its check sum is wrong");
  return wallet;
}

export function multisigAddress(crypto: CoinCrypto, network: ChainNetwork, wallet: MultisigWallet): string {
  return addressText(crypto, network, { kind: "p2wsh", hash: crypto.sha256(wallet.witnessScript) });
}
