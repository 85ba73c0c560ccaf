// Public face of `emercoin`: the coin's own formats. Pure.

export * from "./address.ts";
export { doubleSha256, hash160, parseWif, wifText } from "./base58.ts";
export * from "./descriptor.ts";
export * from "./name-fee.ts";
export * from "./network.ts";
export * from "./randpay.ts";
export * from "./script.ts";
export * from "./sighash.ts";
export * from "./signed-message.ts";
export * from "./transaction.ts";
