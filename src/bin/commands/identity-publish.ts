// `numberbox identity status|publish|renew|rotate`: the running box's identity on the chain.

import type { Command } from "commander";
import { identityView } from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { boxCommand, publishCommand } from "./listing-publish.ts";
import { type PublishOptions, publicationText, publishThrough } from "./publish-text.ts";

const STATES = {
  absent: "is not on the chain",
  current: "is on the chain with the box's keys",
  rotated: "is on the chain with other keys than the box's",
  foreign: "belongs to somebody else",
  expired: "has expired",
  deleted: "was deleted",
} as const;

const ABOUT = {
  publish: "publish the box's keys under its name",
  renew: "pay the name for another term",
  rotate: "publish the box's new keys; receipts of the old ones stay valid",
} as const;

export function registerIdentityPublish(identity: Command, io: CliIo): void {
  boxCommand(identity, "status", "what the chain says of the box's identity").action(
    async (options: { readonly data?: string; readonly json?: boolean }) => {
      const api = await openBoxApi(io, dataFolder(io, options.data));
      const view = await api.call({ method: "GET", path: "identity", reply: identityView });
      if (options.json === true) return io.out(`${JSON.stringify(view)}\n`);
      io.out(`${view.name} ${STATES[view.state]}`);
      io.out(view.expires_at === null || view.expires_at === 0 ? "\n" : `, until block ${view.expires_at}\n`);
      if (view.fault !== null) io.out(`  ${view.fault.code}: ${view.fault.message}\n`);
      if (view.publication !== null)
        io.out(`  last ${view.publication.operation}: ${publicationText(view.publication)}\n`);
    },
  );
  for (const action of ["publish", "renew", "rotate"] as const) {
    publishCommand(identity, action, ABOUT[action]).action((options: PublishOptions) =>
      publishThrough(io, `identity/${action}`, options),
    );
  }
}
