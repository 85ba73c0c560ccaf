// Which names a block is about.

import { z } from "zod";
import { fromHex, hasCode } from "../base/index.ts";
import type { NameBlocks } from "../core/index.ts";
import { nameOfScript } from "../emercoin/index.ts";
import { fullBlock } from "./rpc-schemas.ts";
import type { RpcSession } from "./rpc-session.ts";

/** Version of a transaction with names in its outputs (namecoin.cpp). */
const NAME_VERSION = 0x0666;

function asciiName(script: string): string | null {
  const name = nameOfScript(fromHex(script))?.action.name;
  return name?.every((byte) => byte >= 0x21 && byte <= 0x7e) ? String.fromCharCode(...name) : null;
}

export function nameBlocks(rpc: RpcSession): NameBlocks {
  return {
    namesInBlock: async (at) => {
      const hash = await rpc.read("getblockhash", [at], { reply: z.string() }).catch((error) => {
        if (hasCode(error, "emercoin.unknown_block")) return null;
        throw error;
      });
      if (hash === null) return null;
      const { height, previousblockhash, tx } = await rpc.read("getblock", [hash, 2], { reply: fullBlock });
      const scripts = tx.filter(({ version }) => version === NAME_VERSION).flatMap(({ vout }) => vout);
      const names = scripts.flatMap(({ scriptPubKey }) => asciiName(scriptPubKey.hex) ?? []);
      return { height, hash, previous: previousblockhash ?? null, names: [...new Set(names)] };
    },
  };
}
