// `chain`: tells what happens on the way to Emercoin; gives the state of node and wallet.

import { z } from "zod";
import { chainView } from "../../protocol/index.ts";
import type { NodeKind } from "../flow-node.ts";

const config = z.object({});

/** Areas of event codes that have to do with the chain. */
const AREAS = /^(?:chain|wallet|publication|listing|proofs|escrow|enum|dns)\./;

export const chain: NodeKind<z.infer<typeof config>> = {
  type: "numberbox-chain",
  config,
  open: ({ link, signal, tell }) => ({
    input: async (message) => ({
      ...message,
      payload: await link.rest.call({ path: "chain", reply: chainView, signal }),
    }),
    close: link.on("event", (event) => {
      if (AREAS.test(event.code)) tell({ topic: event.code, event: event.code, payload: event });
    }),
  }),
};
