// Public face of `core/proofs`.

export * from "./box-receipts.ts";
export * from "./day-codec.ts";
export * from "./day-tree.ts";
export type * from "./ports-proofs.ts";
export * from "./proof-date.ts";
