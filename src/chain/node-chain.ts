// Blocks, transactions and outputs that anybody can read.

import { z } from "zod";
import { hasCode, type MicroEmc, microEmc, minutes } from "../base/index.ts";
import type { ChainReader } from "../core/index.ts";
import { block, rawTransaction, scanned, txOut } from "./rpc-schemas.ts";
import type { RpcSession } from "./rpc-session.ts";

/** A scan goes through all outputs: seconds on a PC, much longer on a Raspberry Pi. */
const SCAN = minutes(10);

async function orNull<T>(
  promise: Promise<T>,
  code: "emercoin.unknown_transaction" | "emercoin.unknown_block",
): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (hasCode(error, code)) return null;
    throw error;
  }
}

/** The last block by work: blocks by stake mint by another rule (namecoin.cpp asks for the former). */
async function lastPowReward(rpc: RpcSession): Promise<MicroEmc> {
  let hash = await rpc.read("getbestblockhash", [], { reply: z.string() });
  for (;;) {
    const { mint, flags, previousblockhash } = await rpc.read("getblock", [hash, 1], { reply: block });
    if (flags.startsWith("proof-of-work") || previousblockhash === undefined) return mint ?? microEmc(0);
    hash = previousblockhash;
  }
}

export function chainReader(rpc: RpcSession): ChainReader {
  const height = (): Promise<number> => rpc.read("getblockcount", [], { reply: z.int() });
  return {
    height,
    lastPowReward: () => lastPowReward(rpc),
    blockHash: (at) => orNull(rpc.read("getblockhash", [at], { reply: z.string() }), "emercoin.unknown_block"),
    transaction: async (id) => {
      const found = await orNull(
        rpc.read("getrawtransaction", [id, true], { reply: rawTransaction }),
        "emercoin.unknown_transaction",
      );
      if (found === null) return null;
      return { hex: found.hex, confirmations: found.confirmations ?? 0, blockHash: found.blockhash ?? null };
    },
    unspent: async ({ txid, vout }) => {
      const found = await rpc.read("gettxout", [txid, vout, true], { reply: txOut });
      if (found === null) return null;
      const { value: amount, confirmations, scriptPubKey } = found;
      return {
        txid,
        vout,
        amount,
        address: scriptPubKey.addresses?.[0] ?? null,
        script: scriptPubKey.hex,
        confirmations,
      };
    },
    unspentAt: async (address) => {
      const found = await rpc.read("scantxoutset", ["start", [`addr(${address})`]], { reply: scanned, timeout: SCAN });
      return found.unspents.map(({ txid, vout, amount, scriptPubKey: script, height: at }) => ({
        txid,
        vout,
        amount,
        address,
        script,
        confirmations: found.height - at + 1,
      }));
    },
  };
}
