// `alert`: the box's events that somebody should look at, by level and code.

import { z } from "zod";
import type { BoxEvent } from "../../protocol/index.ts";
import type { NodeKind } from "../flow-node.ts";
import { optionalText } from "../flow-values.ts";

const LEVELS = ["info", "warn", "error"] as const satisfies readonly BoxEvent["level"][];

const config = z.object({
  level: z.enum(LEVELS).default("warn"),
  /** Codes or areas, such as `slot.down, sim.`; empty for all. */
  codes: optionalText,
});

export const alert: NodeKind<z.infer<typeof config>> = {
  type: "numberbox-alert",
  config,
  open: ({ config: settings, link, tell, show }) => {
    const codes = settings.codes.split(",").flatMap((code) => (code.trim() === "" ? [] : [code.trim()]));
    const named = (code: string): boolean =>
      codes.length === 0 || codes.some((each) => (each.endsWith(".") ? code.startsWith(each) : code === each));
    const least = LEVELS.indexOf(settings.level);
    return {
      close: link.on("event", (event) => {
        if (LEVELS.indexOf(event.level) < least || !named(event.code)) return;
        show({ fill: event.level === "error" ? "red" : "yellow", shape: "dot", text: event.code });
        tell({ topic: event.code, event: event.code, level: event.level, slot: event.slot, payload: event });
      }),
    };
  },
};
