// Public face of what a relay keeps: the rules of forwarded messages, and the port that each kind of storage implements.

export * from "./cursors.ts";
export * from "./forward-rules.ts";
export type * from "./ports-relay-store.ts";
