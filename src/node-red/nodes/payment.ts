// `payment`: tells what happens with payments; gives the overview and the statement of a span.

import { z } from "zod";
import { paymentsView, statementView } from "../../protocol/index.ts";
import type { NodeKind } from "../flow-node.ts";
import { membersOf, numberText } from "../flow-values.ts";

const config = z.object({
  gives: z.enum(["overview", "statement"]).default("overview"),
  days: numberText(0, 3660, 1),
});
type Config = z.infer<typeof config>;

const DAY_MS = 86_400_000;
/** In milliseconds since 1970; without them the last `days`. */
const asked = z.object({ from: z.int().min(0).optional(), to: z.int().min(0).optional() });

export const payment: NodeKind<Config> = {
  type: "numberbox-payment",
  config,
  open: ({ config: settings, link, signal, tell, show }) => {
    show({ fill: "green", shape: "dot", text: settings.gives });
    const close = link.on("event", (event) => {
      if (event.code.startsWith("payment.")) tell({ topic: event.code, event: event.code, payload: event });
    });
    return {
      input: async (message) => {
        if (settings.gives === "overview") {
          const payload = await link.rest.call({ path: "payments", reply: paymentsView, signal });
          return { ...message, payload };
        }
        const { to = link.clock.now(), from } = membersOf(message, asked);
        const begin = from ?? Math.max(0, Math.round(to - settings.days * DAY_MS));
        const path = `payments/statement?from=${begin}&to=${Math.max(begin + 1, to)}`;
        return { ...message, payload: await link.rest.call({ path, reply: statementView, signal }) };
      },
      close,
    };
  },
};
