// Output descriptors as the node takes them: addr, raw, pk, pkh, wpkh, multi, and sh, wsh around them. Keys in hex, key origins allowed.

import { fromHex, isAppError } from "../../../src/base/index.ts";
import {
  descriptorChecksum,
  hash160,
  isAddress,
  multisigScript,
  parseAddress,
  publicKeyScript,
  scriptOfAddress,
  withChecksum,
} from "../../../src/emercoin/index.ts";
import { fromLatin1, type Param } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import { objectOf } from "./rpc-args.ts";
import { RPC, RpcError } from "./rpc-error.ts";

const bad = (text: string): RpcError => new RpcError(RPC.ADDRESS_OR_KEY, text);

type Context = "top" | "sh" | "wsh";

function keyOf(node: NodeState, text: string): Uint8Array {
  const hex = text.replace(/^\[[^\]]*\]/, "");
  const key = /^([0-9a-f]{66}|[0-9a-f]{130})$/.test(hex) ? fromHex(hex) : null;
  if (key === null || !node.crypto.isPublicKey(key)) throw bad(`key '${text}' is not valid`);
  return key;
}

function multi(node: NodeState, inner: string): Uint8Array {
  const [count = "", ...keys] = inner.split(",");
  const required = Number(count);
  if (!/^\d+$/.test(count)) throw bad(`Multi threshold '${count}' is not valid`);
  if (required < 1) throw bad("Multisig threshold cannot be 0, must be at least 1");
  const parsed = keys.map((key) => keyOf(node, key));
  if (required > keys.length) {
    throw bad(
      `Multisig threshold cannot be larger than the number of keys; threshold is ${required} but only ${keys.length} keys specified`,
    );
  }
  return multisigScript({ required, keys: parsed });
}

/** The script of a descriptor without checksum. Throws -5 in the words of descriptor.cpp. */
function scriptOf(node: NodeState, text: string, context: Context): Uint8Array {
  const [, name = "", inner = ""] = /^([a-z]+)\((.*)\)$/.exec(text) ?? [];
  const { crypto } = node;
  switch (name) {
    case "pk":
      return publicKeyScript(keyOf(node, inner));
    case "pkh":
      return scriptOfAddress({ kind: "p2pkh", hash: hash160(crypto, keyOf(node, inner)) });
    case "multi":
      return multi(node, inner);
    case "wpkh":
      if (context !== "wsh") return scriptOfAddress({ kind: "p2wpkh", hash: hash160(crypto, keyOf(node, inner)) });
      throw bad("Cannot have wpkh within wsh");
    case "sh":
      if (context !== "top") throw bad("Cannot have sh in non-top level");
      return scriptOfAddress({ kind: "p2sh", hash: hash160(crypto, scriptOf(node, inner, "sh")) });
    case "wsh":
      if (context === "wsh") throw bad("Cannot have wsh within wsh");
      return scriptOfAddress({ kind: "p2wsh", hash: crypto.sha256(scriptOf(node, inner, "wsh")) });
    case "addr":
      if (context === "top" && isAddress(crypto, inner, node.network)) {
        return scriptOfAddress(parseAddress(crypto, inner, node.network));
      }
      throw bad("Address is not valid");
    case "raw":
      if (context === "top" && /^([0-9a-f]{2})*$/.test(inner)) return fromHex(inner);
      throw bad("Raw script is not hex");
    default:
      throw bad(
        context === "top"
          ? `${text} is not a valid descriptor function`
          : `A function is needed within ${context === "sh" ? "P2SH" : "P2WSH"}`,
      );
  }
}

export interface Descriptor {
  readonly body: string;
  readonly script: Uint8Array;
  readonly solvable: boolean;
}

/** Reads a descriptor. `strict` asks for the checksum. */
export function parseDescriptor(node: NodeState, text: string, strict: boolean): Descriptor {
  const [body = "", checksum, ...more] = text.split("#");
  if (more.length > 0) throw bad("Multiple '#' symbols");
  if (checksum === undefined && strict) throw bad("Missing checksum");
  if (checksum !== undefined && checksum.length !== 8) {
    throw bad(`Expected 8 character checksum, not ${checksum.length} characters`);
  }
  const right = checksumOf(body);
  if (checksum !== undefined && checksum !== right) {
    throw bad(`Provided checksum '${checksum}' does not match computed checksum '${right}'`);
  }
  return { body, script: scriptOf(node, body, "top"), solvable: !/^(addr|raw)\(/.test(body) };
}

function checksumOf(body: string): string {
  try {
    return descriptorChecksum(body);
  } catch (error) {
    if (isAppError(error)) throw bad("Invalid characters in payload");
    throw error;
  }
}

/** The scripts that an object of scantxoutset stands for. */
export function addressScripts(
  node: NodeState,
  object: Param,
): readonly { readonly script: Uint8Array; readonly descriptor: string }[] {
  const text = typeof object === "string" ? object : objectOf(object).desc;
  if (typeof text !== "string")
    throw new RpcError(RPC.PARAMETER, "Scan object needs to be either a string or an object");
  const { body, script } = parseDescriptor(node, fromLatin1(text), false);
  return [{ script, descriptor: withChecksum(body) }];
}
