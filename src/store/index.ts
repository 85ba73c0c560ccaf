// Public face of `store`.

export {
  BOX_SCHEMA_VERSION,
  type BoxStoreOptions,
  type FileBoxStore,
  openBoxStore,
  snapshotBoxStore,
} from "./box-store.ts";
export type { NameStore } from "./name-repository.ts";
export type { ProofStore } from "./proof-repository.ts";
