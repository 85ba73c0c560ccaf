// REST: calls that are on and that were, and the SIP accounts of renters.

import { z } from "zod";
import { rentalId } from "../../base/index.ts";
import type { CallsConsole } from "../../core/index.ts";
import {
  callHistoryReply,
  callsReply,
  sipAccountsReply,
  sipAccountView,
  soundCheckRequest,
  soundCheckView,
} from "../../protocol/index.ts";
import { pageQuery } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

export function callOperations(calls: CallsConsole): readonly Operation[] {
  const common = { tag: "Calls" } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/calls", scope: "read", reply: callsReply },
      summary: "Calls that are on, and whether calls can be taken",
      run: () => calls.calls(),
    }),
    operation({
      ...{ ...common, method: "get", path: "/calls/history", scope: "read", reply: callHistoryReply },
      summary: "Calls that are over, newest first",
      description: "Whom a renter called, and who called, is sealed to the renter: the box does not tell it.",
      query: pageQuery,
      run: ({ query }) => calls.history(query),
    }),
    operation({
      ...{ ...common, method: "post", path: "/calls/{id}/hangup", scope: "operate" },
      summary: "End a call now",
      ...{ params: z.strictObject({ id: z.string().max(64) }), errors: ["call.unknown"] },
      run: ({ params }) => calls.hangUp(params.id),
    }),
    operation({
      ...{ ...common, method: "get", path: "/calls/check", scope: "read", reply: soundCheckView },
      summary: "How the last look at the sound of calls went",
      run: async () => calls.check(),
    }),
    operation({
      ...{ ...common, method: "post", path: "/calls/check", scope: "operate", body: soundCheckRequest },
      ...{
        reply: soundCheckView,
        errors: ["call.check_runs", "call.check_number", "call.not_configured", "slot.unknown"],
      },
      summary: "Look at the sound of calls",
      description:
        "`loop`: tones go through Asterisk and back. `call`: the slot dials another number of this box, which echoes; the SIM's operator may charge for it. `GET` tells how it went.",
      run: async ({ body }) => calls.beginCheck(body),
    }),
    operation({
      ...{ ...common, method: "get", path: "/sip/accounts", scope: "read", reply: sipAccountsReply },
      summary: "SIP accounts of rentals, and the phones that are registered",
      run: async () => ({ accounts: [...(await calls.accounts())] }),
    }),
    operation({
      ...{ ...common, method: "post", path: "/sip/accounts/{rental}/rotate", scope: "operate", reply: sipAccountView },
      summary: "Replace the credential of a rental's SIP account",
      description: "The renter finds the new one in the rental's grant. Phones that know the old one are signed out.",
      params: z.strictObject({ rental: z.string() }),
      errors: ["rental.unknown", "rental.not_active", "call.no_account"],
      run: ({ params }) => calls.rotate(rentalId(params.rental)),
    }),
  ];
}
