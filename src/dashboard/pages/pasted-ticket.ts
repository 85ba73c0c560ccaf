// RANDPAY by hand: the page shows the challenge, the renter's wallet makes the ticket, and the renter pastes it here. What is pasted is
// read before it goes anywhere: it must pay what was asked, and nothing more.

import { AppError, deferred, type UnixMs } from "../../base/index.ts";
import type { Payer, PayerTicket } from "../../core/index.ts";
import { decodeTransaction, parseChap, readTicket, txid } from "../../emercoin/index.ts";
import { nobleCoin } from "../../envelope/index.ts";

const HINT = "Copy the whole hex text that your wallet printed for this challenge.";

/** Throws `payment.bad_ticket`. */
export function readPasted(text: string, chap: string, now: UnixMs): PayerTicket {
  const hex = text.replace(/[\s"]/g, "").toLowerCase();
  const bad = (what: string, cause?: unknown): AppError =>
    new AppError("payment.bad_ticket", what, { hint: HINT, cause });
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) throw bad("this is no transaction in hex");
  try {
    const transaction = decodeTransaction(hex);
    const { amount, coins } = readTicket(transaction);
    if (amount !== parseChap(chap).amount) throw bad("it pays another amount than was asked for");
    return { id: txid(nobleCoin, transaction), hex, amount, coins: [...coins], builtAt: now };
  } catch (cause) {
    if (cause instanceof AppError && cause.code === "payment.bad_ticket") throw cause;
    throw bad("this is no ticket for the challenge", cause);
  }
}

export interface PastedTicketsDeps {
  readonly now: () => UnixMs;
  /** Shows a challenge to the renter. */
  readonly ask: (chap: string) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

export class PastedTickets implements Pick<Payer, "ticket" | "settled"> {
  readonly #deps: PastedTicketsDeps;
  #asked: { readonly chap: string; readonly resolve: (ticket: PayerTicket) => void } | null = null;

  constructor(deps: PastedTicketsDeps) {
    this.#deps = deps;
  }

  /** Resolves when a ticket for it was pasted; rejects when the order is left. */
  ticket(chap: string): Promise<PayerTicket> {
    const { ask, signal } = this.#deps;
    const pasted = deferred<PayerTicket>();
    this.#asked = { chap, resolve: pasted.resolve };
    const leave = (): void => pasted.reject(new AppError("base.stopped", "the order was left"));
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    ask(chap);
    return pasted.promise;
  }

  /** The wallet that made it knows by itself. */
  async settled(): Promise<void> {}

  /** Throws `payment.bad_ticket`, and where nothing is asked for. */
  paste(text: string): void {
    const asked = this.#asked;
    if (asked === null)
      throw new AppError("payment.bad_ticket", "no ticket is asked for now", { hint: "Wait a moment." });
    const ticket = readPasted(text, asked.chap, this.#deps.now());
    this.#asked = null;
    asked.resolve(ticket);
  }
}
