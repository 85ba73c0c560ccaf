// REST: the box's identity and listings on the chain, and what is on its way there.

import { type Request, type Response, Router } from "express";
import {
  actOnIdentity,
  actOnListing,
  type ListingView,
  type PublishingConsole,
  publicationBody,
  revisionBody,
} from "../../core/index.ts";
import {
  identityView,
  listingHistory,
  listingsReply,
  listingView,
  publicationsReply,
  publicationView,
  publishReply,
  publishRequest,
} from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, reply } from "./exchange.ts";

export interface ListingRoutesDeps {
  readonly publishing: PublishingConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

type LineRequest = Request<{ line: string }>;
const ACTIONS = ["publish", "update", "renew", "unpublish"] as const;
const IDENTITY_ACTIONS = ["publish", "renew", "rotate"] as const;

function viewOf({ line, listingId, name, current, pending, publication, changed }: ListingView) {
  return {
    ...{ line, name, changed },
    listing_id: listingId,
    current: current === null ? null : revisionBody(current),
    pending: pending === null ? null : revisionBody(pending),
    publication: publication === null ? null : publicationBody(publication),
  };
}

export function listingRoutes({ publishing, access, bodyBytes }: ListingRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);
  const { listings, identity, publisher } = publishing;

  router.get("/publications", allow("read"), (_request, response) =>
    reply(response, publicationsReply, { publications: publisher.list().map(publicationBody) }),
  );
  router.post("/publications/:id/cancel", allow("manage"), async (request: Request<{ id: string }>, response) =>
    reply(response, publicationView, publicationBody(await publisher.cancel(request.params.id))),
  );
  router.get("/identity", allow("read"), async (_request, response) => {
    const { expiresAt, publication, ...view } = await identity.view();
    const shown = publication === null ? null : publicationBody(publication);
    reply(response, identityView, { ...view, expires_at: expiresAt, publication: shown });
  });
  for (const action of IDENTITY_ACTIONS) {
    router.post(`/identity/${action}`, allow("manage"), body, async (request: Request, response: Response) =>
      reply(response, publishReply, await actOnIdentity(publishing, action, bodyOf(request, publishRequest).dry_run)),
    );
  }
  router.get("/listings", allow("read"), (_request, response) =>
    reply(response, listingsReply, { listings: listings.list().map(viewOf) }),
  );
  router.get("/listings/:line", allow("read"), (request: LineRequest, response) =>
    reply(response, listingView, viewOf(listings.show(request.params.line))),
  );
  router.get("/listings/:line/history", allow("read"), (request: LineRequest, response) =>
    reply(response, listingHistory, { revisions: listings.history(request.params.line).map(revisionBody) }),
  );
  for (const action of ACTIONS) {
    router.post(
      `/listings/:line/${action}`,
      allow("manage"),
      body,
      async (request: LineRequest, response: Response) => {
        const { dry_run: dryRun } = bodyOf(request, publishRequest);
        reply(response, publishReply, await actOnListing(publishing, { action, line: request.params.line, dryRun }));
      },
    );
  }
  return router;
}
