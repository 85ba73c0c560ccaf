// Public face of `core/proofs`.

export * from "./anchor-rules.ts";
export * from "./anchoring.ts";
export * from "./box-receipts.ts";
export * from "./day-codec.ts";
export * from "./day-tree.ts";
export type * from "./issued-calls.ts";
export type * from "./ports-proofs.ts";
export * from "./proof-date.ts";
export * from "./proof-reader.ts";
export * from "./proof-service.ts";
export * from "./proof-views.ts";
export * from "./verify-bundle.ts";
