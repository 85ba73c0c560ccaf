// Public face of `chain`: the client of the Emercoin node.

export * from "./emercoin-node.ts";
export { type HttpTransport, type HttpTransportOptions, httpTransport } from "./http-transport.ts";
export type { RpcReply, RpcTransport } from "./json-rpc.ts";
export { ownNames } from "./own-names.ts";
export { createWalletGate, type WalletGateOptions } from "./wallet-gate.ts";
