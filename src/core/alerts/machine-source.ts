// What alerts see of the machine.

import type { MachineFacts, MachinePort } from "../ports-machine.ts";
import type { AlertDetails, AlertSource, Observation, RuleId } from "./alert-model.ts";

const MIB = 1024 * 1024;

const RULES = [
  "clock_unsynchronised",
  "disk_low",
  "disk_full",
  "memory_low",
  "temperature_high",
  "undervoltage",
] as const satisfies readonly RuleId[];

const percent = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((1000 * part) / whole) / 10;

export function machineObservations(facts: MachineFacts): readonly Observation[] {
  const of = (rule: (typeof RULES)[number], value: Observation["value"], details: AlertDetails = {}): Observation => {
    return { rule, subject: "", value, details };
  };
  const { disk, memory, temperatureC, clockSynchronised, undervoltage } = facts;
  const free = disk === null ? null : Math.floor(disk.freeBytes / MIB);
  return [
    of("clock_unsynchronised", clockSynchronised === null ? null : !clockSynchronised),
    of("disk_low", disk === null ? null : percent(disk.freeBytes, disk.totalBytes), free === null ? {} : { free }),
    of("disk_full", free),
    of("memory_low", memory === null ? null : percent(memory.availableBytes, memory.totalBytes)),
    of("temperature_high", temperatureC === null ? null : Math.round(temperatureC * 10) / 10),
    of("undervoltage", undervoltage),
  ];
}

export function machineSource(machine: MachinePort): AlertSource {
  return { rules: RULES, observe: async () => machineObservations(await machine.facts()) };
}
