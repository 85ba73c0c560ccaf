// `/provisioning`: a phone is set up by scanning an address.

import { z } from "zod";
import { provisioningReply, provisioningRequest, provisioningToken } from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";
import type { Provisioning } from "./provisioning.ts";

export interface ProvisioningRouteDeps {
  readonly provisioning: Provisioning;
}

const TYPE = "application/xml";

export function provisioningOperations({ provisioning }: ProvisioningRouteDeps): readonly Operation[] {
  return [
    operation({
      ...({ method: "post", path: "/provisioning", access: "token", counts: "rent", tag: "Calls" } as const),
      summary: "An address that sets up a phone, good once and for ten minutes",
      description:
        "For accounts of this relay's gateway. The relay keeps nothing but that it was used: the account is in the address, sealed to the relay. Whoever loads the address first has the account.",
      errors: ["relay.no_calls"],
      body: provisioningRequest,
      reply: provisioningReply,
      run: ({ body }) => provisioning.issue(body),
    }),
    operation({
      ...({ method: "get", path: "/provisioning/{token}", access: "open", counts: "read", tag: "Calls" } as const),
      ...{ file: TYPE, summary: "The account as Linphone's remote provisioning, once" },
      errors: ["relay.provisioning_over"],
      params: z.strictObject({ token: provisioningToken }),
      run: async ({ params }) => {
        const headers = { "Content-Type": `${TYPE}; charset=utf-8` };
        return { special: { status: 200, body: null, text: await provisioning.redeem(params.token), headers } };
      },
    }),
  ];
}
