// REST: phone numbers and hosts in the chain.

import { type Request, type Response, Router } from "express";
import { e164 } from "../../base/index.ts";
import { type DirectoryConsole, enumBody, publishHost, publishNumber, removeNumber } from "../../core/index.ts";
import {
  directoryReply,
  dnsPublishRequest,
  dnsQuery,
  dnsReply,
  enumPublishRequest,
  enumQuery,
  enumReply,
  publishRequest,
} from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, queryOf, reply } from "./exchange.ts";

export interface DirectoryRoutesDeps {
  readonly directory: DirectoryConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

export function directoryRoutes({ directory, access, bodyBytes }: DirectoryRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);

  router.get("/enum/lookup", allow("read"), async (request, response) => {
    const { number } = queryOf(request, enumQuery);
    reply(response, enumReply, enumBody(number, await directory.numbers.lookup(e164(number))));
  });
  router.post("/enum", allow("manage"), body, async (request: Request, response: Response) =>
    reply(response, directoryReply, await publishNumber(directory, bodyOf(request, enumPublishRequest))),
  );
  router.delete(
    "/enum/:line",
    allow("manage"),
    body,
    async (request: Request<{ line: string }>, response: Response) => {
      const { dry_run: dryRun } = bodyOf(request, publishRequest);
      reply(response, directoryReply, await removeNumber(directory, request.params.line, dryRun));
    },
  );
  router.get("/dns", allow("read"), async (request, response) => {
    const { addresses, ...mirror } = await directory.hosts.show(queryOf(request, dnsQuery).host);
    reply(response, dnsReply, { ...mirror, addresses: [...addresses] });
  });
  router.post("/dns", allow("manage"), body, async (request: Request, response: Response) => {
    const { dry_run: dryRun, ...wanted } = bodyOf(request, dnsPublishRequest);
    reply(response, directoryReply, await publishHost(directory, wanted, dryRun));
  });
  return router;
}
