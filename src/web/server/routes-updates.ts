// REST: updates of the whole system.

import type { UpdateConsole } from "../../core/index.ts";
import { updateInstall, updateUploaded, updateView } from "../../protocol/index.ts";
import { nameOf, type Principal } from "./access.ts";
import { pieceOf, pieceQuery } from "./file-pieces.ts";
import { type Operation, operation } from "./operation.ts";

const common = { scope: "manage", tag: "Updates" } as const;
const by = (principal: Principal | null): string => (principal === null ? "" : nameOf(principal));

export function updateOperations(updates: UpdateConsole): readonly Operation[] {
  return [
    operation({
      ...{ ...common, method: "get", path: "/update", scope: "operate", reply: updateView },
      summary: "The system that runs, what is offered, and how an update goes",
      run: () => updates.view(),
    }),
    operation({
      ...{ ...common, method: "post", path: "/update/check", scope: "operate", reply: updateView },
      summary: "Ask the channel of releases now",
      errors: [
        ...["update.no_channel", "update.unreachable", "update.bad_redirect", "update.bad_channel"],
        ...["update.channel_unsigned", "update.channel_old", "update.channel_expired"],
      ],
      run: async () => {
        await updates.check();
        return await updates.view();
      },
    }),
    operation({
      ...{ ...common, method: "post", path: "/update/upload", query: pieceQuery, reply: updateUploaded },
      summary: "Hand in a bundle, piece by piece; offset 0 begins anew",
      upload: "application/octet-stream",
      idempotent: false,
      errors: [
        ...["update.unsupported", "update.busy", "update.piece_too_large", "update.wrong_offset", "update.too_large"],
        "update.not_taken",
        "update.no_space",
      ],
      run: async ({ request, query }) => await updates.accept(query.offset, pieceOf(request, "update")),
    }),
    operation({
      ...{ ...common, method: "post", path: "/update/install", body: updateInstall, reply: updateView, status: 202 },
      summary: "Write a bundle into the half of the card that does not run",
      description: "The box serves its renters meanwhile. What came of it stands in `phase`, `problem` and `history`.",
      example: { source: "upload" },
      errors: ["update.unsupported", "update.busy", "update.not_offered", "update.none_handed_in"],
      run: async ({ body, principal }) => {
        await updates.install(body, by(principal));
        return await updates.view();
      },
    }),
    operation({
      ...{ ...common, method: "post", path: "/update/restart", reply: updateView, status: 202 },
      summary: "Start the new system on trial",
      description:
        "It is kept when the store, the relay and each modem that answered before answer again within ten minutes. A SIM without its network " +
        "undoes nothing, unless all had one before and none has again. Otherwise the box goes back by itself.",
      idempotent: false,
      errors: ["update.unsupported", "update.none_installed"],
      run: async ({ principal }) => {
        await updates.restart(by(principal));
        return await updates.view();
      },
    }),
  ];
}
