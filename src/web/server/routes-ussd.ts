// REST: USSD of a slot. What the network says may be private and a code may cost money, so all of it is for writers.

import { type Request, type Response, Router } from "express";
import { slotId } from "../../base/index.ts";
import type { UssdConsole } from "../../core/index.ts";
import { ussdAnswer, ussdNotice, ussdReplyRequest, ussdRequest } from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, reply } from "./exchange.ts";

export interface UssdRoutesDeps {
  readonly ussd: UssdConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

type SlotRequest = Request<{ id: string }>;

export function ussdRoutes({ ussd, access, bodyBytes }: UssdRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);
  const slotOf = (request: SlotRequest) => slotId(request.params.id);

  router.post("/slots/:id/ussd", allow("operate"), body, async (request: SlotRequest, response: Response) =>
    reply(response, ussdAnswer, await ussd.ask(slotOf(request), bodyOf(request, ussdRequest).code)),
  );
  router.post("/slots/:id/ussd/reply", allow("operate"), body, async (request: SlotRequest, response: Response) =>
    reply(response, ussdAnswer, await ussd.reply(slotOf(request), bodyOf(request, ussdReplyRequest).text)),
  );
  router.delete("/slots/:id/ussd", allow("operate"), (request: SlotRequest, response: Response) => {
    ussd.cancel(slotOf(request));
    response.status(204).end();
  });
  router.get("/slots/:id/ussd", allow("operate"), (request: SlotRequest, response: Response) =>
    reply(response, ussdNotice, { notice: ussd.notice(slotOf(request)) }),
  );
  return router;
}
