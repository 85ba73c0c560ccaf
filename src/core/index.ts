// Public face of `core`.

export type * from "./model.ts";
export type * from "./ports.ts";
export type * from "./ports-console.ts";
export type * from "./ports-store.ts";
