// What the node answers instead of a result: Bitcoin's codes, Emercoin's texts.

import type { Json } from "./json-values.ts";

export const RPC = {
  MISC: -1,
  TYPE: -3,
  WALLET: -4,
  ADDRESS_OR_KEY: -5,
  NO_FUNDS: -6,
  PARAMETER: -8,
  NOT_CONNECTED: -9,
  DOWNLOADING: -10,
  LABEL: -11,
  LOCKED: -13,
  PASSPHRASE: -14,
  ENCRYPTION_STATE: -15,
  NO_SUCH_WALLET: -18,
  WHICH_WALLET: -19,
  NAME_DB: -20,
  DECODE: -22,
  TRANSACTION: -25,
  REJECTED: -26,
  IN_CHAIN: -27,
  WARM_UP: -28,
  TOO_SMALL: -101,
  REQUEST: -32600,
  METHOD: -32601,
  INTERNAL: -32603,
  PARSE: -32700,
} as const;

export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "RpcError";
    this.code = code;
  }

  get json(): Json {
    return { code: this.code, message: this.message };
  }
}
