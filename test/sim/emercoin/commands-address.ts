// Addresses, labels, keys in and out, multisig addresses, signed messages, the wallet's lock.

import { fromHex, isAppError, Secret, toHex } from "../../../src/base/index.ts";
import {
  type Address,
  addressText,
  hash160,
  isAddress,
  multisigScript,
  parseAddress,
  parseWif,
  scriptOfAddress,
  signMessage,
  verifyMessage,
  wifText,
  withChecksum,
} from "../../../src/emercoin/index.ts";
import { addressInfo, validateJson } from "./address-info.ts";
import { type Call, type CommandTable, command, walletCommand } from "./commands.ts";
import { parseDescriptor } from "./descriptors.ts";
import { fromLatin1, type Json } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import type { SimWallet } from "./sim-wallet.ts";
import type { AddressType } from "./wallet-keys.ts";

const TYPES: readonly AddressType[] = ["legacy", "p2sh-segwit", "bech32"];

function addressType(text: string): AddressType {
  const type = TYPES.find((one) => one === text);
  if (type === undefined) throw new RpcError(RPC.ADDRESS_OR_KEY, `Unknown address type '${text}'`);
  return type;
}

function checkLabel(label: string): string {
  if (label === "*") throw new RpcError(RPC.LABEL, "Invalid label name");
  return label;
}

function addressArgument(
  { node, args }: Call,
  index = 0,
  code: number = RPC.ADDRESS_OR_KEY,
  message = "Invalid address",
): Address {
  const text = args.text(index);
  if (!isAddress(node.crypto, text, node.network)) throw new RpcError(code, message);
  return parseAddress(node.crypto, text, node.network);
}

/** p2sh, p2wsh or p2wsh in p2sh of a script. */
export function scriptAddress(node: NodeState, script: Uint8Array, type: AddressType): Address {
  if (type === "legacy") return { kind: "p2sh", hash: hash160(node.crypto, script) };
  const witness: Address = { kind: "p2wsh", hash: node.crypto.sha256(script) };
  if (type === "bech32") return witness;
  return { kind: "p2sh", hash: hash160(node.crypto, scriptOfAddress(witness)) };
}

function multisig(call: Call, keys: readonly Uint8Array[], type: AddressType) {
  const { node, args } = call;
  const required = args.integer(0);
  if (required < 1) {
    throw new RpcError(RPC.PARAMETER, "a multisignature address must require at least one key to redeem");
  }
  if (keys.length < required) {
    const text = `not enough keys supplied (got ${keys.length} keys, but need at least ${required} to redeem)`;
    throw new RpcError(RPC.PARAMETER, text);
  }
  if (keys.length > 16) {
    throw new RpcError(
      RPC.PARAMETER,
      "Number of keys involved in the multisignature address creation > 16\nReduce the number",
    );
  }
  const script = multisigScript({ required, keys });
  const address = addressText(node.crypto, scriptAddress(node, script, type), node.network);
  return { script, json: { address, redeemScript: toHex(script) } };
}

function publicKey(node: NodeState, text: string): Uint8Array {
  const key = /^([0-9a-fA-F]{66}|[0-9a-fA-F]{130})$/.test(text) ? fromHex(text.toLowerCase()) : null;
  if (key === null || !node.crypto.isPublicKey(key)) {
    throw new RpcError(RPC.ADDRESS_OR_KEY, `Invalid public key: ${text}\n.`);
  }
  return key;
}

const texts = (call: Call, index: number): readonly string[] =>
  call.args.list(index).map((one) => (typeof one === "string" ? fromLatin1(one) : ""));

function createMultisig(call: Call): Json {
  const type = (): AddressType => addressType(call.args.text(2, "legacy"));
  const keys = texts(call, 1).map((text) => publicKey(call.node, text));
  return multisig(call, keys, type()).json;
}

