// What the console sees of Node-RED, and may do with it.

import { AppError } from "../../base/index.ts";
import type { FlowsView } from "../../protocol/index.ts";

export interface FlowsConsole {
  view(): FlowsView;
  /** `safe`: the editor opens and no flow runs. Errors: `flows.not_ours` where systemd looks after it. */
  restart(options: { readonly safe: boolean }): FlowsView;
}

/** A box whose owner wants no flows. */
export const noFlows: FlowsConsole = {
  view: () => ({ run: "off", state: "stopped", since: 0, safe: false, failures: 0, editor: "/flows/" }),
  restart: () => {
    throw new AppError("flows.stopped", "Node-RED is not switched on", {
      hint: "Set node_red.enabled in the configuration, then restart the box.",
    });
  },
};
