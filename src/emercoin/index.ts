// Public face of `emercoin`: the coin's own formats. Pure.

export * from "./network.ts";
