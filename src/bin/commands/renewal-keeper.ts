// Renews rentals as their plans allow, while a command runs that has a wallet at hand. Whatever it orders was counted down in the plan
// before, and an order that is not finished is taken up again instead of made anew.

import { type AppError, type Clock, hasCode, isAppError, minutes, unixSecondsOf } from "../../base/index.ts";
import type { RentalGrant } from "../../protocol/index.ts";
import { type OrderFile, type RenewalPlan, type RenewalStep, renewalStep } from "../../renter/index.ts";
import type { RenewalBook } from "./renewal-book.ts";

/** A rental with its key opened. */
export interface HeldRental {
  /** As the relay has it now. Rejects with `renter.*`. */
  fresh(): Promise<RentalGrant | undefined>;
  /** As it is known here. */
  readonly grant: RentalGrant | undefined;
  /** An order for one more renewal, within the plan's budget by the verified listing; nothing is kept or paid yet. */
  order(plan: RenewalPlan): Promise<OrderFile>;
  /** Works on an order until it is granted. */
  work(order: OrderFile, plan: RenewalPlan): Promise<void>;
  close(): Promise<void>;
}

export type RenewalNews =
  | { readonly kind: "ordered" | "resumed"; readonly order: string }
  | { readonly kind: "renewed"; readonly left: number }
  | { readonly kind: "spent" | "over" }
  | { readonly kind: "failed"; readonly error: AppError };

export interface RenewalKeeperDeps {
  readonly clock: Clock;
  readonly book: Pick<RenewalBook, "all" | "change">;
  /** Null where this process has not the rental's key. */
  readonly open: (rental: string) => Promise<HeldRental | null>;
  readonly readOrder: (id: string) => Promise<OrderFile | null>;
  readonly keepOrder: (order: OrderFile) => Promise<void>;
  readonly tell: (rental: string, news: RenewalNews) => void;
}

const EVERY = minutes(1);
/** Another device may have renewed it, or its plan may be changed. */
const LOOK_AGAIN = minutes(60);
const RETRY = minutes(15);

export class RenewalKeeper {
  readonly #deps: RenewalKeeperDeps;
  /** When a rental is looked at again, on the monotonic clock. */
  readonly #next = new Map<string, number>();
  /** What was told of a plan that is used up: once is enough. */
  readonly #told = new Set<string>();
  #failure: AppError | null = null;

  constructor(deps: RenewalKeeperDeps) {
    this.#deps = deps;
  }

  /** The last fault of any rental. */
  get failure(): AppError | null {
    return this.#failure;
  }

  /** Goes on until `signal` aborts, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      await this.pass(signal);
      await clock.sleep(EVERY, "rentals to renew", signal).catch(() => {});
    }
  }

  /** Looks at every plan once. Faults are told, and stop no other rental. */
  async pass(signal: AbortSignal): Promise<void> {
    const { book, clock, tell } = this.#deps;
    for (const plan of await book.all()) {
      if (signal.aborted) return;
      if ((this.#next.get(plan.rental) ?? 0) > clock.monotonic()) continue;
      try {
        await this.#look(plan);
      } catch (error) {
        if (signal.aborted || hasCode(error, "base.stopped")) return;
        if (!isAppError(error)) throw error;
        this.#later(plan.rental, RETRY);
        this.#failure = error;
        tell(plan.rental, { kind: "failed", error });
      }
    }
  }

  #later(rental: string, delay: number): void {
    this.#next.set(rental, this.#deps.clock.monotonic() + delay);
  }

  async #look(plan: RenewalPlan): Promise<void> {
    const held = await this.#deps.open(plan.rental);
    if (held === null) return;
    try {
      await this.#do(plan, held);
    } finally {
      await held.close();
    }
  }

  async #step(plan: RenewalPlan, grant: RentalGrant): Promise<RenewalStep> {
    const last = plan.last === null ? null : await this.#deps.readOrder(plan.last.order);
    return renewalStep(plan, { grant, last }, unixSecondsOf(this.#deps.clock.now()));
  }

  async #do(plan: RenewalPlan, held: HeldRental): Promise<void> {
    const known = held.grant;
    if (known === undefined) return this.#later(plan.rental, RETRY);
    const first = await this.#step(plan, known);
    // What is about to be paid for is asked for anew: another device may have done it.
    const isIdle = first.kind === "wait" || first.kind === "resume";
    const grant = isIdle ? known : ((await held.fresh()) ?? known);
    const step = isIdle ? first : await this.#step(plan, grant);
    switch (step.kind) {
      case "order":
        return await this.#order(plan, held, grant);
      case "resume":
        return await this.#resume(plan, held);
      case "over":
        await this.#deps.book.change(plan.rental, () => null);
        return this.#deps.tell(plan.rental, { kind: "over" });
      case "spent":
        this.#later(plan.rental, LOOK_AGAIN);
        if (!this.#told.has(plan.rental)) this.#deps.tell(plan.rental, { kind: "spent" });
        this.#told.add(plan.rental);
        return;
      case "wait":
      case "stale": {
        const left = step.kind === "wait" ? (step.at - unixSecondsOf(this.#deps.clock.now())) * 1000 : RETRY;
        return this.#later(plan.rental, Math.min(left, LOOK_AGAIN));
      }
    }
  }

  async #order(plan: RenewalPlan, held: HeldRental, grant: RentalGrant): Promise<void> {
    const { book, keepOrder, tell } = this.#deps;
    const order = await held.order(plan);
    const id = order.request.order_id;
    // Changed meanwhile, or ended: what it says now counts, at the next look.
    const counted = await book.change(plan.rental, (now) =>
      now === null || JSON.stringify(now) !== JSON.stringify(plan)
        ? undefined
        : { ...now, left: now.left - 1, last: { order: id, before: grant.expires_at } },
    );
    if (counted?.last?.order !== id) return;
    await keepOrder(order);
    tell(plan.rental, { kind: "ordered", order: id });
    await this.#work(counted, held, order);
  }

  async #resume(plan: RenewalPlan, held: HeldRental): Promise<void> {
    const order = plan.last === null ? null : await this.#deps.readOrder(plan.last.order);
    if (order === null) return;
    this.#deps.tell(plan.rental, { kind: "resumed", order: order.request.order_id });
    await this.#work(plan, held, order);
  }

  async #work(plan: RenewalPlan, held: HeldRental, order: OrderFile): Promise<void> {
    await held.work(order, plan);
    this.#later(plan.rental, EVERY);
    this.#deps.tell(plan.rental, { kind: "renewed", left: plan.left });
  }
}
