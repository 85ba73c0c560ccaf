// Public face of `core`.

export * from "./box-views.ts";
export * from "./event-log.ts";
export * from "./forwarder.ts";
export * from "./intake.ts";
export * from "./link-state.ts";
export { sentOrder } from "./message-content.ts";
export type * from "./model.ts";
export * from "./ports.ts";
export type * from "./ports-console.ts";
export type * from "./ports-store.ts";
export * from "./receipt-collector.ts";
export * from "./received-text.ts";
export * from "./rental-rules.ts";
export * from "./rentals.ts";
export * from "./sealing.ts";
export * from "./sender-policy.ts";
export * from "./slot-machine.ts";
export * from "./trusted-time.ts";
