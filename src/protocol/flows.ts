// Node-RED beside the box over REST: `/api/v1/flows`.

import { z } from "zod";

/** `GET …/flows`. */
export const flowsView = z.object({
  /** `child`: the box starts it and looks after it; `service`: systemd does; `off`: the owner has not switched it on. */
  run: z.enum(["off", "child", "service"]),
  /** `waiting`: it ended by itself and is started again after a pause; `silent`: it does not answer. */
  state: z.enum(["stopped", "starting", "running", "ending", "waiting", "silent"]),
  since: z.int().min(0),
  /** No flow runs, so that one that broke Node-RED can be mended. */
  safe: z.boolean(),
  /** How often it failed in a row. */
  failures: z.int().min(0),
  /** Path of the editor at the console's own address. */
  editor: z.string(),
});
export type FlowsView = z.infer<typeof flowsView>;

/** `POST …/flows/restart`. */
export const flowsRestartRequest = z.strictObject({ safe: z.boolean().default(false) });
