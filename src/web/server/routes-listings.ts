// REST: the box's identity and listings on the chain, and what is on its way there.

import { z } from "zod";
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
import { NAME_ERRORS, NODE_ERRORS } from "./error-groups.ts";
import { namedPageQuery, pageOf } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

const LISTING_ACTIONS = [
  ["publish", "Write the line's listing to the chain"],
  ["update", "Write what the configuration offers now"],
  ["renew", "Pay for more days"],
  ["unpublish", "Delete the listing from the chain"],
] as const;
const IDENTITY_ACTIONS = [
  ["publish", "Write the box's identity to the chain"],
  ["renew", "Pay for more days of the identity"],
  ["rotate", "Replace the identity's keys in the chain"],
] as const;
const ofLine = z.strictObject({ line: z.string() });

function viewOf({ line, listingId, name, current, pending, publication, changed }: ListingView) {
  return {
    ...{ line, name, changed },
    listing_id: listingId,
    current: current === null ? null : revisionBody(current),
    pending: pending === null ? null : revisionBody(pending),
    publication: publication === null ? null : publicationBody(publication),
  };
}

function identityOperations(publishing: PublishingConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/identity", scope: "read", tag: "Identity", reply: identityView },
      ...{ summary: "The box's identity as the chain shows it", errors: NODE_ERRORS },
      run: async () => {
        const { expiresAt, publication, ...view } = await publishing.identity.view();
        const shown = publication === null ? null : publicationBody(publication);
        return { ...view, expires_at: expiresAt, publication: shown };
      },
    }),
    ...IDENTITY_ACTIONS.map(([action, summary]) =>
      operation({
        ...{ method: "post", path: `/identity/${action}`, scope: "manage", tag: "Identity", summary },
        ...{ body: publishRequest, reply: publishReply },
        errors: ["identity.exists", "identity.not_published", "identity.unchanged", ...NAME_ERRORS],
        run: ({ body }) => actOnIdentity(publishing, action, body.dry_run),
      }),
    ),
  ];
}

function publicationOperations({ publisher }: PublishingConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/publications", scope: "read", tag: "Chain", reply: publicationsReply },
      ...{ summary: "What is on its way to the chain, and what arrived", query: namedPageQuery },
      run: ({ query }) => {
        const { page, next } = pageOf(publisher.list(), query, ({ id }) => id);
        return { publications: page.map(publicationBody), next };
      },
    }),
    operation({
      ...{ method: "post", path: "/publications/{id}/cancel", scope: "manage", tag: "Chain", reply: publicationView },
      params: z.strictObject({ id: z.string() }),
      ...{
        summary: "Give up a publication that was not sent",
        errors: ["publication.unknown", "publication.too_late"],
      },
      run: async ({ params }) => publicationBody(await publisher.cancel(params.id)),
    }),
  ];
}

export function listingOperations(publishing: PublishingConsole): readonly Operation[] {
  const { listings } = publishing;
  const common = { tag: "Listings", scope: "read", method: "get", errors: ["listing.unknown_line"] } as const;
  return [
    ...publicationOperations(publishing),
    ...identityOperations(publishing),
    operation({
      ...{ ...common, path: "/listings", reply: listingsReply, errors: [], summary: "The listings of all lines" },
      run: () => ({ listings: listings.list().map(viewOf) }),
    }),
    operation({
      ...{ ...common, path: "/listings/{line}", params: ofLine, reply: listingView, summary: "The listing of a line" },
      run: ({ params }) => viewOf(listings.show(params.line)),
    }),
    operation({
      ...{ ...common, path: "/listings/{line}/history", params: ofLine, reply: listingHistory },
      summary: "All revisions of a line's listing",
      run: ({ params }) => ({ revisions: listings.history(params.line).map(revisionBody) }),
    }),
    ...LISTING_ACTIONS.map(([action, summary]) =>
      operation({
        ...{ ...common, method: "post", path: `/listings/{line}/${action}`, scope: "manage", summary },
        ...{ params: ofLine, body: publishRequest, reply: publishReply },
        errors: [
          "listing.unknown_line",
          "listing.no_offer",
          "listing.no_worm",
          "listing.not_published",
          "listing.not_confirmed",
          "listing.published",
          "listing.unchanged",
          ...NAME_ERRORS,
        ],
        example: { dry_run: true },
        run: ({ params, body }) => actOnListing(publishing, { action, line: params.line, dryRun: body.dry_run }),
      }),
    ),
  ];
}