function addMultisig(call: Call): Json {
  const { node, wallet, args } = call;
  const label = checkLabel(args.text(2, ""));
  const keys = texts(call, 1).map((text) => {
    if (!isAddress(node.crypto, text, node.network)) return publicKey(node, text);
    const key = wallet.keys.keyOf(parseAddress(node.crypto, text, node.network));
    if (key === undefined) throw new RpcError(RPC.ADDRESS_OR_KEY, `no full public key for address ${text}`);
    return key.publicKey;
  });
  const { script, json } = multisig(call, keys, addressType(args.text(3, "legacy")));
  wallet.keys.addScript(script);
  wallet.keys.addScript(scriptOfAddress({ kind: "p2wsh", hash: node.crypto.sha256(script) }));
  wallet.labels.set(json.address, { label, purpose: "send" });
  wallet.rescan();
  return json;
}

function importAddress({ node, wallet, args }: Call): Json {
  const text = args.text(0);
  const label = args.text(1, "");
  const isKnown = isAddress(node.crypto, text, node.network);
  if (!isKnown && !/^([0-9a-f]{2})+$/.test(text)) {
    throw new RpcError(RPC.ADDRESS_OR_KEY, "Invalid Bitcoin address or script");
  }
  const script = isKnown ? wallet.script(text) : fromHex(text);
  wallet.keys.watched.add(toHex(script));
  const address = node.chain.addressText(script);
  if (address !== null)
    wallet.labels.set(address, { label, purpose: wallet.labels.get(address)?.purpose ?? "receive" });
  if (args.boolean(3, false)) wallet.keys.addScript(script);
  wallet.rescan();
  return null;
}

function importKey({ node, wallet, args }: Call): Json {
  wallet.ensureUnlocked();
  const secret = wif(node, args.text(0));
  const key = wallet.keys.add(secret, null, node.now());
  for (const type of TYPES) {
    wallet.labels.set(wallet.keys.text(wallet.keys.addressOf(key, type)), {
      label: args.text(1, ""),
      purpose: "receive",
    });
  }
  wallet.rescan();
  return null;
}

export function wif(node: NodeState, text: string, message = "Invalid private key encoding"): Secret<Uint8Array> {
  try {
    return parseWif(node.crypto, new Secret(text), node.network);
  } catch (error) {
    if (isAppError(error)) throw new RpcError(RPC.ADDRESS_OR_KEY, message);
    throw error;
  }
}

function dumpKey(call: Call): Json {
  const { node, wallet } = call;
  wallet.ensureUnlocked();
  const key = wallet.keys.keyOf(addressArgument(call, 0, RPC.ADDRESS_OR_KEY, "Invalid Bitcoin address"));
  if (key === undefined) {
    throw new RpcError(RPC.WALLET, `Private key for address ${call.args.text(0)} is not known`);
  }
  return wifText(node.crypto, key.secret, node.network).reveal();
}

function sign(call: Call): Json {
  const { node, wallet, args } = call;
  wallet.ensureUnlocked();
  const address = addressArgument(call, 0, RPC.TYPE);
  if (address.kind !== "p2pkh" && address.kind !== "p2wpkh") {
    throw new RpcError(RPC.TYPE, "Address does not refer to key, must be p2[w]pkh");
  }
  const key = wallet.keys.keyOf(address);
  if (key === undefined) throw new RpcError(RPC.WALLET, "Private key not available");
  return signMessage(node.crypto, key.secret, args.text(1));
}

function verify(call: Call): Json {
  const { node, args } = call;
  const address = addressArgument(call, 0, RPC.TYPE);
  if (address.kind !== "p2pkh" && address.kind !== "p2wpkh") {
    throw new RpcError(RPC.TYPE, "Address does not refer to key, must be p2[w]pkh");
  }
  const signature = args.text(1);
  if (signature.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(signature)) {
    throw new RpcError(RPC.ADDRESS_OR_KEY, "Malformed base64 encoding");
  }
  return verifyMessage(node.crypto, { address: args.text(0), signature, message: args.text(2) }, node.network);
}

