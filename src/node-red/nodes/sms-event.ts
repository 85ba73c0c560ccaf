// `sms event`: that an SMS came; what it says only of lines that the owner keeps for himself.

import { z } from "zod";
import { type KeptMessage, keptMessage, type SmsView } from "../../protocol/index.ts";
import type { NodeContext, NodeKind } from "../flow-node.ts";
import { optionalText, path } from "../flow-values.ts";

const config = z.object({ line: optionalText, content: z.boolean().default(false) });
type Config = z.infer<typeof config>;

/** Messages whose content is being fetched; what comes beyond is told without. */
const MOST_AT_ONCE = 32;

export const smsEvent: NodeKind<Config> = {
  type: "numberbox-sms-event",
  config,
  open: (context) => {
    const { config: settings, link, tell, show } = context;
    let fetching = 0;
    const withContent = async (sms: SmsView): Promise<void> => {
      fetching++;
      try {
        const { own, content, problem } = await contentOf(context, sms);
        if (problem !== null) context.complain(problem);
        tell({ ...messageOf(sms), own, ...(content === null ? {} : { content }) });
      } catch (error) {
        context.complain(error);
        if (!context.signal.aborted) tell(messageOf(sms));
      } finally {
        fetching--;
      }
    };
    show({ fill: "green", shape: "dot", text: settings.line });
    const close = link.on("sms", (sms) => {
      if (settings.line !== "" && sms.line !== settings.line) return;
      // What a renter gets is sealed to the renter: there is nothing to fetch.
      if (!settings.content || sms.rental !== null || fetching >= MOST_AT_ONCE) tell(messageOf(sms));
      else void withContent(sms);
    });
    return { close };
  },
};

const messageOf = (sms: SmsView) => ({ topic: `sms/${sms.line}`, payload: sms });

function contentOf({ link, signal }: NodeContext<Config>, { id }: SmsView): Promise<KeptMessage> {
  return link.rest.call({ path: `kept/${path(id)}`, reply: keptMessage, signal });
}
