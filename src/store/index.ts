// Public face of `store`.

export { type BoxStoreOptions, type FileBoxStore, openBoxStore } from "./box-store.ts";
