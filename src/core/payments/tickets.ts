// Taking tickets: checked by us, stored, then decided by the node, once. Whatever ends the process in between, the next round finds out
// what happened.

import {
  AppError,
  type ErrorCode,
  hasCode,
  isAppError,
  messageOf,
  type SerialQueue,
  wrapError,
} from "../../base/index.ts";
import type { Chaps } from "./chaps.ts";
import type { Order, StoredTicket } from "./model.ts";
import { stepOrder } from "./order-machine.ts";
import type { PaymentBook } from "./payment-book.ts";
import { paymentError } from "./payment-errors.ts";
import type { PaymentChange, PaymentDeps } from "./ports-payment.ts";
import {
  chapOfTicket,
  checkChap,
  checkCoins,
  checkLoad,
  checkTime,
  decodeTicket,
  payerLoad,
  type ReadTicket,
  ticketValue,
} from "./ticket-check.ts";
import { stepTicket, type TicketInput } from "./ticket-machine.ts";
import type { Wins } from "./wins.ts";

/** Answers about the ticket itself. */
const DEFINITE: ReadonlySet<ErrorCode> = new Set([
  "emercoin.unknown_chap",
  "emercoin.rejected",
  "emercoin.inputs_spent",
  "emercoin.bad_ticket",
  "emercoin.rpc_error",
]);

export interface TicketsDeps extends PaymentDeps {
  readonly book: PaymentBook;
  readonly chaps: Chaps;
  readonly wins: Wins;
  /** One change of the payments at a time. */
  readonly changes: SerialQueue;
}

export class Tickets {
  readonly #deps: TicketsDeps;

  constructor(deps: TicketsDeps) {
    this.#deps = deps;
  }

  /**
   * Takes a ticket for an order. The same ticket again gives what became of it. Errors: `payment.*` for a ticket that is not taken (its
   * challenge stays valid), those of the node where it could not be asked, `payment.undecided` while its answer is not known.
   */
  async accept(orderId: string, hex: string): Promise<StoredTicket> {
    const { crypto, network, changes, store } = this.#deps;
    const read = decodeTicket(crypto, await network(), hex);
    return await changes.run(async () => {
      const known = this.#deps.book.tickets.get(read.id) ?? (await store.ticket(read.id));
      if (known !== null && known.state !== "refused") return this.#answerOf(await this.#again(known, orderId));
      const ticket = await this.#admit(this.#order(orderId), read, hex);
      return this.#answerOf(await this.#decide(ticket, false));
    });
  }

  /** A round over what is not over: tickets in doubt are looked for, wins watched until they are deep. One failure stops no other. */
  async tick(): Promise<void> {
    const { book, changes, log } = this.#deps;
    for (const { id } of [...book.tickets.values()]) {
      try {
        await changes.run(() => this.#resume(id));
      } catch (error) {
        log.warn("ticket_round_failed", { ticket: id, reason: isAppError(error) ? error.code : messageOf(error) });
      }
    }
  }

  async #again(known: StoredTicket, orderId: string): Promise<StoredTicket> {
    if (known.orderId !== orderId)
      throw paymentError("payment.chap_foreign", "the ticket was handed in for another order");
    return known.state === "deciding" ? await this.#decide(known, true) : known;
  }

  /** What the payer is told: a ticket that was refused or is in doubt is an error. */
  #answerOf(ticket: StoredTicket): StoredTicket {
    const { state, problem } = ticket;
    if (state === "deciding") throw paymentError("payment.undecided", "the node has not answered for this ticket yet");
    if (state !== "refused" || problem === null) return ticket;
    const code = /^[a-z_]+\.[a-z_]+$/.test(problem.code)
      ? (problem.code as `${string}.${string}`)
      : "payment.bad_ticket";
    throw new AppError(code, problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
  }

