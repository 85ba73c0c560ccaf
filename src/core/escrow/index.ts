// Public face of the escrow within `core`.

export * from "./escrow-desk.ts";
export * from "./escrow-file.ts";
export * from "./escrow-rules.ts";
