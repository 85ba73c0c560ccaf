// The life of an order, pure: from quote to grant.

import { type AppError, assertNever, type MicroEmc, microEmc, type UnixMs } from "../../base/index.ts";
import type { Order } from "./model.ts";
import { problemOf } from "./payment-errors.ts";

export type OrderInput =
  /** A challenge or an address was given out. */
  | { readonly type: "offered"; readonly address: string | null }
  /** Money for it was credited, or taken back (below 0). */
  | { readonly type: "money"; readonly amount: MicroEmc }
  | { readonly type: "granted" }
  | { readonly type: "grant_failed"; readonly error: AppError }
  | { readonly type: "charged"; readonly sms: number }
  | { readonly type: "tick" };

/** One step. An order that nothing more can happen to stays as it is. */
export function stepOrder(order: Order, input: OrderInput, now: UnixMs): Order {
  const changed = (with_: Partial<Order>): Order => ({ ...order, ...with_, changedAt: now });
  switch (input.type) {
    case "offered":
      return order.state === "quoted" || order.state === "paying"
        ? changed({ state: "paying", address: input.address ?? order.address })
        : order;
    case "money":
      return changed(moneyIn(order, microEmc(order.received + input.amount)));
    case "granted":
      return order.state === "paid" ? changed({ state: "granted", problem: null }) : order;
    case "grant_failed":
      if (order.state !== "paid") return order;
      return changed({
        state: input.error.retryable ? "paid" : "refused",
        problem: problemOf(input.error),
      });
    case "charged":
      return changed({ chargedSms: input.sms });
    case "tick": {
      const open = order.state === "quoted" || order.state === "paying";
      return open && now >= order.expiresAt ? changed({ state: "expired" }) : order;
    }
    default:
      return assertNever(input, "order input");
  }
}

/** Money that comes late revives an order that had expired, if it is all there: whether the line is still free shows at the grant. */
function moneyIn(order: Order, received: MicroEmc): Partial<Order> {
  const open = order.state === "quoted" || order.state === "paying" || order.state === "expired";
  if (open && received >= order.due) return { received, state: "paid" };
  // A payment that a reorganisation took away before the grant.
  if (order.state === "paid" && received < order.due) return { received, state: "paying" };
  return { received, ...(order.state === "quoted" ? { state: "paying" as const } : {}) };
}

/** What is still to be paid, 0 or more. */
export function stillDue(order: Order): MicroEmc {
  return microEmc(Math.max(0, order.due - order.received));
}
