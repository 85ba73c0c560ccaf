// REST: what the box knows and does. Each route is schema in, use case, schema out.

import { type Request, type Response, Router } from "express";
import { rentalId } from "../../base/index.ts";
import type { BoxConsole } from "../../core/index.ts";
import { grantRequest, overview, parseJsonWith, receipt, rentalView } from "../../protocol/index.ts";
import { eventsReply, linesReply, receiptsReply, rentalsReply, slotsReply } from "../shared/api.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, pageQuery, queryOf, reply } from "./exchange.ts";

export interface BoxRoutesDeps {
  readonly box: BoxConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

export function boxRoutes({ box, access, bodyBytes }: BoxRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);

  router.get("/overview", allow("read"), async (_request, response) => reply(response, overview, await box.overview()));
  router.get("/slots", allow("read"), (_request, response) => reply(response, slotsReply, { slots: [...box.slots()] }));
  router.get("/lines", allow("read"), async (_request, response) =>
    reply(response, linesReply, { lines: [...(await box.lines())] }),
  );
  router.get("/rentals", allow("read"), async (_request, response) =>
    reply(response, rentalsReply, { rentals: [...(await box.rentals())] }),
  );

  router.get("/events", allow("read"), (request, response) => {
    const page = queryOf(request, pageQuery);
    const events = [...box.events(page)];
    reply(response, eventsReply, { events, next: events.at(-1)?.seq ?? page.after });
  });

  router.get("/receipts", allow("read"), async (request, response) => {
    const page = queryOf(request, pageQuery);
    const receipts = (await box.receipts(page)).map((row) => ({
      ...row,
      receipt: parseJsonWith(receipt, row.receipt, "web.bad_receipt", "A stored receipt"),
    }));
    reply(response, receiptsReply, { receipts, next: receipts.at(-1)?.cursor ?? page.after });
  });

  router.post("/rentals", allow("operate"), body, async (request: Request, response: Response) =>
    reply(response.status(201), rentalView, await box.grant(bodyOf(request, grantRequest))),
  );

  router.post("/rentals/:id/end", allow("operate"), async (request: Request<{ id: string }>, response) =>
    reply(response, rentalView, await box.endRental(rentalId(request.params.id))),
  );

  return router;
}
