// `call event`: frames of type `call`, as soon as a box tells any. Boxes of today bring no calls, and the node says so.

import { z } from "zod";
import type { NodeKind } from "../flow-node.ts";
import { optionalText } from "../flow-values.ts";

const config = z.object({ line: optionalText });
const callFrame = z.looseObject({ type: z.literal("call") });

export const callEvent: NodeKind<z.infer<typeof config>> = {
  type: "numberbox-call-event",
  config,
  open: ({ config: settings, link, tell, show }) => {
    show({ fill: "grey", shape: "ring", text: "this box tells of no calls" });
    return {
      close: link.on("other", (frame) => {
        const call = callFrame.safeParse(frame);
        if (!call.success) return;
        show({ fill: "green", shape: "dot", text: "calls" });
        const { type: _, ...payload } = call.data;
        if (settings.line !== "" && payload.line !== settings.line) return;
        tell({ topic: "call", payload });
      }),
    };
  },
};
