// A chain of coins and wallets over it, as far as escrows need one: real scripts and signatures, blocks when told, and a process that can
// be killed between any two calls.

import { AppError, fromHex, microEmc, Secret, toHex, utf8 } from "../../src/base/index.ts";
import type { Coin, EscrowNode, Outpoint, WalletGate } from "../../src/core/index.ts";
import {
  addressText,
  decodePsbt,
  decodeTransaction,
  encodePsbt,
  hash160,
  multisigDescriptor,
  multisigOutput,
  parseAddress,
  scriptOfAddress,
  signPsbtInput,
  type Transaction,
  transactionHex,
  txid as txidOf,
  unsignedInput,
  verifyInput,
} from "../../src/emercoin/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";
import { SeededRandom } from "./seeded-random.ts";

export const NETWORK = "regtest";
const key = ({ txid, vout }: Outpoint): string => `${txid}:${vout}`;
const scriptHex = (address: string): string => toHex(scriptOfAddress(parseAddress(nobleCoin, address, NETWORK)));

/** What a process that was killed answers to everything. */
export class Killed extends Error {}

export class EscrowLedger {
  readonly txs = new Map<string, { readonly tx: Transaction; height: number | null }>();
  height = 100;
  timeS: number;
  #coins = 0;

  constructor(timeS: number) {
    this.timeS = timeS;
  }

  mine(): void {
    this.height++;
    for (const entry of this.txs.values()) entry.height ??= this.height;
  }

  /** Blocks are undone and what was in them is forgotten, as of a node that never heard of it. */
  forget(txid: string): void {
    this.txs.delete(txid);
  }

  confirmations(txid: string): number | null {
    const entry = this.txs.get(txid);
    if (entry === undefined) return null;
    return entry.height === null ? 0 : this.height - entry.height + 1;
  }

  spender(outpoint: Outpoint): string | null {
    for (const [txid, { tx }] of this.txs) if (tx.inputs.some((input) => key(input) === key(outpoint))) return txid;
    return null;
  }

  coin({ txid, vout }: Outpoint): Coin | null {
    const output = this.txs.get(txid)?.tx.outputs[vout];
    if (output === undefined || this.spender({ txid, vout }) !== null) return null;
    const script = toHex(output.script);
    return { txid, vout, amount: output.amount, address: null, script, confirmations: this.confirmations(txid) ?? 0 };
  }

  coinsAt(address: string): readonly Coin[] {
    const script = scriptHex(address);
    return [...this.txs.entries()]
      .flatMap(([txid, { tx }]) => tx.outputs.map((_, vout) => this.coin({ txid, vout })))
      .filter((coin): coin is Coin => coin?.script === script && coin.confirmations > 0);
  }

  /** Everything that was ever paid to an address. */
  receivedBy(address: string): readonly number[] {
    const script = scriptHex(address);
    return [...this.txs.values()].flatMap(({ tx }) =>
      tx.outputs.filter((output) => toHex(output.script) === script).map(({ amount }) => Number(amount)),
    );
  }

  take(hex: string): string {
    const tx = decodeTransaction(hex);
    const id = txidOf(nobleCoin, tx);
    if (this.txs.has(id)) return id;
    tx.inputs.forEach((input, at) => {
      if (this.spender(input) !== null) throw new AppError("emercoin.inputs_spent", "an input is spent");
      const spent = this.txs.get(input.txid);
      // Coins that a wallet makes up have no past.
      if (spent === undefined) return;
      const output = spent.tx.outputs[input.vout];
      const sound = output !== undefined && spent.tx.time <= tx.time && verifyInput(nobleCoin, tx, at, output);
      if (!sound) throw new AppError("emercoin.rejected", "a signature does not hold");
    });
    this.txs.set(id, { tx, height: null });
    return id;
  }

  /** A coin that nobody else has. */
  freshCoin(): Outpoint {
    return { txid: toHex(nobleCoin.sha256(utf8(`coin ${++this.#coins}`))), vout: 0 };
  }
}

/** A process between whose calls something may happen. */
export type Touch = (what: string) => void;

