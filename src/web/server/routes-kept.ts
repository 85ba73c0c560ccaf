// REST: messages that the box holds for its owner. The only route by which the text of an SMS leaves the box in clear, for people and
// tokens with the scope `content`, and only of lines that the owner keeps for himself.

import { z } from "zod";
import { lineId, messageId } from "../../base/index.ts";
import type { KeptConsole } from "../../core/index.ts";
import { keptMessage, keptReply } from "../../protocol/index.ts";
import { nameOf, type Principal } from "./access.ts";
import { pageQuery } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

const by = (principal: Principal | null): string => (principal === null ? "" : nameOf(principal));

export function keptOperations(kept: KeptConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/kept", scope: "content", tag: "Kept messages", reply: keptReply },
      summary: "Messages of lines that nobody rented",
      description:
        "The content is given for lines with `own: true` alone, from the time on when they became the owner's own; of others only that a message came. Each reading is an event `kept.read`.",
      query: pageQuery.extend({ line: z.string().max(32).optional() }),
      run: async ({ query: { line, ...page }, principal }) => {
        const asked = { ...page, line: line === undefined ? null : lineId(line) };
        const { messages, next } = await kept.list(asked, by(principal));
        return { messages: [...messages], next };
      },
    }),
    operation({
      ...{ method: "get", path: "/kept/{id}", scope: "content", tag: "Kept messages", reply: keptMessage },
      summary: "One message of a line that nobody rented",
      params: z.strictObject({ id: z.string().max(32) }),
      errors: ["kept.unknown"],
      run: ({ params, principal }) => kept.one(messageId(params.id), by(principal)),
    }),
  ];
}
