// Wires the facts of the machine, which alerts, telemetry and the doctor look at.

import type { Clock, Logger } from "../base/index.ts";
import type { DataDisks, MachinePort } from "../core/index.ts";
import { dataDisks, machineFacts, programRunner } from "../host/index.ts";
import type { Machine } from "./service-deps.ts";

export interface MachineServicesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly machine?: Machine | undefined;
}

export function createMachine({ clock, log, dataFolder, machine }: MachineServicesDeps): MachinePort {
  const { sys = "/sys", proc = "/proc", runtime = "/run" } = machine ?? {};
  return machineFacts({ clock, log, dataFolder, sys, proc, runtime, run: programRunner(clock) });
}

export function createDataDisks({ dataFolder, machine }: MachineServicesDeps): DataDisks {
  const { sys = "/sys", proc = "/proc", runtime = "/run" } = machine ?? {};
  return dataDisks({ sys, proc, runtime, dataFolder });
}
