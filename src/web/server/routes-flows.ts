// REST: how Node-RED is, and its restart. The editor itself is behind the proxy.

import type { FlowsConsole } from "../../core/index.ts";
import { flowsRestartRequest, flowsView } from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";

export function flowOperations(flows: FlowsConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/flows", scope: "read", tag: "Flows", reply: flowsView },
      summary: "How Node-RED beside the box is",
      run: () => flows.view(),
    }),
    operation({
      ...{ method: "post", path: "/flows/restart", scope: "manage", tag: "Flows", reply: flowsView },
      summary: "End Node-RED and start it again, in safe mode without its flows if asked",
      body: flowsRestartRequest,
      errors: ["flows.not_ours", "flows.stopped"],
      run: ({ body }) => flows.restart(body),
    }),
  ];
}
