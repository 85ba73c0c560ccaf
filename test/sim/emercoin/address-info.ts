// What the node tells about an address, and the descriptor of a script that the wallet can solve.

import { toHex } from "../../../src/base/index.ts";
import {
  addressOfScript,
  hash160,
  isAddress,
  multisigOfScript,
  parseAddress,
  publicKeyOfScript,
  scriptOfAddress,
  withChecksum,
  withoutNamePrefix,
} from "../../../src/emercoin/index.ts";
import type { Json } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import type { SimWallet } from "./sim-wallet.ts";
import { scriptJson, scriptType } from "./tx-json.ts";
import type { WalletKey } from "./wallet-keys.ts";

type Fields = { [key: string]: Json };

/** Key with where it comes from: `[d896c44a/0'/0'/1']031c…`; foreign and imported keys have their own fingerprint. */
function keyText(node: NodeState, wallet: SimWallet, key: Uint8Array): string {
  const hash = toHex(hash160(node.crypto, key));
  const path = wallet.keys.byHash.get(hash)?.path?.slice(1);
  const origin = path === undefined ? hash.slice(0, 8) : `${wallet.keys.fingerprint}${path}`;
  return `[${origin}]${toHex(key)}`;
}

function descriptorBody(node: NodeState, wallet: SimWallet, script: Uint8Array): string | null {
  const bare = publicKeyOfScript(script);
  if (bare !== null) return `pk(${keyText(node, wallet, bare)})`;
  const multisig = multisigOfScript(script);
  if (multisig !== null) {
    return `multi(${[multisig.required, ...multisig.keys.map((key) => keyText(node, wallet, key))].join(",")})`;
  }
  const address = addressOfScript(script);
  if (address?.kind === "p2pkh" || address?.kind === "p2wpkh") {
    const key = wallet.keys.keyOf(address);
    return key === undefined
      ? null
      : `${address.kind === "p2pkh" ? "pkh" : "wpkh"}(${keyText(node, wallet, key.publicKey)})`;
  }
  const inner = address === null ? undefined : wallet.keys.scripts.get(toHex(address.hash));
  const body = inner === undefined ? null : descriptorBody(node, wallet, inner);
  return body === null ? null : `${address?.kind === "p2sh" ? "sh" : "wsh"}(${body})`;
}

/** With checksum; null for what the wallet could not sign even with all keys. */
export function descriptorOf(node: NodeState, wallet: SimWallet, script: Uint8Array): string | null {
  const body = descriptorBody(node, wallet, withoutNamePrefix(script));
  return body === null ? null : withChecksum(body);
}

function form(script: Uint8Array): Fields {
  const address = addressOfScript(script);
  const witness = address?.kind === "p2wpkh" || address?.kind === "p2wsh";
  return {
    isscript: address?.kind === "p2sh" || address?.kind === "p2wsh",
    iswitness: witness,
    ...(witness ? { witness_version: 0, witness_program: toHex(address.hash) } : {}),
  };
}

export function validateJson(node: NodeState, wallet: SimWallet | null, text: string): Json {
  if (!isAddress(node.crypto, text, node.network)) return { isvalid: false };
  const script = scriptOfAddress(parseAddress(node.crypto, text, node.network));
  const mine = wallet?.keys.mine(script);
  return {
    isvalid: true,
    address: text,
    ...(wallet === null ? {} : { ismine: mine === "spendable", iswatchonly: mine === "watched" }),
    ...form(script),
    scriptPubKey: scriptJson(node, script),
  };
}

function keyFields(key: WalletKey | undefined): Fields {
  return key === undefined ? {} : { pubkey: toHex(key.publicKey) };
}

/** What stands behind a script hash, if the wallet knows. */
function behind(node: NodeState, wallet: SimWallet, script: Uint8Array): Fields {
  const address = addressOfScript(script);
  if (address?.kind === "p2pkh" || address?.kind === "p2wpkh") {
    const key = wallet.keys.keyOf(address);
    return { ...keyFields(key), ...(address.kind === "p2pkh" && key !== undefined ? { iscompressed: true } : {}) };
  }
  const inner = address === null ? undefined : wallet.keys.scripts.get(toHex(address.hash));
  if (inner === undefined) return {};
  const multisig = multisigOfScript(inner);
  const head = { script: scriptType(inner), hex: toHex(inner) };
  if (multisig !== null) return { ...head, sigsrequired: multisig.required, pubkeys: multisig.keys.map(toHex) };
  const nested = node.chain.addressText(inner);
  if (nested === null) return head;
  const key = wallet.keys.keyOf(addressOfScript(inner));
  const embedded = { ...form(inner), ...behind(node, wallet, inner), address: nested, scriptPubKey: toHex(inner) };
  return { ...head, ...keyFields(key), embedded };
}

export function addressInfo(node: NodeState, wallet: SimWallet, text: string): Json {
  const address = parseAddress(node.crypto, text, node.network);
  const script = scriptOfAddress(address);
  const mine = wallet.keys.mine(script);
  const desc = descriptorOf(node, wallet, script);
  const book = wallet.labels.get(text);
  const key = wallet.keys.keyOf(address);
  return {
    address: text,
    scriptPubKey: toHex(script),
    ismine: mine === "spendable",
    solvable: desc !== null,
    ...(desc === null ? {} : { desc }),
    iswatchonly: mine === "watched",
    ...form(script),
    ...behind(node, wallet, script),
    ...(book === undefined ? {} : { label: book.label }),
    ischange: wallet.isChange(script),
    ...(key === undefined ? {} : { timestamp: key.created }),
    ...(key?.path == null
      ? {}
      : { hdkeypath: key.path, hdseedid: wallet.keys.seedId, hdmasterfingerprint: wallet.keys.fingerprint }),
    labels: book === undefined ? [] : [{ name: book.label, purpose: book.purpose }],
  };
}
