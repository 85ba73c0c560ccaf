// A PaymentStore in memory, with the promises of the one on disk: all of a change or nothing, keys of the journal once, a coin backs one
// ticket. It can end the process before or after a commit.

import { AppError } from "../../../src/base/index.ts";
import {
  Balances,
  type Deposit,
  holdsCoins,
  type IssuedChap,
  type JournalEntry,
  type Order,
  outpointText,
  type PayerFlag,
  type PaymentChange,
  type PaymentRecords,
  type PaymentStore,
  type StoredTicket,
  type Sweep,
  WON_STATES,
} from "../../../src/core/index.ts";

export class MemoryPayments implements PaymentStore {
  readonly #chaps = new Map<string, IssuedChap>();
  readonly #tickets = new Map<string, StoredTicket>();
  readonly #orders = new Map<string, Order>();
  readonly #deposits = new Map<string, Deposit>();
  readonly #sweeps = new Map<string, Sweep>();
  readonly #flags = new Map<string, PayerFlag>();
  readonly entries: JournalEntry[] = [];
  /** Called before and after each commit; throwing ends the process there. */
  onStep: (when: "before commit" | "after commit") => void = () => {};

  async payments(): Promise<PaymentRecords> {
    const balances = new Balances();
    balances.apply(this.entries);
    const open = new Set(["deciding", "won", "settled"]);
    return {
      chaps: [...this.#chaps.values()].filter(
        ({ state }) => state === "pool" || state === "offered" || state === "used",
      ),
      tickets: [...this.#tickets.values()].filter(({ state }) => open.has(state)),
      orders: [...this.#orders.values()],
      deposits: [...this.#deposits.values()],
      sweeps: [...this.#sweeps.values()],
      flags: [...this.#flags.values()],
      balances: balances.all(),
    };
  }

  async commitPayments(change: PaymentChange): Promise<void> {
    this.onStep("before commit");
    this.#check(change);
    for (const chap of change.chaps ?? []) this.#chaps.set(chap.text, chap);
    for (const ticket of change.tickets ?? []) this.#tickets.set(ticket.id, ticket);
    for (const order of change.orders ?? []) this.#orders.set(order.id, order);
    for (const deposit of change.deposits ?? []) this.#deposits.set(outpointText(deposit), deposit);
    for (const sweep of change.sweeps ?? []) this.#sweeps.set(sweep.id, sweep);
    for (const flag of change.flags ?? []) this.#flags.set(flag.payer, flag);
    this.entries.push(...(change.entries ?? []));
    this.onStep("after commit");
  }

  async ticket(id: string): Promise<StoredTicket | null> {
    return this.#tickets.get(id) ?? null;
  }

  async tickets(span: {
    from: number;
    to: number;
    limit: number;
    newestFirst?: boolean;
    wins?: boolean;
  }): Promise<readonly StoredTicket[]> {
    const sign = span.newestFirst === true ? -1 : 1;
    return [...this.#tickets.values()]
      .filter(({ receivedAt }) => receivedAt >= span.from && receivedAt < span.to)
      .filter(({ state }) => span.wins !== true || WON_STATES.includes(state))
      .sort((a, b) => sign * (a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1)))
      .slice(0, span.limit);
  }

  async journal(span: { from: number; to: number }): Promise<readonly JournalEntry[]> {
    return this.entries.filter(({ at }) => at >= span.from && at < span.to);
  }

  #check(change: PaymentChange): void {
    const conflict = (what: string): AppError => new AppError("store.conflict", what);
    for (const { key } of change.entries ?? []) {
      if (this.entries.some((entry) => entry.key === key)) throw conflict(`journal key ${key}`);
    }
    for (const ticket of (change.tickets ?? []).filter(holdsCoins)) {
      const mine = new Set(ticket.coins.map(outpointText));
      for (const other of this.#tickets.values()) {
        if (other.id === ticket.id || !holdsCoins(other)) continue;
        if (other.coins.some((coin) => mine.has(outpointText(coin)))) throw conflict("coin");
      }
    }
  }
}
