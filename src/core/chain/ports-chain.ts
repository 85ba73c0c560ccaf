// The Emercoin node as the rules see it. Every method may reject with one of the codes of `ChainFault`; what a method adds is said
// there. Amounts are micro-EMC, heights are blocks.

import type { MicroEmc, Secret, UnixMs } from "../../base/index.ts";
import type { ChainNetwork } from "../../emercoin/index.ts";

/**
 * `no_answer`: the request went out and nobody knows whether the node acted on it: look before doing it again. `unreachable`, `busy`,
 * `warming_up` and `syncing`: it did not act.
 */
export type ChainFault =
  | "emercoin.unreachable"
  | "emercoin.no_answer"
  | "emercoin.busy"
  | "emercoin.warming_up"
  | "emercoin.syncing"
  | "emercoin.bad_credentials"
  | "emercoin.locked"
  | "emercoin.minting_only"
  | "emercoin.no_wallet"
  | "emercoin.no_funds"
  | "emercoin.coins_reserved"
  | "emercoin.rejected"
  | "emercoin.bad_reply"
  | "emercoin.rpc_error";

export type WalletLock = "unencrypted" | "locked" | "unlocked" | "minting";

export interface WalletStatus {
  /** Empty for the node's default wallet. */
  readonly name: string;
  readonly lock: WalletLock;
  readonly confirmed: MicroEmc;
  readonly unconfirmed: MicroEmc;
  readonly immature: MicroEmc;
}

export interface NodeStatus {
  readonly network: ChainNetwork;
  /** As the node tells it, for instance `v0.8.6.0-c8c9d3fca`. */
  readonly version: string;
  readonly height: number;
  /** Height of the longest chain of headers: how far the download has to go. */
  readonly headers: number;
  readonly tip: string;
  /** False during the initial download. */
  readonly synced: boolean;
  readonly peers: number;
  /** Null where the node has none loaded. */
  readonly wallet: WalletStatus | null;
}

export interface NameRecord {
  readonly name: string;
  /** Empty for a deleted name. */
  readonly value: Uint8Array;
  readonly txid: string;
  readonly vout: number;
  /** Who owns the name. */
  readonly address: string;
  /** Last height at which the name is active; 0 for a deleted one. */
  readonly expiresAt: number;
  /** `expired` begins with the block in which `expires_in` is 0: anybody can take the name from the next block on. */
  readonly state: "active" | "expired" | "deleted";
}

/** One row of a walk over names: no owner and no transaction, which `name` tells. */
export interface NameRow {
  readonly name: string;
  readonly value: Uint8Array;
  /** Height of the name_new. */
  readonly registeredAt: number;
  /** Blocks left; 0 or less for an expired name. */
  readonly expiresIn: number;
}

export type NameOperation = "new" | "update" | "delete";

export interface PendingName {
  readonly name: string;
  readonly txid: string;
  readonly operation: NameOperation;
  readonly address: string;
  /** Null for a delete. */
  readonly value: Uint8Array | null;
  readonly days: number;
  readonly mine: boolean;
}

export interface NameChange extends PendingName {
  readonly height: number;
}

export interface NameReader {
  /** A confirmed name, expired and deleted ones included; null for one that never was. */
  name(name: string): Promise<NameRecord | null>;
  /**
   * Names that `pattern` (a regular expression over the name's bytes, unanchored) matches, `count` of them from the `from`-th on, in the
   * order of the database (length, then bytes). Expired names included, deleted and unconfirmed ones not.
   */
  names(query: {
    readonly pattern: string;
    readonly from: number;
    readonly count: number;
  }): Promise<readonly NameRow[]>;
  /** All operations of a name that were confirmed, oldest first; empty for one that never was. */
  nameHistory(name: string): Promise<readonly NameChange[]>;
  /** Operations that wait in the node's mempool. */
  pendingNames(): Promise<readonly PendingName[]>;
}

export interface BlockNames {
  readonly height: number;
  readonly hash: string;
  /** Hash of the block below; null for the first. */
  readonly previous: string | null;
  /** Names that the block's operations are about, whether or not they took effect. Names that are not ASCII are left out. */
  readonly names: readonly string[];
}

/** Follows names from block to block: `names` cannot tell which of them were updated. */
export interface NameBlocks {
  /** Null above the tip. */
  namesInBlock(height: number): Promise<BlockNames | null>;
}

export interface NameWrite {
  readonly name: string;
  readonly value: Uint8Array;
  /** Added to what is left; 1 or more for a new name. */
  readonly days: number;
  /** The owner; a name keeps its owner only if this is given with each update. */
  readonly address: string;
}

/** Adds `emercoin.name_exists`, `emercoin.name_inactive`, `emercoin.name_pending`, `emercoin.name_foreign`, `emercoin.bad_name`. */
export interface NameWriter {
  newName(write: NameWrite): Promise<string>;
  updateName(write: NameWrite): Promise<string>;
  deleteName(name: string): Promise<string>;
}

export interface Outpoint {
  readonly txid: string;
  readonly vout: number;
}

export interface Coin extends Outpoint {
  readonly amount: MicroEmc;
  readonly address: string | null;
  /** Hex. */
  readonly script: string;
  readonly confirmations: number;
}

export interface TransactionStatus {
  readonly hex: string;
  /** 0 while it waits in the mempool; below 0 if the wallet knows that it was displaced. */
  readonly confirmations: number;
  readonly blockHash: string | null;
}

