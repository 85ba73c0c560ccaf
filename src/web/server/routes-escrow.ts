// REST: the box's escrows.

import { type Request, type Response, Router } from "express";
import { days, parseEmc } from "../../base/index.ts";
import {
  actOnEscrow,
  type EscrowConsole,
  escrowAction,
  escrowBody,
  escrowFileOf,
  escrowFileText,
  escrowSummaryBody,
  publishReplyOf,
} from "../../core/index.ts";
import {
  escrowDocumentReply,
  escrowDocumentRequest,
  escrowParty,
  escrowPublishRequest,
  escrowRequest,
  escrowStepReply,
  escrowStepRequests,
  escrowsReply,
  escrowView,
  publishReply,
} from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, reply } from "./exchange.ts";

export interface EscrowRoutesDeps {
  readonly escrow: EscrowConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

type EscrowRequest = Request<{ id: string }>;
const STEPS = ["accept", "fund", "release", "refund", "sign", "send", "dispute", "decide"] as const;

async function propose({ escrows, terms, now }: EscrowConsole, request: Request) {
  const asked = bodyOf(request, escrowRequest);
  const { renter, arbiter, dry_run: dryRun } = asked;
  const wish = {
    ...{ renter, arbiter },
    terms: {
      amount: parseEmc(asked.amount),
      feesBps: asked.fees_bps ?? terms.feesBps,
      disputeS: Math.floor(days(asked.dispute_days ?? terms.disputeDays) / 1000),
      refundAfter: Math.floor((now() + days(asked.refund_days ?? terms.refundDays)) / 1000),
    },
  };
  const nothing = { pays: [], fee: "0.000000" };
  if (dryRun) {
    escrows.checkProposal(wish);
    return { dry_run: true, ...nothing, escrow: null };
  }
  const { file } = await escrows.propose(wish);
  return { dry_run: false, ...nothing, escrow: escrowBody(await escrows.view(file.policy.escrowId)) };
}

export function escrowRoutes({ escrow, access, bodyBytes }: EscrowRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);
  const { escrows } = escrow;

  router.get("/escrows", allow("read"), (_request, response) =>
    reply(response, escrowsReply, {
      escrows: escrows.list().map(escrowSummaryBody),
      arbiters: escrows.arbiters().map(({ name }) => name),
    }),
  );
  router.post("/escrows", allow("manage"), body, async (request: Request, response: Response) =>
    reply(response, escrowStepReply, await propose(escrow, request)),
  );
  router.post("/escrows/party", allow("manage"), async (_request: Request, response: Response) =>
    reply(response, escrowParty, await escrows.party()),
  );
  router.post("/escrows/documents", allow("manage"), body, async (request: Request, response: Response) => {
    const { file } = await escrows.take(escrowFileOf(bodyOf(request, escrowDocumentRequest).document));
    reply(response, escrowView, escrowBody(await escrows.view(file.policy.escrowId)));
  });
  router.get("/escrows/:id", allow("read"), async (request: EscrowRequest, response) =>
    reply(response, escrowView, escrowBody(await escrows.view(request.params.id))),
  );
  router.get("/escrows/:id/document", allow("read"), (request: EscrowRequest, response) =>
    reply(response, escrowDocumentReply, { document: JSON.parse(escrowFileText(escrows.get(request.params.id).file)) }),
  );
  router.post("/escrows/:id/publish", allow("manage"), body, async (request: EscrowRequest, response: Response) => {
    const { form, dry_run: dryRun } = bodyOf<{ form: "commitment" | "descriptor"; dry_run: boolean }>(
      request,
      escrowPublishRequest,
    );
    const { id } = request.params;
    const plan = await escrows.planRecord(id, form);
    reply(response, publishReply, publishReplyOf(plan, dryRun ? null : await escrows.publish(id, form)));
  });
  for (const step of STEPS) {
    router.post(`/escrows/:id/${step}`, allow("manage"), body, async (request: EscrowRequest, response: Response) => {
      const { dry_run: dryRun, ...asked } = bodyOf(request as Request, escrowStepRequests[step]);
      const action = escrowAction(step, asked);
      reply(response, escrowStepReply, await actOnEscrow(escrows, { id: request.params.id, action, dryRun }));
    });
  }
  return router;
}
