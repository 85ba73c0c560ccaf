// Public face of the escrow within `core`.

export * from "./escrow-actions.ts";
export * from "./escrow-checks.ts";
export * from "./escrow-console.ts";
export * from "./escrow-desk.ts";
export * from "./escrow-file.ts";
export * from "./escrow-merge.ts";
export * from "./escrow-payout.ts";
export * from "./escrow-phase.ts";
export * from "./escrow-policy-rules.ts";
export * from "./escrow-proposal.ts";
export * from "./escrow-record-wish.ts";
export * from "./escrow-statements.ts";
export * from "./escrows.ts";
export type * from "./ports-escrow.ts";