  #order(id: string): Order {
    const order = this.#deps.book.orders.get(id);
    if (order === undefined) throw paymentError("payment.unknown_order", "there is no order with this id");
    return order;
  }

  /** Everything that can be checked without the node's decision; then the ticket is durable. */
  async #admit(order: Order, read: ReadTicket, hex: string): Promise<StoredTicket> {
    const { book, node, now, settings, crypto } = this.#deps;
    const chap = chapOfTicket(read, book.chaps.values());
    if (chap === null) throw paymentError("payment.chap_unknown", "the ticket answers no challenge of this box");
    checkChap(read, chap, order.id, now());
    checkTime(read, now());
    const payer = order.renter.verify;
    if (book.flags.has(payer)) throw paymentError("payment.payer_flagged", "no tickets are taken of this payer");
    checkLoad(payerLoad(book.tickets.values(), payer, now()), settings.randpay);
    if (read.coins.some((coin) => book.isBusy(coin, read.id))) {
      throw paymentError("payment.coin_busy", "a coin of the ticket backs another one");
    }
    const coins = await Promise.all(read.coins.map((coin) => node.unspent(coin)));
    checkCoins(crypto, read, coins);
    await this.#deps.chaps.checkWallet();
    const ticket: StoredTicket = {
      id: read.id,
      chap: chap.text,
      orderId: order.id,
      rentalId: order.rentalId,
      payer,
      hex,
      amount: read.amount,
      risk: chap.risk,
      value: ticketValue(read.amount, chap.risk),
      address: read.address,
      coins: read.coins,
      state: "deciding",
      receivedAt: now(),
      changedAt: now(),
      winTxid: null,
      winHex: null,
      sweepId: null,
      problem: null,
    };
    await book.commit({ tickets: [ticket], chaps: [{ ...chap, state: "used" }] });
    return ticket;
  }

  /** Asks the node. `asked`: it may have decided already, in an earlier call whose answer got lost. */
  async #decide(ticket: StoredTicket, asked: boolean): Promise<StoredTicket> {
    const { book, now } = this.#deps;
    const input = await this.#ask(ticket, asked);
    const step = stepTicket(ticket, input, now());
    const chap = book.chaps.get(ticket.chap);
    const order = this.#order(ticket.orderId);
    // `#ask` of a restarted node: all older challenges are void too.
    const forgotten = step.nodeForgot === true && chap !== undefined ? this.#deps.chaps.forgotten(chap) : [];
    const credited = step.entries.length > 0;
    const change: PaymentChange = {
      tickets: [step.ticket],
      chaps: [...forgotten, ...(chap === undefined || step.chap === null ? [] : [{ ...chap, state: step.chap }])],
      entries: step.entries,
      orders: credited ? [stepOrder(order, { type: "money", amount: ticket.value }, now())] : [],
    };
    await book.commit(change);
    if (input.type === "fault") this.#report("payment.ticket_fault", { code: input.error.code });
    if (step.ticket.state !== "won") return step.ticket;
    this.#report("payment.ticket_won", { amount: ticket.amount });
    // The win is booked; its transaction is found now or in the next round.
    return await this.#deps.wins.find(step.ticket).catch((error: unknown) => {
      this.#deps.log.warn("win_not_found_yet", { ticket: ticket.id, reason: messageOf(error) });
      return book.tickets.get(ticket.id) ?? step.ticket;
    });
  }

  async #ask(ticket: StoredTicket, asked: boolean): Promise<TicketInput> {
    const { node, gate, book } = this.#deps;
    const expected = book.chaps.get(ticket.chap)?.amount ?? ticket.amount;
    const accept = async (): Promise<TicketInput> => {
      const verdict = await node.acceptTicket(ticket.hex);
      return { type: "verdict", verdict, expected };
    };
    try {
      if (asked && (await node.owns(ticket.address))) return { type: "owned" };
      return await accept().catch(async (error: unknown) => {
        // A win while the wallet is locked: the challenge is kept, and the same ticket is judged again.
        if (hasCode(error, "emercoin.locked")) return await gate.unlocked("taking a won ticket", accept);
        throw error;
      });
    } catch (error) {
      const fault = wrapError(error, "emercoin.no_answer", "the node's answer is unknown");
      return await this.#afterFault(ticket, fault, asked);
    }
  }

  /** A win that the node could not send is an error too: the key in our wallet tells. */
  async #afterFault(ticket: StoredTicket, fault: AppError, asked: boolean): Promise<TicketInput> {
    if (!DEFINITE.has(fault.code)) return { type: "fault", error: fault, asked };
    try {
      if (await this.#deps.node.owns(ticket.address)) return { type: "owned" };
    } catch (error) {
      return {
        type: "fault",
        error: wrapError(error, "emercoin.no_answer", "the node's answer is unknown"),
        asked: true,
      };
    }
    return { type: "fault", error: fault, asked };
  }

  async #resume(id: string): Promise<void> {
    const ticket = this.#deps.book.tickets.get(id);
    if (ticket?.state === "deciding") await this.#decide(ticket, true);
    else if (ticket?.state === "won") await this.#deps.wins.watch(await this.#deps.wins.find(ticket));
  }

  #report(code: "payment.ticket_fault" | "payment.ticket_won", details: Record<string, string | number>): void {
    const level = code === "payment.ticket_won" ? "info" : "warn";
    this.#deps.events.record({ level, code, details });
  }
}
