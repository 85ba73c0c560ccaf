// Won tickets on their way into the chain: their transaction found or made, sent as often as it takes, watched until it is deep.

import { isAppError } from "../../base/index.ts";
import { decodeTransaction, txid } from "../../emercoin/index.ts";
import type { StoredTicket } from "./model.ts";
import { outpointText, type PaymentBook } from "./payment-book.ts";
import type { PaymentDeps } from "./ports-payment.ts";
import { stepTicket } from "./ticket-machine.ts";

export class Wins {
  readonly #deps: PaymentDeps;
  readonly #book: PaymentBook;

  constructor(deps: PaymentDeps, book: PaymentBook) {
    this.#deps = deps;
    this.#book = book;
  }

  /**
   * The transaction of a win, stored. Where the node sent none (it refused, or stopped in between) the wallet, which has the key now,
   * signs the ticket again.
   */
  async find(ticket: StoredTicket): Promise<StoredTicket> {
    if (ticket.winHex !== null) return ticket;
    const { node, gate, now, crypto } = this.#deps;
    const book = this.#book;
    const sent = await this.#sent(ticket);
    const hex = sent ?? (await gate.unlocked("taking a won ticket", () => node.signTransaction(ticket.hex))).hex;
    const found = stepTicket(
      ticket,
      { type: "win_known", txid: txid(crypto, decodeTransaction(hex)), hex },
      now(),
    ).ticket;
    await book.commit({ tickets: [found] });
    if (sent === null) await node.broadcast(hex).catch((error: unknown) => this.#spentOrThrow(error));
    return found;
  }

  /** The win as the wallet received it, null where it did not: one that spends the ticket's coins, since anybody can pay to an address. */
  async #sent({ address, coins }: StoredTicket): Promise<string | null> {
    const { node } = this.#deps;
    const wanted = coins.map(outpointText).join();
    for (const received of await node.receivedAt(address)) {
      const seen = received.vout === 0 ? await node.transaction(received.txid) : null;
      if (seen === null) continue;
      if (decodeTransaction(seen.hex).inputs.slice(1).map(outpointText).join() === wanted) return seen.hex;
    }
    return null;
  }

  /** Looks where a win is; sends it again where it is gone. */
  async watch(ticket: StoredTicket): Promise<void> {
    const { node, settings } = this.#deps;
    const { winTxid, winHex } = ticket;
    if (winTxid === null || winHex === null) return;
    const seen = await node.transaction(winTxid);
    if (seen !== null && seen.confirmations >= settings.randpay.confirmations) {
      return await this.#stepWin(ticket, "win_deep");
    }
    if (seen !== null && seen.confirmations >= 0) return await this.#stepWin(ticket, "win_seen");
    // Gone from mempool and chain: sent again, and lost only when its coins are spent otherwise.
    const sent = await node.broadcast(winHex).then(
      () => true,
      (error: unknown) => this.#spentOrThrow(error),
    );
    if (!sent && !(await this.#coinsAreThere(ticket))) await this.#stepWin(ticket, "win_gone");
  }

  #spentOrThrow(error: unknown): false {
    if (isAppError(error) && error.code === "emercoin.inputs_spent") return false;
    throw error;
  }

  /** A coin that is unspent, by the mempool too, displaces nothing. */
  async #coinsAreThere(ticket: StoredTicket): Promise<boolean> {
    const coins = await Promise.all(ticket.coins.map((coin) => this.#deps.node.unspent(coin)));
    return coins.every((coin) => coin !== null);
  }

  async #stepWin(ticket: StoredTicket, type: "win_deep" | "win_seen" | "win_gone"): Promise<void> {
    const { now } = this.#deps;
    const book = this.#book;
    const step = stepTicket(ticket, { type }, now());
    if (step.ticket === ticket) return;
    const displaced = step.ticket.state === "displaced";
    const before = book.flags.get(ticket.payer)?.displaced ?? 0;
    const flags = displaced ? [{ payer: ticket.payer, displaced: before + 1, at: now() }] : [];
    await book.commit({ tickets: [step.ticket], entries: step.entries, flags });
    const details = { amount: ticket.amount };
    if (displaced) this.#deps.events.record({ level: "warn", code: "payment.win_displaced", details });
  }
}
