// The network of a machine that somebody else looks after.

import { AppError } from "../../base/index.ts";
import type { NetworkConsole } from "./ports-network.ts";

const refused = (): Promise<never> =>
  Promise.reject(
    new AppError("host.not_appliance", "this box does not look after the network of its machine", {
      hint: "Set `host.appliance: true` where the machine is the box's own, as the SD-card image does.",
    }),
  );

export const noNetwork: NetworkConsole = {
  view: () =>
    Promise.resolve({
      ...{ available: false, radio: "none", links: [], joining: null, saved: null, problem: null },
      access_point: { state: "closed", ssid: null, address: null },
    }),
  wifi: () => ({ at: null, networks: [] }),
  scan: refused,
  join: refused,
  forget: refused,
  openAccessPoint: refused,
};
