// The payments' records that are still in motion, in memory, and the only way to change them: memory follows the disk.

import { type MicroEmc, microEmc, type RentalId } from "../../base/index.ts";
import type { Outpoint } from "../chain/ports-chain.ts";
import { Balances } from "./ledger.ts";
import type { Deposit, IssuedChap, Order, PayerFlag, StoredTicket, Sweep } from "./model.ts";
import type { PaymentChange, PaymentStore } from "./ports-payment.ts";
import { holdsCoins } from "./ticket-machine.ts";

export function outpointText({ txid, vout }: Outpoint): string {
  return `${txid}:${vout}`;
}

export class PaymentBook {
  readonly #store: PaymentStore;
  readonly chaps = new Map<string, IssuedChap>();
  /** All of this run, and those of earlier runs that are not over. */
  readonly tickets = new Map<string, StoredTicket>();
  readonly orders = new Map<string, Order>();
  readonly deposits = new Map<string, Deposit>();
  readonly sweeps = new Map<string, Sweep>();
  readonly flags = new Map<string, PayerFlag>();
  #balances = new Balances();

  constructor(store: PaymentStore) {
    this.#store = store;
  }

  async load(): Promise<void> {
    const { balances, ...records } = await this.#store.payments();
    this.#remember(records);
    this.#balances = new Balances(balances);
  }

  get balances(): Balances {
    return this.#balances;
  }

  /** Durable, or rejected and nothing changed. */
  async commit(change: PaymentChange): Promise<void> {
    await this.#store.commitPayments(change);
    this.#remember(change);
    this.#balances.apply(change.entries ?? []);
  }

  /** Whether the coin backs a ticket other than `except`. */
  isBusy(coin: Outpoint, except: string): boolean {
    const text = outpointText(coin);
    for (const ticket of this.tickets.values()) {
      if (ticket.id !== except && holdsCoins(ticket) && ticket.coins.some((each) => outpointText(each) === text))
        return true;
    }
    return false;
  }

  /** The order that a rental was granted for. */
  orderOfRental(rental: RentalId): Order | null {
    for (const order of this.orders.values()) if (order.rentalId === rental && order.kind === "rental") return order;
    return null;
  }

  /** SMS paid for, counted from the first: charged ones and those that the credit still pays. Null for no limit. */
  smsCredit(order: Order): number | null {
    if (order.perSms === 0) return null;
    const left = microEmc(Math.max(0, this.#balances.credit(order.rentalId) - this.#setAside(order.rentalId)));
    return order.chargedSms + Math.floor(left / order.perSms);
  }

  /** The tier that a rental has now: that of its last upgrade, or the one it was ordered in; null where nobody ordered it. */
  tierOf(rental: RentalId): string | null {
    const upgrades = [...this.orders.values()].filter(
      ({ rentalId, kind, state }) => rentalId === rental && kind === "upgrade" && state === "granted",
    );
    const last = upgrades.toSorted((one, other) => one.changedAt - other.changedAt).at(-1);
    return (last ?? this.orderOfRental(rental))?.tier ?? null;
  }

  /** Days from its beginning that a rental is paid for once `next` is granted, however often that is tried. */
  paidDays(next: Order): number {
    const orders = [...this.orders.values()].filter(
      ({ id, rentalId, state }) => rentalId === next.rentalId && state === "granted" && id !== next.id,
    );
    return orders.reduce((days, order) => days + order.days, next.days);
  }

  /** What was paid towards changes of the rental that are not made yet: no SMS are paid with it. */
  #setAside(rental: RentalId): MicroEmc {
    let sum = 0;
    for (const { rentalId, kind, state, received } of this.orders.values())
      if (rentalId === rental && (kind === "renewal" || kind === "upgrade") && state !== "granted") sum += received;
    return microEmc(sum);
  }

  /** Forgets tickets that are over and older than what any cap looks at. */
  forget(before: number): void {
    for (const ticket of this.tickets.values()) {
      const over = !holdsCoins(ticket) && !(ticket.state === "settled" && !this.#isSwept(ticket));
      if (over && ticket.changedAt < before) this.tickets.delete(ticket.id);
    }
    for (const chap of this.chaps.values()) {
      if (chap.state !== "pool" && chap.state !== "offered" && chap.expiresAt < before) this.chaps.delete(chap.text);
    }
  }

  #isSwept(ticket: StoredTicket): boolean {
    return ticket.sweepId !== null && this.sweeps.get(ticket.sweepId)?.state === "confirmed";
  }

  #remember(change: Omit<PaymentChange, "entries">): void {
    for (const chap of change.chaps ?? []) this.chaps.set(chap.text, chap);
    for (const ticket of change.tickets ?? []) this.tickets.set(ticket.id, ticket);
    for (const order of change.orders ?? []) this.orders.set(order.id, order);
    for (const deposit of change.deposits ?? []) this.deposits.set(outpointText(deposit), deposit);
    for (const sweep of change.sweeps ?? []) this.sweeps.set(sweep.id, sweep);
    for (const flag of change.flags ?? []) this.flags.set(flag.payer, flag);
  }
}
