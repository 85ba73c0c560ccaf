// REST: what waits for the relay.

import { z } from "zod";
import type { OutboxConsole } from "../../core/index.ts";
import { outboxReply, refusedReply, rentalIdText } from "../../protocol/index.ts";
import { pageLimit, pageQuery } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

const byRental = z.strictObject({ after: rentalIdText.optional(), limit: pageLimit });

export function outboxOperations(outbox: OutboxConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/outbox", scope: "read", tag: "Outbox", query: byRental, reply: outboxReply },
      summary: "What waits for the relay, rental by rental",
      run: ({ query: { after = null, limit } }) => outbox.outbox({ after, limit }),
    }),
    operation({
      ...{ method: "get", path: "/outbox/refused", scope: "read", tag: "Outbox", query: pageQuery },
      ...{ summary: "Messages that the relay refused for good", reply: refusedReply },
      run: ({ query }) => outbox.refused(query),
    }),
  ];
}
