// `slot command`: brings a slot back by one of the steps of its recovery ladder.

import { z } from "zod";
import { AppError } from "../../base/index.ts";
import { recoverRequest, slotView } from "../../protocol/index.ts";
import type { NodeKind } from "../flow-node.ts";
import { membersOf, optionalText, path } from "../flow-values.ts";

const rung = recoverRequest.shape.rung.removeDefault();
const config = z.object({ slot: optionalText, rung: rung.default("at") });
type Config = z.infer<typeof config>;

/** `rung` and `slot` of the message go before the node's settings. */
const asked = z.object({ slot: z.string().min(1).max(32).optional(), rung: rung.optional() });

export const slotCommand: NodeKind<Config> = {
  type: "numberbox-slot-command",
  config,
  open: ({ config: settings, link, signal, show }) => ({
    input: async (message) => {
      const { slot = settings.slot, rung: step = settings.rung } = membersOf(message, asked);
      if (slot === "") {
        throw new AppError("node_red.no_slot", "no slot is named", { hint: "Set it in the node, or as msg.slot." });
      }
      show({ fill: "blue", shape: "dot", text: `${step} of ${slot}` });
      try {
        const payload = await link.rest.call({
          method: "POST",
          path: `slots/${path(slot)}/recover`,
          body: { rung: step },
          reply: slotView,
          signal,
        });
        return { ...message, topic: `slot/${slot}`, slot, rung: step, payload };
      } finally {
        show({});
      }
    },
  }),
};
