// Public face of `core/reputation`.

export * from "./reputation.ts";
