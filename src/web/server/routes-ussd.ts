// REST: USSD of a slot. What the network says may be private and a code may cost money, so all of it is for operators.

import { z } from "zod";
import { slotId } from "../../base/index.ts";
import type { UssdConsole } from "../../core/index.ts";
import { ussdAnswer, ussdNotice, ussdReplyRequest, ussdRequest } from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";

const NO_SLOT = ["slot.unknown", "ussd.not_supported"] as const;
const SESSION = [
  "ussd.busy",
  "ussd.cancelled",
  "ussd.ended",
  "ussd.failed",
  "ussd.no_answer",
  "ussd.network_timeout",
  "ussd.unknown_code",
] as const;

export function ussdOperations(ussd: UssdConsole): readonly Operation[] {
  const common = { tag: "USSD", scope: "operate", params: z.strictObject({ id: z.string() }) } as const;
  // What the network answers may be private: it is not kept for a repetition.
  const talk = { ...common, method: "post", reply: ussdAnswer, idempotent: false } as const;
  return [
    operation({
      ...{ ...talk, path: "/slots/{id}/ussd", body: ussdRequest, summary: "Send a USSD code" },
      errors: [...NO_SLOT, ...SESSION, "ussd.bad_code", "ussd.refused", "ussd.quota", "ussd.taken"],
      example: { code: "*100#" },
      run: ({ params, body }) => ussd.ask(slotId(params.id), body.code),
    }),
    operation({
      ...{ ...talk, path: "/slots/{id}/ussd/reply", body: ussdReplyRequest },
      ...{
        summary: "Answer the menu that is open",
        errors: [...NO_SLOT, ...SESSION, "ussd.no_session", "ussd.bad_code"],
      },
      example: { text: "1" },
      run: ({ params, body }) => ussd.reply(slotId(params.id), body.text),
    }),
    operation({
      ...{ ...common, method: "delete", path: "/slots/{id}/ussd", summary: "End the USSD session", errors: NO_SLOT },
      run: ({ params }) => ussd.cancel(slotId(params.id)),
    }),
    operation({
      ...{ ...common, method: "get", path: "/slots/{id}/ussd", reply: ussdNotice, errors: NO_SLOT },
      summary: "What the network said last without being asked",
      run: ({ params }) => ({ notice: ussd.notice(slotId(params.id)) }),
    }),
  ];
}
