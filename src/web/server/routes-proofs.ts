// REST: the days of receipts, receipts with their proofs, and the anchors of days in the chain.

import { z } from "zod";
import { emcText } from "../../base/index.ts";
import { type BoxReceipts, dayView, type ProofReader, type ProofService, proofDate } from "../../core/index.ts";
import {
  anchorReply,
  anchorRequest,
  proofBundle,
  proofDayView,
  proofOrphansReply,
  proofPage,
  proofsQuery,
  proofsReply,
  receipt,
} from "../../protocol/index.ts";
import { NAME_ERRORS } from "./error-groups.ts";
import { type Operation, operation } from "./operation.ts";

export interface ProofConsole {
  readonly reader: ProofReader;
  readonly service: ProofService;
  readonly receipts: Pick<BoxReceipts, "forRenter">;
}

interface AnchorWish {
  readonly date: string;
  readonly early: boolean;
  readonly dry_run: boolean;
}

/** A dry run changes nothing; else one step is taken, and later ones follow by themselves. */
async function anchor({ reader, service }: ProofConsole, wish: AnchorWish) {
  const { early, dry_run } = wish;
  const date = proofDate(wish.date);
  if (early && !dry_run) await service.endEarly(date);
  const { name, value, cost, problem } = await service.plan(date);
  const day = dry_run ? await reader.day(date) : await service.anchor(date);
  return {
    ...{ day: dayView(day), dry_run, name: day.name ?? name, value },
    cost: cost === null ? null : emcText(cost),
    problem: dry_run ? problem : day.problem,
  };
}

/** The one form of a receipt that names the renter's key: for the renter alone. */
async function renterCopy({ receipts }: ProofConsole, hash: string) {
  const { to, ...rest } = await receipts.forRenter(hash);
  return { ...rest, to: typeof to === "string" ? to : { ...to } };
}

const ofDay = z.strictObject({ date: z.string() });
const common = { method: "get", scope: "read", tag: "Proofs" } as const;

function receiptOperations(proofs: ProofConsole): readonly Operation[] {
  const { reader } = proofs;
  return [
    operation({
      ...{ ...common, path: "/proofs/receipts", query: proofsQuery, reply: proofPage },
      ...{ summary: "Receipts with their proofs", errors: ["proofs.bad_date", "proofs.unknown_message"] },
      run: async ({ query: { about, date, rental = null, after = null } }) => {
        const day = date === undefined ? null : proofDate(date);
        if (about !== undefined) return { ...(await reader.about(about, day)), next: null };
        return reader.page({ after, date: day, rentalId: rental });
      },
    }),
    operation({
      ...{ ...common, path: "/proofs/renter-copy/{hash}", params: z.strictObject({ hash: z.string() }) },
      ...{ summary: "The receipt in the form that names the renter's key", reply: receipt },
      errors: ["proofs.unknown_message"],
      run: ({ params }) => renterCopy(proofs, params.hash),
    }),
    operation({
      ...{ ...common, path: "/proofs/{date}/{hash}", params: z.strictObject({ date: z.string(), hash: z.string() }) },
      ...{ summary: "All proofs of a day about one message", reply: proofBundle },
      errors: ["proofs.bad_date", "proofs.unknown_day", "proofs.unknown_message"],
      run: ({ params }) => reader.about(params.hash, proofDate(params.date)),
    }),
  ];
}

/** In this order: a route of fixed words stands before the one that takes them for a date. */
export function proofOperations(proofs: ProofConsole): readonly Operation[] {
  const { reader, service } = proofs;
  return [
    operation({
      ...{ ...common, path: "/proofs", reply: proofsReply, summary: "The days of receipts, oldest first" },
      run: async () => ({ issuer: reader.issuer, days: (await reader.days()).map(dayView) }),
    }),
    operation({
      ...{ ...common, path: "/proofs/orphans", reply: proofOrphansReply, errors: ["proofs.no_node"] },
      summary: "Days that should be in the chain and are not",
      run: async () => ({ orphans: [...(await service.orphans())] }),
    }),
    ...receiptOperations(proofs),
    operation({
      ...{ ...common, path: "/proofs/{date}", params: ofDay, reply: proofDayView, summary: "One day of receipts" },
      errors: ["proofs.bad_date", "proofs.unknown_day"],
      run: async ({ params }) => dayView(await reader.day(proofDate(params.date))),
    }),
    operation({
      ...{ ...common, method: "post", path: "/proofs/{date}/anchor", scope: "manage", params: ofDay },
      ...{ summary: "Anchor a day in the chain", body: anchorRequest, reply: anchorReply },
      errors: [
        "proofs.bad_date",
        "proofs.unknown_day",
        "proofs.no_node",
        "proofs.no_identity",
        "proofs.nothing_to_anchor",
        "proofs.clock_in_doubt",
        ...NAME_ERRORS,
      ],
      run: ({ params, body }) => anchor(proofs, { ...params, ...body }),
    }),
  ];
}
