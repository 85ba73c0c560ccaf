// An order that is paid by escrow: the document that it is paid into, and the copies that its renter hands in.

import type { EscrowFile } from "../escrow/escrow-file.ts";
import type { Order } from "./model.ts";
import { stepOrder, stillDue } from "./order-machine.ts";
import type { PaymentBook } from "./payment-book.ts";
import { paymentError } from "./payment-errors.ts";
import type { EscrowOrder, OrderEscrowSource, PaymentDeps } from "./ports-payment.ts";

export interface EscrowPaymentDeps extends Pick<PaymentDeps, "escrows" | "now"> {
  readonly book: Pick<PaymentBook, "commit">;
}

function sourceOf({ escrows }: Pick<EscrowPaymentDeps, "escrows">): OrderEscrowSource {
  if (escrows === null) throw paymentError("payment.method_off", "this box takes no escrow");
  return escrows;
}

/** The order's escrow, made at the first call. Errors: those of `OrderEscrowSource.offer`, `payment.method_off`. */
export async function offerEscrow(
  deps: EscrowPaymentDeps,
  order: Order,
  asked: Omit<EscrowOrder, "amount">,
): Promise<EscrowFile> {
  const source = sourceOf(deps);
  const known = order.address === null ? null : source.at(order.address);
  if (known !== null) return known;
  // A crash here leaves an escrow that nobody was told of: it expires without a coin.
  const file = await source.offer({ ...asked, amount: stillDue(order) });
  const { address } = file.policy;
  await deps.book.commit({ orders: [stepOrder(order, { type: "offered", address }, deps.now())] });
  return file;
}

/** Takes what is new in the renter's copy. Errors: those of `OrderEscrowSource.take`, `payment.method_off`, `payment.unknown_order`. */
export async function takeOrderEscrow(
  deps: Pick<EscrowPaymentDeps, "escrows">,
  { method, address }: Pick<Order, "method" | "address">,
  text: string,
): Promise<void> {
  if (method !== "escrow" || address === null) {
    throw paymentError("payment.unknown_order", "the order has no escrow");
  }
  await sourceOf(deps).take(address, text);
}
