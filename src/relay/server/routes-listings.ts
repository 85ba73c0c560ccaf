// Listings: for anybody to browse, with what the chain and the receipts say of them.

import { z } from "zod";
import { type ListingId, listingId } from "../../base/index.ts";
import {
  deliveriesPage,
  durationName,
  emcPrice,
  listingEvidence,
  listingIdText,
  listingsPage,
  recordReply,
  tierName,
} from "../../protocol/index.ts";
import { MAX_RECORD_BYTES } from "../../registry/index.ts";
import type { BodyReader } from "./http-body.ts";
import { pageQuery, wholeNumber } from "./http-query.ts";
import type { Reply } from "./http-reply.ts";
import { featuresOf, type ListingBrowse, priceOf } from "./listing-browse.ts";
import type { ListingRecords } from "./listing-records.ts";
import type { RelayMetrics } from "./metrics.ts";
import { type Operation, operation } from "./operation.ts";
import type { Reputations } from "./reputations.ts";
import { type WorkGate, workReply } from "./work-gate.ts";

export interface ListingDeps {
  readonly records: ListingRecords;
  readonly browse: ListingBrowse;
  readonly reputations: Reputations;
  readonly bodies: BodyReader;
  readonly work: WorkGate;
  readonly metrics: Pick<RelayMetrics, "refused">;
}

const flag = z.literal("1").optional();
const listingsQuery = pageQuery.extend({
  after: listingIdText.or(z.literal("")).default(""),
  tier: tierName.optional().describe("Offered in this tier"),
  duration: durationName.optional().describe("Offered for this time"),
  max_price: emcPrice.optional().describe("Of the rental, in EMC: for `duration`, or for any"),
  features: z
    .string()
    .max(200)
    .regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/)
    .optional()
    .describe("Words of the record, such as `usa,non-voip`: all must be there"),
  capabilities: wholeNumber.pipe(z.number().max(65_535)).optional().describe("Bits in the chain that must all be set"),
  escrow: flag.describe("That can be paid by escrow"),
  min_reputation: wholeNumber.pipe(z.number().max(1000)).optional().describe("Per mille"),
  evidence: flag.describe("With what the chain says, raw"),
  records: flag.describe("With the signed records"),
});
const deliveriesQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9a-f]{32}\.\d{1,15}$/)
    .or(z.literal(""))
    .default(""),
  limit: wholeNumber.pipe(z.number().min(1).max(500)).default(100),
});
const recordQuery = z.strictObject({
  commitment: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const listingPlace = z.strictObject({ id: listingIdText.transform((id): ListingId => listingId(id)) });

const RECORD_ERRORS = [
  "relay.work_required",
  "relay.bad_signature",
  "relay.unknown_provider",
  "relay.foreign_listing",
  "relay.not_committed",
  "relay.stale_rev",
  "relay.no_chain",
];

/** Whether `If-None-Match` names these bytes. A proxy that packs answers marks their tags as weak. */
const namesEtag = (asked: string | undefined, etag: string): boolean =>
  (asked ?? "").split(",").some((each) => ["*", etag, `W/${etag}`].includes(each.trim()));

/** The record as it is stored. Named by its commitment it never changes; named by its listing it does with each revision. */
async function recordFile(
  { records }: ListingDeps,
  id: ListingId,
  seen: { readonly commitment: string | undefined; readonly etag: string | undefined },
): Promise<Reply> {
  const { commitment, record } = await records.record(id);
  const etag = `"${commitment}"`;
  const fixed = seen.commitment === commitment;
  const headers = { ETag: etag, "Cache-Control": fixed ? "public, max-age=31536000, immutable" : "no-cache" };
  if (namesEtag(seen.etag, etag)) return { status: 304, body: null, text: "", headers };
  return { status: 200, body: null, text: record, headers };
}

function readOperations(deps: ListingDeps): readonly Operation[] {
  const { records } = deps;
  const common = { access: "open", tag: "Listings" } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/listings/available", aliases: ["/numbers/available"], counts: "read" },
      summary: "Listings that nobody rents through this relay now",
      description:
        "In the order of their ids; a page may have fewer than `limit` and another behind it. Numbers stand nowhere: only who rents learns one. Filters tell the relay what you look for: take all with `records=1` and filter at home to keep it to yourself.",
      errors: ["relay.no_chain"],
      query: listingsQuery,
      reply: listingsPage,
      run: async ({ query }) =>
        await deps.browse.page({
          ...{ after: query.after, limit: query.limit, tier: query.tier, duration: query.duration },
          ...{ maxPrice: priceOf(query.max_price), minReputation: query.min_reputation },
          escrow: query.escrow !== undefined,
          ...{ features: featuresOf(query.features ?? ""), capabilities: query.capabilities ?? 0 },
          ...{ withEvidence: query.evidence !== undefined, withRecords: query.records !== undefined },
        }),
    }),
    operation({
      ...{ ...common, method: "get", path: "/listings/{id}", counts: "read" },
      summary: "What the chain says of a listing, raw",
      errors: ["relay.unknown_listing", "relay.no_chain"],
      params: listingPlace,
      reply: listingEvidence,
      run: async ({ params }) => await records.evidence(params.id),
    }),
    operation({
      ...{ ...common, method: "get", path: "/listings/{id}/receipts", counts: "read" },
      summary: "What a listing's reputation is made of",
      description:
        "Signed statements and receipts, a day old at least: `numberbox relay reputation --receipts FILE` computes the same score from them, a page in each line.",
      params: listingPlace,
      query: deliveriesQuery,
      reply: deliveriesPage,
      run: async ({ params, query }) => await deps.reputations.deliveries(params.id, query.after, query.limit),
    }),
  ];
}

function recordOperations(deps: ListingDeps): readonly Operation[] {
  const { records, bodies } = deps;
  const common = { access: "open", tag: "Listings" } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/listings/{id}/offchain", counts: "read", file: "application/json" },
      summary: "The signed record, byte for byte",
      description: "`ETag` is the commitment: SHA-256 of the record's canonical JSON without its signature.",
      ...{ etag: true, errors: ["relay.unknown_record"] },
      params: listingPlace,
      query: recordQuery,
      run: async ({ params, query, request }) => ({
        special: await recordFile(deps, params.id, {
          commitment: query.commitment,
          etag: request.headers["if-none-match"],
        }),
      }),
    }),
    operation({
      ...{ ...common, method: "put", path: "/listings/{id}/offchain", access: "signed", counts: "rent" },
      summary: "Hand in a listing's record",
      description: "From anybody: it proves itself by its signature and by the commitment in the chain.",
      errors: RECORD_ERRORS,
      bodyBytes: MAX_RECORD_BYTES + 1024,
      readsBody: z.record(z.string(), z.unknown()),
      params: listingPlace,
      reply: recordReply,
      run: async ({ params, request }) => {
        const file = await bodies.bytes(request, MAX_RECORD_BYTES + 1024);
        const unworked = records.claimsProvider(file) ? null : await deps.work.refused(request);
        if (unworked !== null) return { special: workReply(deps, unworked) };
        return await records.put(params.id, file);
      },
    }),
  ];
}

export const listingOperations = (deps: ListingDeps): readonly Operation[] => [
  ...readOperations(deps),
  ...recordOperations(deps),
];
