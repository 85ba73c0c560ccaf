// `call event`: a message for each call that began, changed or is over, as soon as the box tells it. No number of anybody is in it.

import { z } from "zod";
import type { NodeKind } from "../flow-node.ts";
import { optionalText } from "../flow-values.ts";

const config = z.object({ line: optionalText });

export const callEvent: NodeKind<z.infer<typeof config>> = {
  type: "numberbox-call-event",
  config,
  open: ({ config: settings, link, tell, show }) => {
    const open = new Set<string>();
    const count = (): void =>
      show({ fill: "green", shape: open.size === 0 ? "ring" : "dot", text: `${open.size} now` });
    count();
    return {
      close: link.on("call", (call) => {
        if (settings.line !== "" && call.line !== settings.line) return;
        if (call.phase === "over") open.delete(call.id);
        else open.add(call.id);
        count();
        tell({ topic: `call/${call.line ?? ""}`, payload: call });
      }),
    };
  },
};
