// REST of the machine.

import { type HostActionReply, hostActionReply } from "../../protocol/index.ts";
import { call } from "./call.ts";

const ask = (path: string, body: object = {}): Promise<HostActionReply> =>
  call(hostActionReply, "POST", `/api/v1/host/${path}`, { body });

export const hostApi = {
  reboot: () => ask("reboot"),
  power_off: () => ask("power-off"),
  factory_reset: (confirm: string) => ask("factory-reset", { confirm }),
  move_data: (disk: string, confirm: string) => ask("move-data", { disk, confirm }),
};
