// The machine as its owner sees it: facts, where its data lies, restart, power off, and back to how it left the factory.

import { AppError } from "../../base/index.ts";
import type { HostActionReply, HostView, StorageView } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { MachinePort } from "../ports-machine.ts";
import type { DataDisks } from "./ports-data-disk.ts";
import type { SystemActions } from "./ports-system.ts";

export interface HostConsole {
  view(): Promise<HostView>;
  /** Errors: `host.not_appliance`, `host.not_allowed`, those of running a program. */
  restart(): Promise<HostActionReply>;
  powerOff(): Promise<HostActionReply>;
  /** Besides those: `host.not_confirmed` where `confirm` is not the machine's name. */
  factoryReset(confirm: string): Promise<HostActionReply>;
  /** Where the data lies, and where else it could. */
  storage(): Promise<StorageView>;
  /**
   * Starts the machine anew, and moves its data to a disk meanwhile. Besides the errors of a restart: `host.not_confirmed`,
   * `host.no_disk` where it is not plugged in (any more), `host.data_stays` where the data is on a disk already or cannot be moved.
   */
  moveData(disk: string, confirm: string): Promise<HostActionReply>;
}

export interface HostConsoleDeps {
  readonly appliance: boolean;
  readonly name: string;
  readonly addresses: () => readonly string[];
  readonly machine: MachinePort;
  readonly disks: DataDisks;
  readonly actions: SystemActions;
  readonly events: Pick<EventLog, "record">;
  /** Who may sign in by SSH; asked for on an appliance only. */
  readonly ssh: () => Promise<NonNullable<HostView["ssh"]>>;
}

const MEGABYTE = 1024 * 1024;
const megabytes = (bytes: number | undefined): number | null =>
  bytes === undefined ? null : Math.floor(bytes / MEGABYTE);

export function hostConsole(deps: HostConsoleDeps): HostConsole {
  const { appliance, name, addresses, machine, actions, events } = deps;
  const ask = async (asked: HostActionReply["asked"]): Promise<HostActionReply> => {
    await actions.perform(asked === "move_data" ? "reboot" : asked);
    events.record({ level: "warn", code: `host.${asked}` });
    return { asked };
  };
  const confirmed = (typed: string, what: string): void => {
    if (typed.trim().toLowerCase() === name) return;
    throw new AppError("host.not_confirmed", "what was typed is not the machine's name", {
      hint: `Type ${name} to ${what}.`,
    });
  };
  return {
    view: async () => {
      const { uptime, temperatureC, fanRuns, memory, disk, clockSynchronised } = await machine.facts();
      return {
        ...{ appliance, name, addresses: [...addresses()] },
        uptime_s: uptime === null ? null : Math.floor(uptime / 1000),
        temperature_c: temperatureC,
        fan: fanRuns,
        memory_free_mb: megabytes(memory?.availableBytes),
        disk_free_mb: megabytes(disk?.freeBytes),
        clock_kept: clockSynchronised,
        ssh: appliance ? await deps.ssh() : null,
      };
    },
    restart: () => ask("reboot"),
    powerOff: () => ask("power_off"),
    factoryReset: async (confirm) => {
      confirmed(confirm, "delete everything on this machine");
      return await ask("factory_reset");
    },
    storage: () => storageOf(deps),
    moveData: async (disk, confirm) => {
      confirmed(confirm, "delete what is on the disk, and move the data there");
      await checkMove(deps, disk);
      await deps.disks.request(disk);
      try {
        return await ask("move_data");
      } catch (error) {
        // Or it would be done at a start that somebody asks for weeks later.
        await deps.disks.request(null);
        throw error;
      }
    },
  };
}

async function storageOf({ appliance, disks }: HostConsoleDeps): Promise<StorageView> {
  const place = appliance ? await disks.place() : null;
  if (place === null) return { data: null, disks: [] };
  const { on, model, last } = place;
  const found = on === "card" ? await disks.disks() : [];
  return {
    data: { on, model, last },
    disks: found.map(({ id, model: name, bus, size, holds }) => ({
      ...{ id, model: name, bus, holds: [...holds] },
      size_mb: Math.floor(size / 1_000_000),
    })),
  };
}

async function checkMove(deps: HostConsoleDeps, disk: string): Promise<void> {
  const { data, disks } = await storageOf(deps);
  if (data?.on !== "card") {
    throw new AppError("host.data_stays", "the data of this machine cannot be moved from where it is", {
      hint: "It moves from the card of an appliance to a USB or NVMe disk, once. To change the disk, restore a backup.",
    });
  }
  if (disks.filter(({ id }) => id === disk).length === 1) return;
  throw new AppError("host.no_disk", "that disk is not plugged in", {
    hint: "Plug it in again, and choose it from the list.",
  });
}
