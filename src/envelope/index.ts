// Public face of `envelope`: canonical JSON, identity keys, sealed and signed envelopes, receipts, key files, Merkle proofs.

export * from "./archive-seal.ts";
export * from "./call-receipt.ts";
export * from "./call-record.ts";
export * from "./canonical-json.ts";
export * from "./canonical-parse.ts";
export * from "./envelope-v1.ts";
export * from "./envelope-v2.ts";
export * from "./grant.ts";
export * from "./identity.ts";
export * from "./keyfile.ts";
export * from "./keyfile-write.ts";
export * from "./keystore.ts";
export { type Argon2Params, DEFAULT_ARGON2, type Unlock } from "./keystore-kdf.ts";
export * from "./local-box.ts";
export * from "./merkle.ts";
export * from "./merkle-levels.ts";
export * from "./noble-coin.ts";
export * from "./noble-suite.ts";
export * from "./padding.ts";
export * from "./payload.ts";
export * from "./receipt.ts";
export * from "./wire-message.ts";
