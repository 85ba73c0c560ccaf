// Public face of `emercoin`: the coin's own formats. Pure.

export * from "./address.ts";
export { base58Check, fromBase58Check } from "./base58.ts";
export { bech32Address, bech32Program } from "./bech32.ts";
export * from "./descriptor.ts";
export * from "./hashes.ts";
export * from "./name-fee.ts";
export * from "./name-script.ts";
export * from "./network.ts";
export * from "./psbt.ts";
export * from "./psbt-roles.ts";
export * from "./randpay.ts";
export * from "./script.ts";
export * from "./sighash.ts";
export * from "./signed-message.ts";
export * from "./signing.ts";
export { type SpentOutput, withUnlocking } from "./spending.ts";
export * from "./transaction.ts";
export * from "./wif.ts";
