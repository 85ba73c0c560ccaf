// REST: the machine under the box.

import type { HostConsole } from "../../core/index.ts";
import { factoryResetRequest, hostActionReply, hostView, moveDataRequest, storageView } from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";

const ERRORS = ["host.not_appliance", "host.not_allowed", "host.no_program", "host.program_failed"] as const;
const action = { method: "post", scope: "manage", tag: "Machine", reply: hostActionReply, idempotent: false } as const;

export function hostOperations(host: HostConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/host", scope: "read", tag: "Machine", reply: hostView },
      summary: "The machine that the box runs on",
      run: () => host.view(),
    }),
    operation({
      ...{ ...action, path: "/host/reboot", errors: ERRORS },
      summary: "Start the machine anew",
      run: () => host.restart(),
    }),
    operation({
      ...{ ...action, path: "/host/power-off", errors: ERRORS },
      summary: "Turn the machine off; only somebody beside it can turn it on again",
      run: () => host.powerOff(),
    }),
    operation({
      ...{
        ...action,
        path: "/host/factory-reset",
        body: factoryResetRequest,
        errors: [...ERRORS, "host.not_confirmed"],
      },
      summary: "Delete everything that the box has learnt, keys and messages too, and start as it left the factory",
      description: "`confirm` is the machine's name, as `GET /host` tells it.",
      run: ({ body }) => host.factoryReset(body.confirm),
    }),
    operation({
      ...{ method: "get", path: "/host/storage", scope: "read", tag: "Machine", reply: storageView },
      summary: "Where the data of the box lies, and disks that it can be moved to",
      run: () => host.storage(),
    }),
    operation({
      ...{
        ...action,
        path: "/host/move-data",
        body: moveDataRequest,
        errors: [...ERRORS, "host.not_confirmed", "host.no_disk", "host.data_stays"],
      },
      summary: "Delete what is on a disk, move the data of the box there, and start it anew",
      description:
        "`confirm` is the machine's name. The box is away until everything is copied and was read again; if that fails, it goes on from its card.",
      run: ({ body }) => host.moveData(body.disk, body.confirm),
    }),
  ];
}