function labelled({ wallet, args }: Call): Json {
  const label = args.text(0);
  const rows = [...wallet.labels].filter(([, entry]) => entry.label === label);
  if (rows.length === 0) throw new RpcError(RPC.LABEL, `No addresses with label ${label}`);
  return Object.fromEntries(rows.map(([address, { purpose }]) => [address, { purpose }]));
}

function describeDescriptor({ node, args }: Call): Json {
  const { body, solvable } = parseDescriptor(node, args.text(0), false);
  const descriptor = withChecksum(body);
  return { descriptor, checksum: descriptor.slice(-8), isrange: false, issolvable: solvable, hasprivatekeys: false };
}

function deriveAddresses({ node, args }: Call): Json {
  const address = node.chain.addressText(parseDescriptor(node, args.text(0), true).script);
  if (address === null) throw new RpcError(RPC.ADDRESS_OR_KEY, "Descriptor does not have a corresponding address");
  return [address];
}

/** Without a wallet it tells only what everybody can see. */
function walletOrNone(call: Call): SimWallet | null {
  try {
    return call.wallet;
  } catch (error) {
    if (error instanceof RpcError) return null;
    throw error;
  }
}

export const addressCommands: CommandTable = {
  getnewaddress: walletCommand('getnewaddress ( "label" "address_type" )', ({ wallet, args }) => {
    const label = checkLabel(args.text(0, ""));
    return wallet.newAddress(addressType(args.text(1, "bech32")), label);
  }),
  getrawchangeaddress: walletCommand('getrawchangeaddress ( "address_type" )', ({ wallet, args }) => {
    const type = addressType(args.text(0, "bech32"));
    return wallet.keys.text(wallet.keys.addressOf(wallet.nextKey("internal"), type));
  }),
  validateaddress: command('validateaddress "address"', (call) =>
    validateJson(call.node, walletOrNone(call), call.args.text(0)),
  ),
  getaddressinfo: walletCommand('getaddressinfo "address"', (call) => {
    addressArgument(call);
    return addressInfo(call.node, call.wallet, call.args.text(0));
  }),
  getaddressesbylabel: walletCommand('getaddressesbylabel "label"', labelled),
  listlabels: walletCommand('listlabels ( "purpose" )', ({ wallet }) => {
    return [...new Set([...wallet.labels.values()].map(({ label }) => label))].sort();
  }),
  setlabel: walletCommand('setlabel "address" "label"', (call) => {
    addressArgument(call);
    const { wallet, args } = call;
    const mine = wallet.keys.mine(wallet.script(args.text(0))) === "spendable";
    wallet.labels.set(args.text(0), { label: checkLabel(args.text(1)), purpose: mine ? "receive" : "send" });
    return null;
  }),
  importaddress: walletCommand('importaddress "address" ( "label" rescan p2sh )', importAddress),
  importprivkey: walletCommand('importprivkey "privkey" ( "label" rescan )', importKey),
  dumpprivkey: walletCommand('dumpprivkey "address"', dumpKey),
  keypoolrefill: walletCommand("keypoolrefill ( newsize )", ({ wallet }) => {
    wallet.ensureUnlocked();
    wallet.refill();
    return null;
  }),
  createmultisig: command('createmultisig nrequired ["key",...] ( "address_type" )', createMultisig, {
    names: "nrequired keys address_type?",
  }),
  addmultisigaddress: walletCommand(
    'addmultisigaddress nrequired ["key",...] ( "label" "address_type" )',
    addMultisig,
    "nrequired keys label? address_type?",
  ),
  signmessage: walletCommand('signmessage "address" "message"', sign),
  signmessagewithprivkey: command('signmessagewithprivkey "privkey" "message"', ({ node, args }) =>
    signMessage(node.crypto, wif(node, args.text(0), "Invalid private key"), args.text(1)),
  ),
  verifymessage: command('verifymessage "address" "signature" "message"', verify),
  getdescriptorinfo: command('getdescriptorinfo "descriptor"', describeDescriptor),
  deriveaddresses: command('deriveaddresses "descriptor" ( range )', deriveAddresses),
};
