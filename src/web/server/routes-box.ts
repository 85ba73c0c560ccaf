// REST: what the box knows and does. Each route is schema in, use case, schema out.

import { z } from "zod";
import { AppError, rentalId } from "../../base/index.ts";
import type { BoxConsole } from "../../core/index.ts";
import { grantRequest, overview, parseJsonWith, receipt, rentalView } from "../../protocol/index.ts";
import { eventsReply, linesReply, receiptsReply, rentalsReply, slotsReply } from "../shared/api.ts";
import { namedPageQuery, pageOf, pageQuery } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

function viewOperations(box: BoxConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/overview", scope: "read", tag: "Box", reply: overview },
      summary: "Counts, relay, outbox and clock at a glance",
      run: () => box.overview(),
    }),
    operation({
      ...{ method: "get", path: "/slots", scope: "read", tag: "Slots", reply: slotsReply },
      summary: "All slots with their SIMs and modems",
      run: () => ({ slots: [...box.slots()] }),
    }),
    operation({
      ...{ method: "get", path: "/lines", scope: "read", tag: "Lines", reply: linesReply },
      summary: "All lines: free, rented or resting",
      run: async () => ({ lines: [...(await box.lines())] }),
    }),
    operation({
      ...{ method: "get", path: "/events", scope: "read", tag: "Box", query: pageQuery, reply: eventsReply },
      summary: "What happened, oldest first",
      run: ({ query }) => {
        const events = [...box.events(query)];
        return { events, next: events.at(-1)?.seq ?? query.after };
      },
    }),
    operation({
      ...{ method: "get", path: "/receipts", scope: "read", tag: "Proofs", query: pageQuery, reply: receiptsReply },
      summary: "Renters' signed receipts, oldest first",
      run: async ({ query }) => {
        const receipts = (await box.receipts(query)).map((row) => ({
          ...row,
          receipt: parseJsonWith(receipt, row.receipt, "web.bad_receipt", "A stored receipt"),
        }));
        return { receipts, next: receipts.at(-1)?.cursor ?? query.after };
      },
    }),
  ];
}

/** Two public keys, as `numberbox renter` shows them. */
const RENTER = {
  verify: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  encrypt: "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",
};

export function boxOperations(box: BoxConsole): readonly Operation[] {
  return [
    ...viewOperations(box),
    operation({
      ...{ method: "get", path: "/rentals", scope: "read", tag: "Rentals", reply: rentalsReply },
      ...{ summary: "Rentals, the newest first", query: namedPageQuery },
      run: async ({ query }) => {
        const { page, next } = pageOf(await box.rentals(), query, ({ id }) => id);
        return { rentals: page, next };
      },
    }),
    operation({
      ...{ method: "get", path: "/rentals/{id}", scope: "read", tag: "Rentals", reply: rentalView },
      params: z.strictObject({ id: z.string() }),
      ...{ summary: "One rental", errors: ["rental.unknown"] },
      run: async ({ params }) => {
        const found = (await box.rentals()).find(({ id }) => id === params.id);
        if (found === undefined) throw new AppError("rental.unknown", "there is no such rental");
        return found;
      },
    }),
    operation({
      ...{ method: "post", path: "/rentals", scope: "operate", tag: "Rentals", body: grantRequest, reply: rentalView },
      ...{ summary: "Grant a rental of a line to a renter's keys", status: 201 },
      errors: [
        "rental.unknown_line",
        "rental.line_rented",
        "rental.line_resting",
        "rental.bad_keys",
        "rental.clock_in_doubt",
      ],
      example: { line: "line-1", renter: RENTER, days: 30 },
      run: ({ body }) => box.grant(body),
    }),
    operation({
      ...{ method: "post", path: "/rentals/{id}/end", scope: "operate", tag: "Rentals", reply: rentalView },
      params: z.strictObject({ id: z.string() }),
      ...{ summary: "End a rental now", errors: ["rental.unknown", "rental.not_active"] },
      run: ({ params }) => box.endRental(rentalId(params.id)),
    }),
  ];
}
