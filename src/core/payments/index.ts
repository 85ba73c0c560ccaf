// Public face of `core/payments`.

export * from "./change-orders.ts";
export * from "./chaps.ts";
export * from "./deposits.ts";
export * from "./doubts.ts";
export * from "./entries.ts";
export * from "./escrow-payment.ts";
export * from "./ledger.ts";
export type * from "./model.ts";
export * from "./order-machine.ts";
export * from "./orders.ts";
export * from "./paid-calls.ts";
export * from "./payer.ts";
export * from "./payer-budget.ts";
export * from "./payment-book.ts";
export * from "./payment-errors.ts";
export * from "./payment-views.ts";
export * from "./payments.ts";
export type * from "./ports-payment.ts";
export * from "./statement.ts";
export * from "./sweeps.ts";
export * from "./ticket-check.ts";
export * from "./ticket-machine.ts";
export * from "./tickets.ts";
export * from "./wins.ts";
