// REST: the MQTT broker on the box's own machine, and who may sign in there.

import { z } from "zod";
import type { OwnBrokerConsole } from "../../core/index.ts";
import { ownBrokerPassword, ownBrokerUser, ownBrokerView } from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";

const ERRORS = ["mqtt.own_broker_off", "host.not_appliance", "host.not_allowed", "host.no_program"] as const;
const common = { path: "/mqtt/own-broker", tag: "Telemetry" } as const;
const ofUser = {
  path: "/mqtt/own-broker/users/{user}/password",
  params: z.object({ user: ownBrokerUser }),
  scope: "manage",
  tag: "Telemetry",
  errors: ERRORS,
} as const;

export function ownBrokerOperations(broker: OwnBrokerConsole): readonly Operation[] {
  return [
    operation({
      ...{ ...common, method: "get", scope: "read", reply: ownBrokerView },
      summary: "The broker on this machine, and who has a password for it",
      run: () => broker.view(),
    }),
    operation({
      ...{ ...ofUser, method: "post", reply: ownBrokerPassword, idempotent: false },
      summary: "Make a password for a user of the own broker; it is told this once",
      description: "An earlier password ends. The broker starts anew, which its other clients notice for a moment.",
      run: ({ params }) => broker.makePassword(params.user),
    }),
    operation({
      ...{ ...ofUser, method: "delete", reply: ownBrokerView },
      summary: "Take a user's password of the own broker away",
      run: ({ params }) => broker.removePassword(params.user),
    }),
  ];
}
