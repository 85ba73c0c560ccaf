// What the console sees of Node-RED, and may do with it.

import type { FlowsView } from "../../protocol/index.ts";

export interface FlowsConsole {
  view(): FlowsView;
  /** `safe`: the editor opens and no flow runs. Errors: `flows.not_ours` where systemd looks after it. */
  restart(options: { readonly safe: boolean }): FlowsView;
}
