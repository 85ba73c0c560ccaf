// REST: API tokens, for those who manage the box.

import { z } from "zod";
import { type Clock, days } from "../../base/index.ts";
import { newTokenReply, newTokenRequest, tokensReply } from "../shared/accounts.ts";
import { scopesOf } from "./access.ts";
import { checkMayGive } from "./accounts/user-rules.ts";
import type { ApiTokens } from "./api-tokens.ts";
import { type Operation, operation } from "./operation.ts";

export interface TokenOperationsDeps {
  readonly tokens: ApiTokens;
  readonly clock: Clock;
}

export function tokenOperations({ tokens, clock }: TokenOperationsDeps): readonly Operation[] {
  const common = { scope: "manage", tag: "API tokens" } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/tokens", reply: tokensReply },
      summary: "The API tokens; none of them can be read back",
      run: async () => ({
        tokens: (await tokens.list()).map((record) => ({
          ...record,
          expired: record.expires_at !== null && record.expires_at <= clock.now(),
        })),
      }),
    }),
    operation({
      ...{ ...common, method: "post", path: "/tokens", body: newTokenRequest, reply: newTokenReply, status: 201 },
      ...{ idempotent: false, errors: ["web.bad_token_name", "web.token_exists", "web.too_many_tokens", "web.scope"] },
      summary: "Make an API token; it is shown once",
      run: async ({ body, principal }) => {
        if (principal !== null) checkMayGive(scopesOf(principal), body.scopes);
        const expiresAt = body.days === null ? null : clock.now() + days(body.days);
        return { token: await tokens.create(body.name, [...new Set(body.scopes)], expiresAt) };
      },
    }),
    operation({
      ...{ ...common, method: "delete", path: "/tokens/{name}", params: z.strictObject({ name: z.string().max(64) }) },
      ...{ errors: ["web.unknown_token", "web.internal_token"] },
      summary: "Revoke an API token",
      run: ({ params }) => tokens.revoke(params.name),
    }),
  ];
}
