// Public face of `core/network`.

export * from "./access-point-rules.ts";
export * from "./network-keeper.ts";
export * from "./network-views.ts";
export * from "./no-network.ts";
export type * from "./ports-network.ts";
