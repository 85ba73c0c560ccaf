// REST: the Emercoin node and its wallet's lock. The balance is for readers; the passphrase goes one way only.

import { minutes as minutesOf, Secret } from "../../base/index.ts";
import type { ChainConsole } from "../../core/index.ts";
import { chainView, unlockRequest } from "../../protocol/index.ts";
import { NODE_ERRORS } from "./error-groups.ts";
import { type Operation, operation } from "./operation.ts";

export function chainOperations(chain: ChainConsole): readonly Operation[] {
  const common = { tag: "Chain", reply: chainView } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/chain", scope: "read" },
      summary: "The Emercoin node, its wallet's balance and lock",
      run: () => chain.view(),
    }),
    operation({
      ...{ ...common, method: "post", path: "/chain/unlock", scope: "manage", body: unlockRequest, idempotent: false },
      summary: "Keep the wallet's passphrase in memory for some time",
      errors: ["emercoin.bad_passphrase", "emercoin.not_encrypted", ...NODE_ERRORS],
      run: async ({ body: { passphrase, minutes } }) => {
        await chain.unlock(new Secret(passphrase), minutes === null ? null : minutesOf(minutes));
        return chain.view();
      },
    }),
    operation({
      ...{ ...common, method: "post", path: "/chain/lock", scope: "manage" },
      summary: "Forget the wallet's passphrase",
      run: async () => {
        await chain.lock();
        return chain.view();
      },
    }),
  ];
}
