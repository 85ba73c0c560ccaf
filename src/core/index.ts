// Public face of `core`.

export * from "./box-views.ts";
export * from "./event-log.ts";
export * from "./forwarder.ts";
export * from "./intake.ts";
export * from "./line-binder.ts";
export * from "./line-binding.ts";
export * from "./link-state.ts";
export { sentOrder } from "./message-content.ts";
export type * from "./model.ts";
export * from "./pin-guard.ts";
export * from "./ports.ts";
export type * from "./ports-console.ts";
export * from "./ports-slot.ts";
export type * from "./ports-store.ts";
export type * from "./ports-ussd.ts";
export * from "./receipt-collector.ts";
export * from "./received-text.ts";
export * from "./recovery.ts";
export * from "./rental-rules.ts";
export * from "./rentals.ts";
export * from "./sealing.ts";
export * from "./sim-vault.ts";
export * from "./slot-machine.ts";
export * from "./trusted-time.ts";
export * from "./ussd.ts";
export * from "./ussd-session.ts";
