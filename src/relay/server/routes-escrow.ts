// `/escrow/{id}`: documents on their way between the parties of an escrow.

import { z } from "zod";
import { escrowIdText, escrowPaper, escrowPaperReply, escrowPapers } from "../../protocol/index.ts";
import { type EscrowPapers, MAX_ESCROW_BYTES } from "./escrow-papers.ts";
import { type Operation, operation } from "./operation.ts";

export interface EscrowDeps {
  readonly escrows: EscrowPapers;
}

const place = z.strictObject({ id: escrowIdText });

export function escrowOperations({ escrows }: EscrowDeps): readonly Operation[] {
  const common = {
    ...({ access: "token", tag: "Escrow" } as const),
    ...{ params: place, bodyBytes: MAX_ESCROW_BYTES },
  };
  const put = {
    ...{ ...common, counts: "rent" as const, body: escrowPaper, reply: escrowPaperReply },
    errors: ["relay.foreign_escrow", "relay.bad_signature", "relay.conflict", "relay.too_many_escrows"],
  };
  return [
    operation({
      ...{ ...common, method: "get", path: "/escrow/{id}", summary: "The parties' copies of an escrow's document" },
      description:
        "For the keys that its policy names. Each party puts the others' copies into its own; the relay judges nothing of them.",
      errors: ["relay.unknown_escrow"],
      reply: escrowPapers,
      run: async ({ caller, params }) => await escrows.of(params.id, caller),
    }),
    operation({
      ...{ ...put, method: "put", path: "/escrow/{id}", summary: "Hand in one's own copy of an escrow's document" },
      run: async ({ caller, params, body }) => await escrows.put(params.id, caller, { ...body, disputed: false }),
    }),
    operation({
      ...{
        ...put,
        method: "post",
        path: "/escrow/{id}/dispute",
        summary: "Hand in a copy with a statement of one's own",
      },
      description:
        "The same, refused where the caller's signed statement is missing. The arbiter finds it with the copies.",
      run: async ({ caller, params, body }) => await escrows.put(params.id, caller, { ...body, disputed: true }),
    }),
  ];
}
