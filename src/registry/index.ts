// Public face of `registry`: the documents that the Privateness network keeps on Emercoin. Pure.

export { fromBase32, toBase32 } from "./base32.ts";
export * from "./capabilities.ts";
export { type ChainName, inactiveReason, MAX_NAME_BYTES, MAX_VALUE_BYTES } from "./chain-name.ts";
export { cidOfCommitment, commitmentOfCid } from "./cid.ts";
export * from "./commitment.ts";
export * from "./escrow-policy.ts";
export * from "./escrow-record.ts";
export * from "./escrow-split.ts";
export * from "./explain-commitment.ts";
export * from "./listing-build.ts";
export * from "./listing-name.ts";
export * from "./listing-record.ts";
export * from "./listing-tiers.ts";
export * from "./listing-warnings.ts";
export * from "./proofs-record.ts";
export * from "./utc-day.ts";
export type { Verdict } from "./verdict.ts";
export * from "./verify-listing.ts";
export * from "./worm.ts";
