// Public face of `store`.

export { type BoxStoreOptions, type FileBoxStore, openBoxStore } from "./box-store.ts";
export type { NameStore } from "./name-repository.ts";
export type { ProofStore } from "./proof-repository.ts";
