// Public face of `core/doors`.

export * from "./door-choice.ts";
export * from "./door-keeper.ts";
