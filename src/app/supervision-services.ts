// A role under systemd: what it tells of itself while it starts, runs and stops. Without systemd nothing happens.

import type { Clock, Logger } from "../base/index.ts";
import { Supervisor } from "../core/index.ts";
import { programRunner, serviceManager } from "../host/index.ts";
import type { BoxHandle } from "./box.ts";

export interface SupervisionDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Supervision {
  /** The box that runs from now on; null while there is none. */
  box(handle: BoxHandle | null): void;
  /** For a role without slots and store of that kind. */
  up(): void;
  stop(): Promise<void>;
}

const NOBODY: Supervision = { box: () => {}, up: () => {}, stop: () => Promise.resolve() };

/** To be called first, so that a start that takes its time is given it. */
export function supervise(deps: SupervisionDeps): Supervision {
  const { clock } = deps;
  const manager = serviceManager({ ...deps, run: programRunner(clock) });
  if (manager === null) return NOBODY;
  const supervisor = new Supervisor({ ...deps, manager });
  supervisor.start();
  return {
    box: (handle) => {
      if (handle === null) return void supervisor.attach(null);
      const { store } = handle;
      void supervisor.attach({ now: handle.now, slots: () => handle.slots(), write: () => store.probe() });
    },
    up: () => void supervisor.attach({ now: () => clock.now(), slots: null, write: null }),
    stop: () => supervisor.stop(),
  };
}
