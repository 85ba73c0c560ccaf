// The payer's side of RANDPAY. The ticket is built here and signed by the payer's own wallet: the node's `randpay_mktx` makes tickets that
// win nothing, spends coins that are not confirmed, and its table of locked coins can take the node down.

import {
  AppError,
  type CoinCrypto,
  type MicroEmc,
  type Millis,
  microEmc,
  type Random,
  type UnixMs,
} from "../../base/index.ts";
import {
  buildTicket,
  type ChainNetwork,
  type Chap,
  decodeTransaction,
  flatFee,
  parseAddress,
  parseChap,
  scriptOfAddress,
  transactionHex,
  txid,
} from "../../emercoin/index.ts";
import type { Coin, CoinWallet, Outpoint } from "../chain/ports-chain.ts";
import { type Budget, budgetProblem, type Spending, spendingIn } from "./payer-budget.ts";
import { outpointText } from "./payment-book.ts";

export type PayerNode = Pick<
  CoinWallet,
  "coins" | "reserve" | "release" | "signTransaction" | "newAddress" | "broadcast"
>;

export interface PayerDeps {
  readonly node: PayerNode;
  readonly crypto: CoinCrypto;
  readonly random: Random;
  readonly network: ChainNetwork;
  readonly now: () => UnixMs;
  readonly budget: Budget;
  /** How long coins are kept for a ticket whose outcome is not told. 900 s is usual. */
  readonly lock: Millis;
}

/** What a ticket would mean; nothing is done for it. */
export interface TicketOffer {
  readonly amount: MicroEmc;
  readonly risk: number;
  /** 0 to 1. */
  readonly probability: number;
  /** What it costs on average: amount / risk. */
  readonly expected: MicroEmc;
  /** Only if it wins. */
  readonly fee: MicroEmc;
  readonly coins: readonly Coin[];
}

export interface PayerTicket {
  readonly id: string;
  readonly hex: string;
  readonly amount: MicroEmc;
  readonly coins: readonly Outpoint[];
  readonly builtAt: UnixMs;
}

/** Enough for a ticket of a few coins. */
const FEE = flatFee(0);
const MOST_COINS = 50;

/** A uniform integer in [0, below): values that would favour the low ones are drawn again. `below` is 1 to 2^31. */
export function uniform(random: Random, below: number): number {
  const limit = 2 ** 32 - (2 ** 32 % below);
  for (;;) {
    const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
    const value = ((a * 256 + b) * 256 + c) * 256 + d;
    if (value < limit) return value % below;
  }
}

/** The smallest single coin that suffices, else the largest ones; null if all together do not. */
export function chooseCoins(coins: readonly Coin[], needed: number): readonly Coin[] | null {
  const sorted = coins.toSorted((a, b) => a.amount - b.amount);
  const single = sorted.find((coin) => coin.amount >= needed);
  if (single !== undefined) return [single];
  const chosen: Coin[] = [];
  let sum = 0;
  for (const coin of sorted.toReversed().slice(0, MOST_COINS)) {
    chosen.push(coin);
    sum += coin.amount;
    if (sum >= needed) return chosen;
  }
  return null;
}

export class Payer {
  readonly #deps: PayerDeps;
  readonly #open = new Map<string, PayerTicket>();
  readonly #wins: { readonly amount: MicroEmc; readonly at: UnixMs }[] = [];

  constructor(deps: PayerDeps) {
    this.#deps = deps;
  }

  /** Errors: `emercoin.bad_chap`, `emercoin.no_funds`. */
  async offer(chapText: string): Promise<TicketOffer> {
    const { amount, risk } = parseChap(chapText);
    const coins = chooseCoins(await this.#deps.node.coins(1), amount + FEE);
    if (coins === null) {
      throw new AppError("emercoin.no_funds", "the confirmed coins do not cover the ticket and its fee", {
        hint: "Add coins to the wallet, or wait until those that are on their way are confirmed.",
      });
    }
    return { amount, risk, probability: 1 / risk, expected: microEmc(Math.floor(amount / risk)), fee: FEE, coins };
  }

  /**
   * A signed ticket; its coins are reserved until `settled` tells the outcome or the lock's time is over. Adds `payment.over_budget`,
   * `payment.not_signed`.
   */
  async ticket(chapText: string): Promise<PayerTicket> {
    const { node, budget, now } = this.#deps;
    await this.releaseOld();
    const chap = parseChap(chapText);
    const problem = budgetProblem(budget, this.spending(), chap.amount);
    if (problem !== null) throw problem;
    const { coins } = await this.offer(chapText);
    await node.reserve(coins);
    try {
      const signed = await this.#signed(chap, coins);
      const ticket: PayerTicket = { ...signed, amount: chap.amount, coins, builtAt: now() };
      this.#open.set(ticket.id, ticket);
      return ticket;
    } catch (error) {
      await node.release(coins);
      throw error;
    }
  }

  async #signed(chap: Chap, coins: readonly Coin[]): Promise<Pick<PayerTicket, "id" | "hex">> {
    const { node, crypto, random, network, now } = this.#deps;
    const change = parseAddress(crypto, await node.newAddress("numberbox change"), network);
    const tx = buildTicket({
      chap,
      offset: uniform(random, chap.risk),
      coins,
      changeScript: scriptOfAddress(change),
      time: Math.floor(now() / 1000),
    });
    // Never complete: the first input is the payee's to sign.
    const { hex } = await node.signTransaction(transactionHex(tx));
    const signed = decodeTransaction(hex);
    if (signed.inputs.slice(1).some((input) => input.script.length === 0 && input.witness.length === 0)) {
      throw new AppError("payment.not_signed", "the wallet did not sign for all coins of the ticket", {
        hint: "Unlock the wallet, and pay with coins whose keys it has.",
      });
    }
    return { id: txid(crypto, signed), hex };
  }

  /** Tells the outcome: a lost ticket's coins are free at once, the transaction of a win goes out from here too. */
  async settled(id: string, outcome: "lost" | "refused" | { readonly winHex: string | null }): Promise<void> {
    const { node, now } = this.#deps;
    const ticket = this.#open.get(id);
    if (ticket === undefined) return;
    this.#open.delete(id);
    if (typeof outcome !== "string") {
      this.#wins.push({ amount: ticket.amount, at: now() });
      // Not released: the win spends them, and the node forgets the reservation with them.
      if (outcome.winHex !== null) await node.broadcast(outcome.winHex);
      return;
    }
    await node.release(ticket.coins);
  }

  /** Frees the coins of tickets whose outcome nobody told in time. */
  async releaseOld(): Promise<void> {
    const { node, now, lock } = this.#deps;
    for (const ticket of [...this.#open.values()]) {
      if (now() - ticket.builtAt < lock) continue;
      this.#open.delete(ticket.id);
      await node.release(ticket.coins);
    }
  }

  /** Coins that are reserved for tickets of this payer. */
  reserved(): readonly string[] {
    return [...this.#open.values()].flatMap((ticket) => ticket.coins.map(outpointText));
  }

  spending(): Spending {
    return spendingIn(this.#wins, [...this.#open.values()], this.#deps.now() - this.#deps.budget.window);
  }
}
