// RANDPAY and multisig, as far as the node has a part in them.

import { z } from "zod";
import { AppError, emcText } from "../base/index.ts";
import type { MultisigNode, RandpayNode } from "../core/index.ts";
import { finalizedPsbt, multisig, processedPsbt, randpayVerdict } from "./rpc-schemas.ts";
import type { RpcSession } from "./rpc-session.ts";

/** Send any win that pays at least what was asked for (the node's help has 1 and 2 the other way round in places). */
const SEND_EXACT_OR_MORE = 1;

export function randpayNode(rpc: RpcSession): RandpayNode {
  return {
    makeChap: (amount, risk, timeoutSeconds) =>
      rpc.write("randpay_mkchap", [emcText(amount), risk, timeoutSeconds], { reply: z.string() }),
    acceptTicket: (hex) => rpc.write("randpay_accept", [hex, SEND_EXACT_OR_MORE], { reply: randpayVerdict }),
  };
}

export function multisigNode(rpc: RpcSession): MultisigNode {
  return {
    watchMultisig: async (required, publicKeys, label) =>
      (await rpc.write("addmultisigaddress", [required, publicKeys, label, "bech32"], { reply: multisig })).address,
    createPsbt: (inputs, outputs) => {
      const targets = outputs.map(({ address, amount }) => ({ [address]: emcText(amount) }));
      return rpc.read("createpsbt", [inputs, targets], { reply: z.string() });
    },
    signPsbt: async (psbt) => {
      const known = await rpc.read("utxoupdatepsbt", [psbt], { reply: z.string() });
      return await rpc.write("walletprocesspsbt", [known], { reply: processedPsbt });
    },
    combinePsbt: (psbts) => rpc.read("combinepsbt", [psbts], { reply: z.string() }),
    finalizePsbt: async (psbt) => {
      const { hex, complete } = await rpc.read("finalizepsbt", [psbt], { reply: finalizedPsbt });
      if (complete && hex !== undefined) return hex;
      throw new AppError("emercoin.incomplete", "the transaction lacks signatures", {
        hint: "Have another party sign it first.",
      });
    },
  };
}