export interface ChainReader {
  height(): Promise<number>;
  /** What the last block made by work, not by stake, minted: name fees are reckoned from it. */
  lastPowReward(): Promise<MicroEmc>;
  /** Null above the tip. */
  blockHash(height: number): Promise<string | null>;
  /** Any transaction of mempool or chain (the node keeps an index of all); null for an unknown one. */
  transaction(txid: string): Promise<TransactionStatus | null>;
  /** An output while it is unspent, also by the mempool; null otherwise. */
  unspent(outpoint: Outpoint): Promise<Coin | null>;
  /** What is unspent at an address in the chain, whoever owns it (no wallet needed; scans all outputs: seconds on the main network). */
  unspentAt(address: string): Promise<readonly Coin[]>;
}

export interface FundedTransaction {
  /** Signed, not sent. */
  readonly hex: string;
  readonly txid: string;
  readonly fee: MicroEmc;
  /** Reserved in the node until `release`, the broadcast, or the node's restart. */
  readonly inputs: readonly Outpoint[];
}

export interface PrevOutput extends Outpoint {
  readonly amount: MicroEmc;
  /** Hex of the output's script. */
  readonly script: string;
  readonly witnessScript?: string;
  readonly redeemScript?: string;
}

/**
 * Coins are sent in two steps, so that a crash or a lost answer between them pays nothing twice: `fund` makes a signed transaction
 * that the caller stores, `broadcast` sends it as often as it takes.
 */
export interface CoinWallet {
  newAddress(label: string, type?: "bech32" | "legacy"): Promise<string>;
  /** False for what is not an address of the network. */
  owns(address: string): Promise<boolean>;
  /** The compressed public key of an own address, hex. */
  publicKeyOf(address: string): Promise<string>;
  /** Base64, of a p2pkh or p2wpkh address. */
  signMessage(address: string, message: string): Promise<string>;
  verifyMessage(address: string, signature: string, message: string): Promise<boolean>;
  /** Own coins that are not reserved. */
  coins(minConfirmations: number): Promise<readonly Coin[]>;
  reserved(): Promise<readonly Outpoint[]>;
  reserve(coins: readonly Outpoint[]): Promise<void>;
  release(coins: readonly Outpoint[]): Promise<void>;
  fund(outputs: readonly { readonly address: string; readonly amount: MicroEmc }[]): Promise<FundedTransaction>;
  /** Signs what the wallet has keys for. `complete` tells whether all inputs are signed. */
  signTransaction(
    hex: string,
    prevOutputs?: readonly PrevOutput[],
  ): Promise<{ readonly hex: string; readonly complete: boolean }>;
  /** Sends. That it is known already (in mempool or chain) is success. Adds `emercoin.inputs_spent`. Returns the txid. */
  broadcast(hex: string): Promise<string>;
  /** Outputs of confirmed and waiting transactions to an own address, spent ones included. */
  receivedAt(
    address: string,
  ): Promise<readonly (Outpoint & { readonly amount: MicroEmc; readonly confirmations: number })[]>;
}

export interface SentCoins {
  /** Transactions of the wallet that pay to a foreign address, waiting ones included; of the newest 1000 rows of its history. */
  paidTo(address: string): Promise<readonly string[]>;
}

export interface RandpayVerdict {
  readonly txid: string;
  readonly amount: MicroEmc;
  /** 0 for a transaction that matches no challenge: no payment, whatever `won` says. */
  readonly expected: MicroEmc;
  readonly risk: number;
  readonly won: boolean;
  readonly sent: boolean;
}

/** Adds `emercoin.unknown_chap` (consumed, of another node, or lost with its restart) and `emercoin.bad_ticket`. */
export interface RandpayNode {
  /** `amount:risk:hex`, kept by the node in memory only. */
  makeChap(amount: MicroEmc, risk: number, timeoutSeconds: number): Promise<string>;
  /** Sends a win of at least the expected amount (flags 1). Consumes the challenge, win or lose. */
  acceptTicket(hex: string): Promise<RandpayVerdict>;
}

export interface MultisigNode {
  /** Makes the wallet sign for a multisig address that holds one of its keys. `publicKeys` in their order. Returns the wsh address. */
  watchMultisig(required: number, publicKeys: readonly string[], label: string): Promise<string>;
  createPsbt(
    inputs: readonly Outpoint[],
    outputs: readonly { readonly address: string; readonly amount: MicroEmc }[],
  ): Promise<string>;
  /** Fills in what the node knows of the spent outputs, then signs. */
  signPsbt(psbt: string): Promise<{ readonly psbt: string; readonly complete: boolean }>;
  combinePsbt(psbts: readonly string[]): Promise<string>;
  /** Hex of the network transaction. Rejects with `emercoin.incomplete` while signatures lack. */
  finalizePsbt(psbt: string): Promise<string>;
}

/** The wallet's lock. The passphrase is in memory only and never leaves this object but for the node. */
export interface WalletGate {
  /** Whether `unlocked` can do its work now. */
  readonly ready: boolean;
  /** Keeps the passphrase until `until` (null: until the box stops). Tries it first. Errors: `emercoin.bad_passphrase`. */
  remember(passphrase: Secret<string>, until: UnixMs | null): Promise<void>;
  forget(): void;
  /** Runs `work` with the wallet unlocked and locks it again; several at a time share one unlocking. Errors: `emercoin.locked`. */
  unlocked<T>(what: string, work: () => Promise<T>): Promise<T>;
}

export interface ChainNode extends NameReader, NameWriter, ChainReader, CoinWallet, RandpayNode, MultisigNode {
  status(): Promise<NodeStatus>;
}
