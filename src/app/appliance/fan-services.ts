// Wires the fan of a box that looks after its machine.

import type { Clock, Logger, Random } from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import { Fan } from "../../core/index.ts";
import { gpioOutput } from "../../host/index.ts";
import { createMachine, type MachineServicesDeps } from "../machine-services.ts";

export interface FanServicesDeps extends MachineServicesDeps {
  readonly config: BoxConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Null where the settings name no fan. */
export function createFan(deps: FanServicesDeps): Fan | null {
  const { appliance, fan } = deps.config.host;
  if (!appliance || fan === undefined) return null;
  const { on_at: onAt, off_at: offAt } = fan;
  return new Fan({
    ...{ clock: deps.clock, log: deps.log, machine: createMachine(deps) },
    ...{ line: gpioOutput(fan, deps), limits: { onAt, offAt } },
  });
}
