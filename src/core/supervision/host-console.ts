// The machine as its owner sees it: facts, restart, power off, and back to how it left the factory.

import { AppError } from "../../base/index.ts";
import type { HostActionReply, HostView } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { MachinePort } from "../ports-machine.ts";
import type { SystemActions } from "./ports-system.ts";

export interface HostConsole {
  view(): Promise<HostView>;
  /** Errors: `host.not_appliance`, `host.not_allowed`, those of running a program. */
  restart(): Promise<HostActionReply>;
  powerOff(): Promise<HostActionReply>;
  /** Besides those: `host.not_confirmed` where `confirm` is not the machine's name. */
  factoryReset(confirm: string): Promise<HostActionReply>;
}

export interface HostConsoleDeps {
  readonly appliance: boolean;
  readonly name: string;
  readonly addresses: () => readonly string[];
  readonly machine: MachinePort;
  readonly actions: SystemActions;
  readonly events: Pick<EventLog, "record">;
}

const MEGABYTE = 1024 * 1024;
const megabytes = (bytes: number | undefined): number | null =>
  bytes === undefined ? null : Math.floor(bytes / MEGABYTE);

export function hostConsole({ appliance, name, addresses, machine, actions, events }: HostConsoleDeps): HostConsole {
  const ask = async (asked: HostActionReply["asked"]): Promise<HostActionReply> => {
    await actions.perform(asked);
    events.record({ level: "warn", code: `host.${asked}` });
    return { asked };
  };
  return {
    view: async () => {
      const { uptime, temperatureC, memory, disk, clockSynchronised } = await machine.facts();
      return {
        ...{ appliance, name, addresses: [...addresses()] },
        uptime_s: uptime === null ? null : Math.floor(uptime / 1000),
        temperature_c: temperatureC,
        memory_free_mb: megabytes(memory?.availableBytes),
        disk_free_mb: megabytes(disk?.freeBytes),
        clock_kept: clockSynchronised,
      };
    },
    restart: () => ask("reboot"),
    powerOff: () => ask("power_off"),
    factoryReset: async (confirm) => {
      if (confirm.trim().toLowerCase() === name) return await ask("factory_reset");
      throw new AppError("host.not_confirmed", "what was typed is not the machine's name", {
        hint: `Type ${name} to delete everything on this machine.`,
      });
    },
  };
}
