// The keys and scripts of one wallet: what is its own, what it can solve, what it only watches.

import { type CoinCrypto, concatBytes, Secret, toHex, utf8 } from "../../../src/base/index.ts";
import {
  type Address,
  type AddressKind,
  addressOfScript,
  addressText,
  type ChainNetwork,
  hash160,
  multisigOfScript,
  publicKeyOfScript,
  type SpentOutput,
  scriptOfAddress,
  withoutNamePrefix,
} from "../../../src/emercoin/index.ts";

export interface WalletKey {
  readonly secret: Secret<Uint8Array>;
  readonly publicKey: Uint8Array;
  readonly hash: string;
  /** Such as `m/0'/0'/1'`; null for an imported key. */
  readonly path: string | null;
  readonly created: number;
}

export type AddressType = "legacy" | "p2sh-segwit" | "bech32";

const HARDENED = { external: 0, internal: 1 } as const;

export class WalletKeys {
  readonly #crypto: CoinCrypto;
  readonly #network: ChainNetwork;
  #seed: Uint8Array;
  readonly #counts = { external: 0, internal: 0 };
  readonly byHash = new Map<string, WalletKey>();
  /** Redeem scripts by hash160 and witness scripts by SHA-256. */
  readonly scripts = new Map<string, Uint8Array>();
  /** Scripts, in hex, that are watched only. */
  readonly watched = new Set<string>();

  constructor(crypto: CoinCrypto, network: ChainNetwork, seed: Uint8Array) {
    this.#crypto = crypto;
    this.#network = network;
    this.#seed = seed;
  }

  get seedId(): string {
    return toHex(hash160(this.#crypto, this.#seed));
  }

  get fingerprint(): string {
    return toHex(hash160(this.#crypto, concatBytes(this.#seed, utf8("master"))).subarray(0, 4));
  }

  /** Encrypting a wallet gives it a new seed; old keys stay. */
  reseed(seed: Uint8Array): void {
    this.#seed = seed;
    this.#counts.external = 0;
    this.#counts.internal = 0;
  }

  next(chain: keyof typeof HARDENED, now: number): WalletKey {
    const index = this.#counts[chain]++;
    const path = `m/0'/${HARDENED[chain]}'/${index}'`;
    const secret = this.#crypto.sha256(concatBytes(this.#seed, utf8(path)));
    return this.add(new Secret(secret), path, now);
  }

  add(secret: Secret<Uint8Array>, path: string | null, created: number): WalletKey {
    const publicKey = this.#crypto.publicKey(secret.reveal());
    const key = { secret, publicKey, hash: toHex(hash160(this.#crypto, publicKey)), path, created };
    this.byHash.set(key.hash, this.byHash.get(key.hash) ?? key);
    this.addScript(scriptOfAddress({ kind: "p2wpkh", hash: hash160(this.#crypto, publicKey) }));
    return key;
  }

  addScript(script: Uint8Array): void {
    this.scripts.set(toHex(hash160(this.#crypto, script)), script);
    this.scripts.set(toHex(this.#crypto.sha256(script)), script);
  }

  addressOf(key: WalletKey, type: AddressType): Address {
    const hash = hash160(this.#crypto, key.publicKey);
    if (type === "legacy") return { kind: "p2pkh", hash };
    if (type === "bech32") return { kind: "p2wpkh", hash };
    return { kind: "p2sh", hash: hash160(this.#crypto, scriptOfAddress({ kind: "p2wpkh", hash })) };
  }

  text(address: Address): string {
    return addressText(this.#crypto, address, this.#network);
  }

  /** The key that alone owns an address of one of these kinds. */
  keyOf(address: Address | null): WalletKey | undefined {
    if (address === null) return undefined;
    const single: readonly AddressKind[] = ["p2pkh", "p2wpkh"];
    if (single.includes(address.kind)) return this.byHash.get(toHex(address.hash));
    const inner = this.scripts.get(toHex(address.hash));
    const nested = inner === undefined ? null : addressOfScript(inner);
    return nested?.kind === "p2wpkh" ? this.byHash.get(toHex(nested.hash)) : undefined;
  }

  hasPublicKey(key: Uint8Array): boolean {
    return this.byHash.has(toHex(hash160(this.#crypto, key)));
  }

  /** The multisig behind a script, if the scripts on the way are known. */
  multisigOf(script: Uint8Array): { readonly required: number; readonly keys: readonly Uint8Array[] } | null {
    const direct = multisigOfScript(script);
    if (direct !== null) return direct;
    const address = addressOfScript(script);
    if (address?.kind !== "p2sh" && address?.kind !== "p2wsh") return null;
    const inner = this.scripts.get(toHex(address.hash));
    return inner === undefined ? null : this.multisigOf(inner);
  }

  /** What a script needs to be spent or shown, as far as the wallet knows it. */
  spent(script: Uint8Array, amount: SpentOutput["amount"]): SpentOutput {
    const outer = addressOfScript(withoutNamePrefix(script));
    const behind = outer?.kind === "p2sh" || outer?.kind === "p2wsh" ? this.scripts.get(toHex(outer.hash)) : undefined;
    if (behind === undefined) return { script, amount };
    if (outer?.kind === "p2wsh") return { script, amount, witnessScript: behind };
    const nested = addressOfScript(behind);
    const witnessScript = nested?.kind === "p2wsh" ? this.scripts.get(toHex(nested.hash)) : undefined;
    return { script, amount, redeemScript: behind, ...(witnessScript === undefined ? {} : { witnessScript }) };
  }

  /** `spendable` with own keys alone; `watched`; or null. */
  mine(script: Uint8Array): "spendable" | "watched" | null {
    const own = withoutNamePrefix(script);
    const key = publicKeyOfScript(own);
    if (key !== null ? this.hasPublicKey(key) : this.keyOf(addressOfScript(own)) !== undefined) return "spendable";
    const multisig = addressOfScript(own) === null ? null : this.multisigOf(own);
    if (multisig?.keys.every((one) => this.hasPublicKey(one))) return "spendable";
    return this.watched.has(toHex(own)) ? "watched" : null;
  }

  solvable(script: Uint8Array): boolean {
    const own = withoutNamePrefix(script);
    const key = publicKeyOfScript(own);
    if (key !== null) return true;
    return this.keyOf(addressOfScript(own)) !== undefined || this.multisigOf(own) !== null;
  }

  /** The secrets that could sign for a script: signing with all would be slow in a wallet of thousands. */
  secretsFor(script: Uint8Array): readonly Secret<Uint8Array>[] {
    const own = withoutNamePrefix(script);
    const bare = publicKeyOfScript(own);
    const key = bare === null ? this.keyOf(addressOfScript(own)) : this.byHash.get(toHex(hash160(this.#crypto, bare)));
    if (key !== undefined) return [key.secret];
    const keys = this.multisigOf(own)?.keys ?? [];
    return keys.flatMap((one) => this.byHash.get(toHex(hash160(this.#crypto, one)))?.secret ?? []);
  }
}
