// Won coins move to the payout address: their keys came from the node's memory and are in no backup of a seed phrase. Signed, stored, then
// sent as often as it takes.

import { hasCode, microEmc, type SerialQueue } from "../../base/index.ts";
import {
  decodeTransaction,
  flatFee,
  PLAIN_VERSION,
  parseAddress,
  scriptOfAddress,
  sizeOf,
  type Transaction,
  transactionHex,
  txid,
  unsignedInput,
} from "../../emercoin/index.ts";
import type { Coin } from "../chain/ports-chain.ts";
import { swept } from "./entries.ts";
import type { StoredTicket, Sweep } from "./model.ts";
import type { PaymentBook } from "./payment-book.ts";
import type { PaymentDeps } from "./ports-payment.ts";

export interface SweepsDeps extends PaymentDeps {
  readonly book: PaymentBook;
  readonly changes: SerialQueue;
}

/** Signature, key and lengths of a p2pkh input. */
const SIGNATURE_BYTES = 110;

export class Sweeps {
  readonly #deps: SweepsDeps;

  constructor(deps: SweepsDeps) {
    this.#deps = deps;
  }

  /** Settled wins that no sweep spends. */
  waiting(): readonly StoredTicket[] {
    return [...this.#deps.book.tickets.values()].filter(
      (ticket) => ticket.state === "settled" && ticket.sweepId === null,
    );
  }

  async tick(): Promise<void> {
    const { book, changes, settings } = this.#deps;
    for (const { id } of [...book.sweeps.values()]) await changes.run(() => this.#resume(id));
    const { enabled, atLeast, maxCoins } = settings.sweep;
    const waiting = this.waiting().slice(0, maxCoins);
    const sum = waiting.reduce((total, ticket) => total + ticket.amount, 0);
    if (enabled && waiting.length > 0 && sum >= atLeast) await changes.run(() => this.#begin(waiting));
  }

  async #begin(waiting: readonly StoredTicket[]): Promise<void> {
    const { node, gate, book, crypto, network, now, settings } = this.#deps;
    const coins = await this.#coinsOf(waiting);
    if (coins.length === 0) return;
    const address = settings.payoutAddress ?? (await node.newAddress("numberbox payout"));
    const script = scriptOfAddress(parseAddress(crypto, address, await network()));
    const draft = sweepTransaction(coins, script, Math.floor(now() / 1000));
    if (draft === null) return;
    const signed = await gate.unlocked("sweeping won coins", () => node.signTransaction(transactionHex(draft.tx)));
    if (!signed.complete) {
      this.#deps.log.warn("sweep_not_signed", { coins: coins.length });
      return;
    }
    const { amount, fee } = draft;
    const at = { createdAt: now(), changedAt: now() };
    const id = txid(crypto, decodeTransaction(signed.hex));
    const sweep: Sweep = { id, hex: signed.hex, address, amount, fee, state: "signed", ...at };
    const spent = new Set(coins.map((coin) => coin.txid));
    const tickets = waiting.filter((ticket) => ticket.winTxid !== null && spent.has(ticket.winTxid));
    await book.commit({ sweeps: [sweep], tickets: tickets.map((ticket) => ({ ...ticket, sweepId: id })) });
    await node.broadcast(sweep.hex);
  }

  /** Won outputs that are there; a ticket whose output is gone stays where it is, for the doctor to name. */
  async #coinsOf(waiting: readonly StoredTicket[]): Promise<readonly Coin[]> {
    const { node } = this.#deps;
    const found: Coin[] = [];
    for (const { winTxid } of waiting) {
      const coin = winTxid === null ? null : await node.unspent({ txid: winTxid, vout: 0 });
      if (coin !== null) found.push(coin);
    }
    return found;
  }

  async #resume(id: string): Promise<void> {
    const { book, node, now, settings } = this.#deps;
    const sweep = book.sweeps.get(id);
    if (sweep?.state !== "signed") return;
    const seen = await node.transaction(id);
    if (seen !== null && seen.confirmations >= settings.randpay.confirmations) {
      const done: Sweep = { ...sweep, state: "confirmed", changedAt: now() };
      await book.commit({ sweeps: [done], entries: [swept({ id, at: now() }, sweep)] });
      return;
    }
    if (seen !== null && seen.confirmations >= 0) return;
    try {
      await node.broadcast(sweep.hex);
    } catch (error) {
      if (!hasCode(error, "emercoin.inputs_spent")) throw error;
      const mine = [...book.tickets.values()].filter((ticket) => ticket.sweepId === id);
      const failed: Sweep = { ...sweep, state: "failed", changedAt: now() };
      await book.commit({ sweeps: [failed], tickets: mine.map((ticket) => ({ ...ticket, sweepId: null })) });
    }
  }
}

/** All coins to one output; null if the fee leaves too little. `amount` is what goes in. */
export function sweepTransaction(
  coins: readonly Coin[],
  script: Uint8Array,
  time: number,
): { readonly tx: Transaction; readonly amount: Sweep["amount"]; readonly fee: Sweep["fee"] } | null {
  const inputs = coins.map((coin) => unsignedInput(coin));
  const amount = microEmc(coins.reduce((sum, coin) => sum + coin.amount, 0));
  const frame = { version: PLAIN_VERSION, time, inputs, outputs: [{ amount, script }], lockTime: 0 };
  const fee = flatFee(sizeOf(frame).bytes + SIGNATURE_BYTES * inputs.length);
  const rest = microEmc(amount - fee);
  if (rest < flatFee(0)) return null;
  return { tx: { ...frame, outputs: [{ amount: rest, script }] }, amount, fee };
}
