// REST: the Emercoin node and its wallet's lock. The balance is for readers; the passphrase goes one way only.

import { type Request, type Response, Router } from "express";
import { minutes as minutesOf, Secret } from "../../base/index.ts";
import type { ChainConsole } from "../../core/index.ts";
import { chainView, unlockRequest } from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, reply } from "./exchange.ts";

export interface ChainRoutesDeps {
  readonly chain: ChainConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

export function chainRoutes({ chain, access, bodyBytes }: ChainRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);

  router.get("/chain", allow("read"), async (_request: Request, response: Response) =>
    reply(response, chainView, await chain.view()),
  );
  router.post("/chain/unlock", allow("manage"), body, async (request: Request, response: Response) => {
    const { passphrase, minutes } = bodyOf(request, unlockRequest);
    await chain.unlock(new Secret(passphrase), minutes === null ? null : minutesOf(minutes));
    reply(response, chainView, await chain.view());
  });
  router.post("/chain/lock", allow("manage"), async (_request: Request, response: Response) => {
    chain.lock();
    reply(response, chainView, await chain.view());
  });
  return router;
}
