// Public face of `registry`: the documents that the Privateness network keeps on Emercoin. Pure.

export * from "./capabilities.ts";
export * from "./cid.ts";
export * from "./commitment-forms.ts";
export * from "./dns-record.ts";
export * from "./dns-route.ts";
export * from "./enum-record.ts";
export * from "./escrow-policy.ts";
export * from "./escrow-record.ts";
export * from "./escrow-split.ts";
export type { NameEvidence, Verdict } from "./evidence.ts";
export { gatewaysOf } from "./gateways.ts";
export * from "./listing-escrow.ts";
export * from "./listing-names.ts";
export * from "./listing-record.ts";
export * from "./listing-terms.ts";
export * from "./proofs-record.ts";
export type { PublicPurpose } from "./publication-shapes.ts";
export * from "./publisher-lint.ts";
export * from "./utc-day.ts";
export { MAX_NAME_BYTES, MAX_VALUE_BYTES } from "./value-text.ts";
export * from "./verify-listing.ts";
export * from "./worm.ts";
