// The three Emercoin networks and what tells their addresses apart (chainparams.cpp of 0.8.6).

export type ChainNetwork = "main" | "test" | "regtest";

export interface NetworkParams {
  /** Version byte of pay-to-public-key-hash addresses. */
  readonly p2pkh: number;
  readonly p2sh: number;
  /** Version byte of exported private keys. */
  readonly wif: number;
  /** Human-readable part of bech32 addresses (BIP 173). */
  readonly hrp: string;
}

const TEST: Omit<NetworkParams, "hrp"> = { p2pkh: 111, p2sh: 196, wif: 239 };

export const NETWORKS: Readonly<Record<ChainNetwork, NetworkParams>> = {
  main: { p2pkh: 33, p2sh: 92, wif: 128, hrp: "em" },
  test: { ...TEST, hrp: "te" },
  regtest: { ...TEST, hrp: "emrt" },
};

/** Blocks that a name gets for each day it is paid for. */
export const BLOCKS_PER_DAY = 175;
/** Fee of a transaction: 0.0001 EMC for each started 10 KiB, burnt. Also the least value of an output. */
export const FLAT_FEE_MICRO = 100;
