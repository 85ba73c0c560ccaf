// The payments as one service: its parts, their round, and what REST and command line ask for.

import {
  type Clock,
  type Disposer,
  type MicroEmc,
  messageOf,
  microEmc,
  type RentalId,
  SerialQueue,
  seconds,
  type UnixMs,
} from "../../base/index.ts";
import { ticketAmount } from "../../emercoin/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { EscrowFile } from "../escrow/escrow-file.ts";
import type { ChangeRequest } from "./change-orders.ts";
import { Chaps, type ChapTerms, isLent } from "./chaps.ts";
import { Deposits } from "./deposits.ts";
import { paymentDoubts } from "./doubts.ts";
import { takeOrderEscrow } from "./escrow-payment.ts";
import type { Account } from "./ledger.ts";
import type { IssuedChap, Order, PayMethod, StoredTicket } from "./model.ts";
import { Orders, type OrdersDeps, type QuoteRequest } from "./orders.ts";
import { PaymentBook } from "./payment-book.ts";
import type { EscrowOrder, PaymentDeps, TicketSpan } from "./ports-payment.ts";
import { type Statement, statementOf } from "./statement.ts";
import { Sweeps } from "./sweeps.ts";
import { Tickets } from "./tickets.ts";
import { Wins } from "./wins.ts";

export interface PaymentsDeps extends PaymentDeps, Pick<OrdersDeps, "prices" | "rentals" | "sealedSms"> {
  readonly clock: Clock;
}

export interface PaymentsOverview {
  readonly balances: ReadonlyMap<Account, MicroEmc>;
  readonly openOrders: number;
  readonly openChaps: number;
  readonly undecided: number;
  readonly unsettledWins: number;
  readonly unswept: MicroEmc;
  /** What needs attention. */
  readonly doubts: readonly ProblemBody[];
}

export interface Paid {
  readonly ticket: StoredTicket;
  readonly order: Order;
}

const EVERY = seconds(15);
/** Tickets of a statement; more are left out of its deviation. */
const MOST_TICKETS = 100_000;

