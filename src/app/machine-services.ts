// Wires the facts of the machine, which alerts, telemetry and the doctor look at.

import type { Clock, Logger } from "../base/index.ts";
import type { DataDisks, Fan, MachinePort } from "../core/index.ts";
import { dataDisks, machineFacts, programRunner } from "../host/index.ts";
import type { Machine } from "./service-deps.ts";

export interface MachineServicesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly machine?: Machine | undefined;
  /** Null or left out without one. */
  readonly fan?: Pick<Fan, "running"> | null | undefined;
}

export function createMachine({ clock, log, dataFolder, machine, fan }: MachineServicesDeps): MachinePort {
  const { sys = "/sys", proc = "/proc", runtime = "/run" } = machine ?? {};
  const port = machineFacts({ clock, log, dataFolder, sys, proc, runtime, run: programRunner(clock) });
  return { facts: async () => ({ ...(await port.facts()), fanRuns: fan?.running ?? null }) };
}

export function createDataDisks({ dataFolder, machine }: MachineServicesDeps): DataDisks {
  const { sys = "/sys", proc = "/proc", runtime = "/run" } = machine ?? {};
  return dataDisks({ sys, proc, runtime, dataFolder });
}
