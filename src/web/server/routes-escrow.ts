// REST: the box's escrows.

import { z } from "zod";
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
import { NAME_ERRORS, NODE_ERRORS, WALLET_ERRORS } from "./error-groups.ts";
import { namedPageQuery, pageOf } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

const STEPS = [
  ["accept", "Sign the box's part of the policy"],
  ["fund", "Pay the amount into the escrow"],
  ["release", "Sign a payout with what the provider earned"],
  ["refund", "Sign a payout that gives everything back"],
  ["sign", "Add the box's signature to the payout that is proposed"],
  ["send", "Send out the payout that two have signed"],
  ["dispute", "Ask the arbiter, with a statement"],
  ["decide", "As the arbiter, sign what each party gets"],
] as const;
type Step = (typeof STEPS)[number][0];

const DOCUMENT_ERRORS = [
  "escrow.bad_file",
  "escrow.bad_policy",
  "escrow.bad_split",
  "escrow.already_signed",
  "escrow.expired",
  "escrow.forged_evidence",
  "escrow.incomplete",
  "escrow.no_decision",
  "escrow.no_dispute",
  "escrow.no_settlement",
  "escrow.not_a_party",
  "escrow.not_agreed",
  "escrow.not_for_arbiter",
  "escrow.not_funded",
  "escrow.not_heard",
  "escrow.not_signed",
  "escrow.not_yet",
  "escrow.other_network",
  "escrow.other_policy",
  "escrow.other_wallet",
  "escrow.unknown_arbiter",
  "escrow.wrong_payout",
  "escrow.bad_funding",
] as const;
const ofOne = z.strictObject({ id: z.string() });
const common = { tag: "Escrow", params: ofOne } as const;

async function propose({ escrows, terms, now }: EscrowConsole, asked: z.output<typeof escrowRequest>) {
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

function stepOperation({ escrows }: EscrowConsole, step: Step, summary: string): Operation {
  const body: z.ZodType<{ dry_run: boolean }> = escrowStepRequests[step];
  return operation({
    ...{ ...common, method: "post", path: `/escrows/{id}/${step}`, scope: "manage", summary },
    ...{ body, reply: escrowStepReply, errors: ["escrow.unknown", ...DOCUMENT_ERRORS, ...WALLET_ERRORS] },
    run: ({ params: { id }, body: { dry_run: dryRun, ...asked } }) =>
      actOnEscrow(escrows, { id, action: escrowAction(step, asked), dryRun }),
  });
}

function viewOperations({ escrows }: EscrowConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/escrows", scope: "read", tag: "Escrow", reply: escrowsReply },
      summary: "All escrows, and the arbiters that the configuration trusts",
      query: namedPageQuery,
      run: ({ query }) => {
        const { page, next } = pageOf(escrows.list().map(escrowSummaryBody), query, ({ id }) => id);
        return { escrows: page, arbiters: escrows.arbiters().map(({ name }) => name), next };
      },
    }),
    operation({
      ...{ ...common, method: "get", path: "/escrows/{id}", scope: "read", reply: escrowView },
      ...{ summary: "An escrow and what can be done next", errors: ["escrow.unknown", ...NODE_ERRORS] },
      run: async ({ params }) => escrowBody(await escrows.view(params.id)),
    }),
    operation({
      ...{ ...common, method: "get", path: "/escrows/{id}/document", scope: "read", reply: escrowDocumentReply },
      ...{ summary: "The document that the parties pass round", errors: ["escrow.unknown"] },
      run: ({ params }) => ({ document: JSON.parse(escrowFileText(escrows.get(params.id).file)) }),
    }),
  ];
}

export function escrowOperations(console: EscrowConsole): readonly Operation[] {
  const { escrows } = console;
  return [
    ...viewOperations(console),
    operation({
      ...{ method: "post", path: "/escrows", scope: "manage", tag: "Escrow", body: escrowRequest },
      ...{ summary: "Propose an escrow with the box as provider", reply: escrowStepReply },
      errors: ["escrow.bad_policy", "escrow.unknown_arbiter", "escrow.too_small", ...WALLET_ERRORS],
      run: ({ body }) => propose(console, body),
    }),
    operation({
      ...{ method: "post", path: "/escrows/party", scope: "manage", tag: "Escrow", reply: escrowParty },
      ...{ summary: "A new key and address of the box, for somebody's proposal", errors: WALLET_ERRORS },
      run: () => escrows.party(),
    }),
    operation({
      ...{ method: "post", path: "/escrows/documents", scope: "manage", tag: "Escrow", body: escrowDocumentRequest },
      ...{ summary: "Take in a document that another party sent", reply: escrowView },
      errors: [...DOCUMENT_ERRORS, ...NODE_ERRORS],
      run: async ({ body }) => {
        const { file } = await escrows.take(escrowFileOf(body.document));
        return escrowBody(await escrows.view(file.policy.escrowId));
      },
    }),
    operation({
      ...{ ...common, method: "post", path: "/escrows/{id}/publish", scope: "manage", body: escrowPublishRequest },
      ...{ summary: "Write the escrow to the chain, blinded or open", reply: publishReply },
      errors: ["escrow.unknown", ...DOCUMENT_ERRORS, ...NAME_ERRORS],
      run: async ({ params: { id }, body: { form, dry_run: dryRun } }) => {
        const plan = await escrows.planRecord(id, form);
        return publishReplyOf(plan, dryRun ? null : await escrows.publish(id, form));
      },
    }),
    ...STEPS.map(([step, summary]) => stepOperation(console, step, summary)),
  ];
}
