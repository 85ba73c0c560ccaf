// REST: what an owner does with slots, their SIMs and new hardware.

import { type Request, type Response, Router } from "express";
import { lineId, slotId } from "../../base/index.ts";
import type { FleetConsole } from "../../core/index.ts";
import {
  adoptRequest,
  atReplyView,
  atRequest,
  joinRequest,
  joinView,
  lineRequest,
  lineView,
  pinRequest,
  recoverRequest,
  slotView,
} from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, reply } from "./exchange.ts";

export interface FleetRoutesDeps {
  readonly fleet: FleetConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

type OfSlot = Request<{ id: string }>;

export function fleetRoutes({ fleet, access, bodyBytes }: FleetRoutesDeps): Router {
  const router = Router();
  const allow = allowWith(access);
  const write = [allow("write"), ...jsonBody(bodyBytes)];

  router.post("/slots/:id/recover", write, async (request: OfSlot, response: Response) => {
    const { rung } = bodyOf(request, recoverRequest);
    reply(response, slotView, await fleet.recover(slotId(request.params.id), rung));
  });
  router.post("/slots/:id/sim/pin", write, async (request: OfSlot, response: Response) => {
    const { pin, confirm } = bodyOf(request, pinRequest);
    reply(response, slotView, await fleet.enterPin(slotId(request.params.id), pin, confirm));
  });
  router.post("/slots/:id/at", write, async (request: OfSlot, response: Response) => {
    const { command } = bodyOf(request, atRequest);
    reply(response, atReplyView, await fleet.at(slotId(request.params.id), command));
  });
  router.delete("/slots/:id", allow("write"), async (request: OfSlot, response: Response) => {
    await fleet.remove(slotId(request.params.id));
    response.status(204).end();
  });

  router.get("/join", allow("read"), async (_request, response) => reply(response, joinView, await fleet.join()));
  router.post("/join", write, async (request: Request, response: Response) => {
    const { seconds } = bodyOf(request, joinRequest);
    reply(response, joinView, await fleet.permitJoin(seconds));
  });

  router.post("/lines", write, async (request: Request, response: Response) => {
    const { id, number, slot } = bodyOf(request, lineRequest);
    const line = await fleet.addLine({ id: lineId(id), number, slot: slotId(slot) });
    reply(response.status(201), lineView, line);
  });
  router.post("/lines/:id/sim", write, async (request: OfSlot, response: Response) => {
    const { slot } = bodyOf(request, adoptRequest);
    reply(response, lineView, await fleet.adoptSim(lineId(request.params.id), slotId(slot)));
  });

  return router;
}
