// REST: the days of receipts, receipts with their proofs, and the anchors of days in the chain.

import { type Request, type Response, Router } from "express";
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
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, queryOf, reply } from "./exchange.ts";

export interface ProofConsole {
  readonly reader: ProofReader;
  readonly service: ProofService;
  readonly receipts: Pick<BoxReceipts, "forRenter">;
}

export interface ProofRoutesDeps {
  readonly proofs: ProofConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

type DayRequest = Request<{ date: string }>;

/** A dry run changes nothing; else one step is taken, and later ones follow by themselves. */
async function anchor({ reader, service }: ProofConsole, request: DayRequest) {
  const { dry_run, early } = bodyOf(request, anchorRequest);
  const date = proofDate(request.params.date);
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

export function proofRoutes({ proofs, access, bodyBytes }: ProofRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);
  const { reader } = proofs;

  router.get("/proofs", allow("read"), async (_request, response) =>
    reply(response, proofsReply, { issuer: reader.issuer, days: (await reader.days()).map(dayView) }),
  );
  router.get("/proofs/orphans", allow("read"), async (_request, response) =>
    reply(response, proofOrphansReply, { orphans: [...(await proofs.service.orphans())] }),
  );
  router.get("/proofs/receipts", allow("read"), async (request, response) => {
    const { about, date, rental = null, after = null } = queryOf(request, proofsQuery);
    const day = date === undefined ? null : proofDate(date);
    if (about !== undefined) return reply(response, proofPage, { ...(await reader.about(about, day)), next: null });
    return reply(response, proofPage, await reader.page({ after, date: day, rentalId: rental }));
  });
  router.get(
    "/proofs/renter-copy/:hash",
    allow("read"),
    async (request: Request<{ hash: string }>, response: Response) =>
      reply(response, receipt, await renterCopy(proofs, request.params.hash)),
  );
  router.get("/proofs/:date", allow("read"), async (request: DayRequest, response: Response) =>
    reply(response, proofDayView, dayView(await reader.day(proofDate(request.params.date)))),
  );
  router.get("/proofs/:date/:hash", allow("read"), async (request: Request<{ date: string; hash: string }>, response) =>
    reply(response, proofBundle, await reader.about(request.params.hash, proofDate(request.params.date))),
  );
  router.post("/proofs/:date/anchor", allow("manage"), body, async (request: DayRequest, response: Response) =>
    reply(response, anchorReply, await anchor(proofs, request)),
  );
  return router;
}
