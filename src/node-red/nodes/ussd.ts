// `ussd`: asks the network through a slot, and walks its menus.

import { z } from "zod";
import { AppError, minutes } from "../../base/index.ts";
import { ussdAnswer } from "../../protocol/index.ts";
import type { NodeContext, NodeKind } from "../flow-node.ts";
import { membersOf, optionalText, path } from "../flow-values.ts";

const config = z.object({ slot: optionalText, code: optionalText, replies: optionalText });
type Config = z.infer<typeof config>;
type Answer = z.infer<typeof ussdAnswer>;

/** Each goes before the node's setting. `replies`: what menus are answered with, one after another. */
const asked = z.object({
  slot: z.string().min(1).max(32).optional(),
  code: z.string().min(1).max(160).optional(),
  replies: z.array(z.string().min(1).max(160)).max(10).optional(),
});

/** Longer than the box waits for the network. */
const TIMEOUT = minutes(1);

export const ussd: NodeKind<Config> = {
  type: "numberbox-ussd",
  config,
  open: (context) => ({
    input: async (message) => {
      const { config: settings, show } = context;
      const { slot = settings.slot, code = settings.code, replies = repliesOf(settings) } = membersOf(message, asked);
      if (slot === "" || code === "") {
        throw new AppError("node_red.no_code", "a slot and a code are needed", {
          hint: "Set them in the node, or as msg.slot and msg.code.",
        });
      }
      show({ fill: "blue", shape: "dot", text: `asking through ${slot}` });
      try {
        const answer = await talk(context, { slot, code, replies });
        return { ...message, topic: `ussd/${slot}`, slot, code, payload: answer.text, more: answer.more };
      } finally {
        show({});
      }
    },
  }),
};

const repliesOf = ({ replies }: Config): readonly string[] =>
  replies === "" ? [] : replies.split(",").map((each) => each.trim());

interface Talk {
  readonly slot: string;
  readonly code: string;
  readonly replies: readonly string[];
}

/** The last thing that the network said. A menu that nobody answers is closed, so that the slot is free again. */
async function talk({ link, signal }: NodeContext<Config>, { slot, code, replies }: Talk): Promise<Answer> {
  const at = `slots/${path(slot)}/ussd`;
  const post = (below: string, body: object): Promise<Answer> =>
    link.rest.call({ method: "POST", path: `${at}${below}`, body, reply: ussdAnswer, timeout: TIMEOUT, signal });
  let answer = await post("", { code });
  for (const text of replies) {
    if (!answer.more) return answer;
    answer = await post("/reply", { text });
  }
  if (answer.more) await link.rest.call({ method: "DELETE", path: at, reply: z.null(), signal });
  return answer;
}