export class LedgerWallet {
  readonly #ledger: EscrowLedger;
  readonly #random: SeededRandom;
  readonly #secrets = new Map<string, Secret<Uint8Array>>();
  readonly #sent: { readonly address: string; readonly txid: string }[] = [];
  readonly released: Outpoint[] = [];

  constructor(ledger: EscrowLedger, seed: string) {
    this.#ledger = ledger;
    this.#random = new SeededRandom(seed);
  }

  /** The node as one process sees it; `touch` runs before and after each call, and may throw. */
  node(touch: Touch = () => {}): EscrowNode {
    const calls = this.#calls();
    return new Proxy({} as EscrowNode, {
      get:
        (_, name: string) =>
        async (...args: readonly unknown[]) => {
          const call: unknown = Reflect.get(calls, name);
          if (typeof call !== "function") throw new AppError("emercoin.rpc_error", `${name} is not of this ledger`);
          touch(`before ${name}`);
          const answer: unknown = await Reflect.apply(call, calls, args);
          touch(`after ${name}`);
          return answer;
        },
    });
  }

  #address(secret: Secret<Uint8Array>): string {
    const hash = hash160(nobleCoin, nobleCoin.publicKey(secret.reveal()));
    return addressText(nobleCoin, { kind: "p2wpkh", hash }, NETWORK);
  }

  #calls(): Partial<EscrowNode> {
    const ledger = this.#ledger;
    return {
      height: async () => ledger.height,
      transaction: async (txid) => {
        const entry = ledger.txs.get(txid);
        const confirmations = ledger.confirmations(txid);
        if (entry === undefined || confirmations === null) return null;
        return { hex: transactionHex(entry.tx), confirmations, blockHash: null };
      },
      unspent: async (outpoint) => ledger.coin(outpoint),
      unspentAt: async (address) => ledger.coinsAt(address),
      paidTo: async (address) =>
        this.#sent.filter((each) => each.address === address && ledger.txs.has(each.txid)).map(({ txid }) => txid),
      newAddress: async () => {
        const secret = new Secret(this.#random.bytes(32));
        const address = this.#address(secret);
        this.#secrets.set(address, secret);
        return address;
      },
      owns: async (address) => this.#secrets.has(address),
      publicKeyOf: async (address) => {
        const secret = this.#secrets.get(address);
        if (secret === undefined) throw new AppError("emercoin.bad_address", "not of this wallet");
        return toHex(nobleCoin.publicKey(secret.reveal()));
      },
      release: async (coins) => void this.released.push(...coins),
      fund: async (outputs) => {
        const input = ledger.freshCoin();
        const tx: Transaction = {
          version: 2,
          time: ledger.timeS,
          inputs: [unsignedInput(input)],
          outputs: outputs.map(({ address, amount }) => ({ amount, script: fromHex(scriptHex(address)) })),
          lockTime: 0,
        };
        const hex = transactionHex(tx);
        return { hex, txid: txidOf(nobleCoin, tx), fee: microEmc(100), inputs: [input] };
      },
      broadcast: async (hex) => {
        const txid = ledger.take(hex);
        const { outputs } = decodeTransaction(hex);
        for (const { script } of outputs) this.#sent.push({ address: this.#watched.get(toHex(script)) ?? "", txid });
        return txid;
      },
      watchMultisig: async (required, publicKeys) => {
        const descriptor = multisigDescriptor(nobleCoin, { required, keys: publicKeys.map(fromHex) });
        const { addressText: address } = multisigOutput(nobleCoin, descriptor, NETWORK);
        this.#watched.set(scriptHex(address), address);
        return address;
      },
      signPsbt: async (text) => {
        const secrets = [...this.#secrets.values()];
        const unsigned = decodePsbt(text);
        const psbt = unsigned.inputs.reduce(
          (all, _, at) => secrets.reduce((made, secret) => signPsbtInput(nobleCoin, made, at, secret) ?? made, all),
          unsigned,
        );
        return { psbt: encodePsbt(psbt), complete: false };
      },
    };
  }

  readonly #watched = new Map<string, string>();
}

/** A wallet without a passphrase. */
export const openGate: WalletGate = {
  ready: true,
  remember: async () => {},
  forget: () => {},
  unlocked: (_what, work) => work(),
};
