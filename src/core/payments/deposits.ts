// Plain payments: a fresh address for each order, credited once per outpoint when deep enough, taken back when a reorganisation takes
// the payment away. What lies in an escrow counts as a payment too: it is held until it is paid out. An address is watched as long as its order is remembered: late payments and overpayments stay credit.

import { type MicroEmc, microEmc, type SerialQueue, type UnixMs } from "../../base/index.ts";
import { depositCredited, depositReversed, escrowSettled } from "./entries.ts";
import type { JournalEntry } from "./ledger.ts";
import type { Deposit, Order } from "./model.ts";
import { stepOrder } from "./order-machine.ts";
import { outpointText, type PaymentBook } from "./payment-book.ts";
import type { EscrowMoney, PaymentDeps, SeenPayment } from "./ports-payment.ts";

export interface DepositStep {
  readonly deposit: Deposit;
  readonly entry: JournalEntry | null;
  /** What the order gains or loses. */
  readonly money: MicroEmc;
}

export interface DepositLook {
  readonly now: UnixMs;
  readonly needed: number;
  readonly order: Pick<Order, "rentalId" | "method">;
  /** Of an escrow that is paid out for good. */
  readonly payout: EscrowMoney["payout"];
  /** What the rental has to its credit. */
  readonly credit: MicroEmc;
}

/**
 * One look at one payment, pure; `seen` is null when the wallet shows it no more. Reversed only when it has no confirmation left: while it
 * is merely less deep than when it was credited, it is still in the chain.
 */
export function stepDeposit(deposit: Deposit, seen: SeenPayment | null, at: DepositLook): DepositStep {
  const { now, needed, order, payout, credit } = at;
  const confirmations = seen?.confirmations ?? 0;
  const nothing = microEmc(0);
  const about = { at: now, rental: order.rentalId };
  const account = order.method === "escrow" ? "escrow:held" : "emc:received";
  if (deposit.state === "credited" && payout !== null) {
    return {
      deposit: { ...deposit, state: "settled", confirmations, changedAt: now },
      entry: escrowSettled({ ...about, id: outpointText(deposit) }, { ...payout, amount: deposit.amount, credit }),
      money: nothing,
    };
  }
  if (deposit.state !== "credited" && confirmations >= needed) {
    const credits = deposit.credits + 1;
    const id = `${outpointText(deposit)}:${credits}`;
    return {
      deposit: { ...deposit, state: "credited", confirmations, credits, changedAt: now },
      entry: depositCredited({ ...about, id }, deposit.amount, account),
      money: deposit.amount,
    };
  }
  if (deposit.state === "credited" && confirmations < 1) {
    const id = `${outpointText(deposit)}:${deposit.credits}`;
    return {
      deposit: { ...deposit, state: "reversed", confirmations, changedAt: now },
      entry: depositReversed({ ...about, id }, deposit.amount, account),
      money: microEmc(-deposit.amount),
    };
  }
  const same = confirmations === deposit.confirmations;
  return { deposit: same ? deposit : { ...deposit, confirmations, changedAt: now }, entry: null, money: nothing };
}

/** So deep that it is not looked at again. */
const FINAL = 100;

/** The coins of an escrow move on when it is paid out, however long that takes. */
const isLookedAt = ({ confirmations }: Deposit, { method }: Order): boolean =>
  method === "escrow" || confirmations < FINAL;

interface Found {
  readonly payments: readonly SeenPayment[];
  readonly payout: EscrowMoney["payout"];
}

export interface DepositsDeps extends PaymentDeps {
  readonly book: PaymentBook;
  readonly changes: SerialQueue;
}

export class Deposits {
  readonly #deps: DepositsDeps;

  constructor(deps: DepositsDeps) {
    this.#deps = deps;
  }

  /** The order's own address, made at the first call. */
  async address(order: Order): Promise<string> {
    if (order.address !== null) return order.address;
    const { node, book, now } = this.#deps;
    // A crash here leaves an address that nobody was told of.
    const address = await node.newAddress("numberbox order");
    await book.commit({ orders: [stepOrder(order, { type: "offered", address }, now())] });
    return address;
  }

  /** Looks at all addresses. Returns the orders whose money changed. */
  async tick(): Promise<readonly string[]> {
    const changed: string[] = [];
    for (const { id, address } of [...this.#deps.book.orders.values()]) {
      if (address !== null && (await this.#deps.changes.run(() => this.#look(id, address)))) changed.push(id);
    }
    return changed;
  }

  async #look(orderId: string, address: string): Promise<boolean> {
    const { book, now, settings } = this.#deps;
    const order = book.orders.get(orderId);
    const known = [...book.deposits.values()].filter((deposit) => deposit.address === address);
    if (order === undefined || known.some(({ state }) => state === "settled")) return false;
    const found = await this.#found(order, address);
    if (found === null) return false;
    const seen = new Map(found.payments.map((each) => [outpointText(each), each]));
    const fresh = found.payments
      .filter((each) => !book.deposits.has(outpointText(each)))
      .map((each) => this.#fresh(each, order, address));
    const needed = settings[order.method === "escrow" ? "escrow" : "emc"].confirmations;
    const credit = book.balances.credit(order.rentalId);
    const at: DepositLook = { now: now(), needed, order, payout: found.payout, credit };
    const steps = [...known.filter((each) => isLookedAt(each, order)), ...fresh].map((deposit) =>
      stepDeposit(deposit, seen.get(outpointText(deposit)) ?? null, at),
    );
    const moved = steps.filter((step) => step.entry !== null);
    const changed = steps.filter((step) => step.deposit !== book.deposits.get(outpointText(step.deposit)));
    if (changed.length === 0) return false;
    const money = microEmc(moved.reduce((sum, step) => sum + step.money, 0));
    await book.commit({
      deposits: changed.map((step) => step.deposit),
      entries: moved.flatMap((step) => step.entry ?? []),
      orders: money === 0 ? [] : [stepOrder(order, { type: "money", amount: money }, now())],
    });
    for (const { deposit } of moved) this.#report(deposit);
    return moved.length > 0;
  }

  /** Null where nothing can be said: another wallet is loaded, which knows nothing of the payment. */
  async #found({ method }: Order, address: string): Promise<Found | null> {
    const { node, escrows } = this.#deps;
    if (method !== "escrow") {
      return (await node.owns(address)) ? { payments: await node.receivedAt(address), payout: null } : null;
    }
    if (escrows === null) return null;
    const { funding, payout } = await escrows.money(address);
    return { payments: funding === null ? [] : [funding], payout };
  }

  #fresh(seen: SeenPayment, order: Order, address: string): Deposit {
    const { txid, vout, amount } = seen;
    const changedAt = this.#deps.now();
    return { txid, vout, address, orderId: order.id, amount, state: "seen", confirmations: 0, credits: 0, changedAt };
  }

  #report({ state, amount }: Deposit): void {
    // That an escrow is paid out is told by the escrows.
    if (state === "settled") return;
    const code = state === "credited" ? "payment.deposit_credited" : "payment.deposit_reversed";
    this.#deps.events.record({ level: state === "credited" ? "info" : "warn", code, details: { amount } });
  }
}