export class Payments {
  readonly #deps: PaymentsDeps;
  readonly #book: PaymentBook;
  readonly #chaps: Chaps;
  readonly #tickets: Tickets;
  readonly #deposits: Deposits;
  readonly #sweeps: Sweeps;
  readonly #orders: Orders;
  readonly #changes = new SerialQueue("payments");
  #cancel: Disposer = () => {};
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: PaymentsDeps) {
    this.#deps = deps;
    this.#book = new PaymentBook(deps.store);
    const shared = { ...deps, book: this.#book, changes: this.#changes };
    this.#chaps = new Chaps(deps, this.#book);
    const wins = new Wins(deps, this.#book);
    this.#tickets = new Tickets({ ...shared, chaps: this.#chaps, wins });
    this.#deposits = new Deposits(shared);
    this.#sweeps = new Sweeps(shared);
    this.#orders = new Orders({ ...shared, chaps: this.#chaps, deposits: this.#deposits });
  }

  get book(): PaymentBook {
    return this.#book;
  }

  load(): Promise<void> {
    return this.#book.load();
  }

  /** Begins the rounds. */
  start(): void {
    this.#arm();
  }

  /** Lets the round that runs end; what waits for its turn is rejected with `base.stopped`. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#changes.stop();
    await this.#round;
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.clock.after(EVERY, "payments", () => {
      this.#round = this.tick().finally(() => this.#arm());
    });
  }

  /** One round over everything in motion. A part that fails stops no other. */
  async tick(): Promise<void> {
    const settled = async (): Promise<void> => {
      for (const order of await this.#deposits.tick()) await this.#orders.settle(order);
    };
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      ["tickets", () => this.#tickets.tick()],
      ["chaps", () => this.#changes.run(() => this.#chaps.tick())],
      ["deposits", settled],
      ["orders", () => this.#orders.tick()],
      ["sweeps", () => this.#sweeps.tick()],
    ];
    for (const [part, step] of steps) {
      if (this.#stopped) return;
      await step().catch((error: unknown) => {
        this.#deps.log.warn("payment_round_failed", { part, reason: messageOf(error) });
      });
    }
    this.#book.forget(this.#deps.now() - 3_600_000);
  }

  /** Prices a request without keeping it. */
  plan(request: QuoteRequest): Order {
    return this.#orders.plan(request);
  }

  quote(request: QuoteRequest): Promise<Order> {
    return this.#orders.quote(request);
  }

  quoteChange(request: ChangeRequest): Promise<Order> {
    return this.#orders.quoteChange(request);
  }

  topUp(rental: RentalId, amount: MicroEmc, method: PayMethod): Promise<Order> {
    return this.#orders.quoteTopUp(rental, amount, method);
  }

  /** What a challenge would ask for. */
  planChap(orderId: string, terms?: ChapTerms): ChapTerms {
    return this.#chaps.termsFor(this.#orders.get(orderId), terms);
  }

  chap(orderId: string, terms?: ChapTerms): Promise<IssuedChap> {
    return this.#orders.chap(orderId, terms);
  }

  /** Binds a challenge that the relay gave out. Errors: those of `Chaps.bind`, `payment.order_over`, `payment.order_paid`. */
  bindChap(orderId: string, text: string): Promise<IssuedChap> {
    return this.#orders.bindChap(orderId, text);
  }

  /** A challenge worth `price`, for the relay to give out. Errors: those of `Chaps.lend`, `emercoin.bad_amount`. */
  lendChap(price: MicroEmc): Promise<IssuedChap> {
    const { target } = this.#deps.settings.randpay;
    return this.#changes.run(() => this.#chaps.lend(ticketAmount(price, target)));
  }

  /** What the relay may still give out, the last to expire at the end. */
  lentChaps(): readonly IssuedChap[] {
    return this.#chaps.lent();
  }

  address(orderId: string): Promise<string> {
    return this.#orders.address(orderId);
  }

  /** The escrow to pay into. Errors: those of `OrderEscrowSource.offer`, `payment.*`. */
  escrow(orderId: string, asked: Omit<EscrowOrder, "amount">): Promise<EscrowFile> {
    return this.#orders.escrow(orderId, asked);
  }

  /** The renter's copy of it. Errors: those of `OrderEscrowSource.take`, `payment.unknown_order`. */
  async takeEscrow(orderId: string, text: string): Promise<Order> {
    const order = this.#orders.get(orderId);
    await takeOrderEscrow(this.#deps, order, text);
    return order;
  }

  /** Takes a ticket; a paid order is granted before this returns. Errors: those of `Tickets.accept`. */
  async pay(orderId: string, hex: string): Promise<Paid> {
    const ticket = await this.#tickets.accept(orderId, hex);
    await this.#orders.settle(orderId);
    return { ticket, order: this.#orders.get(orderId) };
  }

  order(id: string): Order {
    return this.#orders.get(id);
  }

  orders(): readonly Order[] {
    return [...this.#book.orders.values()];
  }

  tickets(span: TicketSpan): Promise<readonly StoredTicket[]> {
    return this.#deps.store.tickets(span);
  }

  async statement(span: { readonly from: UnixMs; readonly to: UnixMs }): Promise<Statement> {
    const { store } = this.#deps;
    const tickets = await store.tickets({ ...span, limit: MOST_TICKETS });
    return statementOf(span, await store.journal(span), tickets);
  }

  overview(): PaymentsOverview {
    const book = this.#book;
    const count = <T>(list: Iterable<T>, of: (item: T) => boolean): number => [...list].filter(of).length;
    return {
      balances: book.balances.all(),
      openOrders: count(
        book.orders.values(),
        ({ state }) => state === "quoted" || state === "paying" || state === "paid",
      ),
      openChaps: count(book.chaps.values(), (chap) => chap.state === "offered" && !isLent(chap)),
      undecided: count(book.tickets.values(), ({ state }) => state === "deciding"),
      unsettledWins: count(book.tickets.values(), ({ state }) => state === "won"),
      unswept: microEmc(this.#sweeps.waiting().reduce((sum, ticket) => sum + ticket.amount, 0)),
      doubts: this.doubts(),
    };
  }

  doubts(): readonly ProblemBody[] {
    return paymentDoubts(this.#book, this.#deps.now(), this.#deps.settings.sweep.atLeast);
  }
}
