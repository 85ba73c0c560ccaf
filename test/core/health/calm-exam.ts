// A machine that has nothing to tell, as the doctor examines it; tests change what they look at.

import type { MachineExam, PortFacts } from "../../../src/core/index.ts";

export const goodPort: PortFacts = { exists: true, permitted: true, group: "dialout", heldBy: null };

export function calmExam(changes: Partial<MachineExam> = {}): MachineExam {
  return {
    port: async () => goodPort,
    programs: async () => null,
    hasModemRules: async () => false,
    hubPorts: async () => [],
    power: async () => null,
    wear: async () => ({ faults: null, usedPercent: null, spare: null }),
    commitTimes: async () => [],
    units: async () => [],
    ...changes,
  };
}
