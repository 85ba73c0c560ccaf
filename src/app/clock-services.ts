// Wires the setting of the machine's clock: the box writes down what time it is, and asks for the unit that sets it (systemd/libexec/set-clock).

import { mkdir } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import type { UnixMs } from "../base/index.ts";
import { type ClockSetter, ClockSetting, type EventLog, type SystemActions } from "../core/index.ts";
import { programRunner, systemActions } from "../host/index.ts";
import { replaceFile } from "./data-folder.ts";
import { createMachine } from "./machine-services.ts";
import type { ServiceDeps } from "./service-deps.ts";

const REQUEST = "clock-request";

export interface ClockSetterDeps {
  /** systemd's folder for what lasts as long as the service runs. */
  readonly runtimeFolder: string;
  readonly actions: SystemActions;
  /** Seconds since the machine was started. */
  readonly uptime: () => number;
}

/** The request says when it was made, by a clock that nobody sets: what the machine takes to read it is no error of the time. */
export function clockSetter({ runtimeFolder, actions, uptime: up }: ClockSetterDeps): ClockSetter {
  return {
    set: async (time: UnixMs) => {
      await mkdir(runtimeFolder, { recursive: true });
      await replaceFile(join(runtimeFolder, REQUEST), `${Math.floor(time / 1000)} ${Math.floor(up())}\n`);
      await actions.perform("set_clock");
    },
  };
}

type SettingDeps = Pick<
  ServiceDeps,
  "config" | "runtimeFolder" | "clock" | "log" | "dataFolder" | "machine" | "time" | "timeAnchor"
> & { readonly events: EventLog };

/** Null on a machine that somebody else looks after. */
export function createClockSetting(deps: SettingDeps): ClockSetting | null {
  const { config, runtimeFolder, clock, timeAnchor: anchor } = deps;
  if (!config.host.appliance || runtimeFolder === undefined) return null;
  const actions = systemActions(programRunner(clock));
  const setter = clockSetter({ runtimeFolder, actions, uptime });
  return new ClockSetting({ ...deps, anchor, machine: createMachine(deps), setter });
}
