// Backups as a part of a running box.

import type { Clock, CryptoSuite, Logger, Random } from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import type { Backups, SettingsConsole, TrustedTime } from "../../core/index.ts";
import type { Identity } from "../../envelope/index.ts";
import type { FileBoxStore } from "../../store/index.ts";
import { backupOperations, type Operation } from "../../web/index.ts";
import type { BoxServices } from "../box-services.ts";
import type { Parts } from "../parts.ts";
import type { Machine } from "../service-deps.ts";
import { clearBackupWork, createBackups } from "./backup-services.ts";
import { FirstRestore } from "./first-restore.ts";

export interface StartBackupsDeps {
  readonly config: BoxConfig;
  readonly dataFolder: string;
  readonly configFile?: string | undefined;
  readonly settings?: SettingsConsole | undefined;
  readonly credentials?: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly machine?: Machine | undefined;
  readonly store: FileBoxStore;
  readonly services: Pick<BoxServices, "events">;
  readonly time: TrustedTime;
  readonly identity: Identity;
}

export interface StartedBackups {
  readonly backups: Backups;
  readonly operations: readonly Operation[];
}

/** Starts the schedule. */
export async function startBackups(deps: StartBackupsDeps, parts: Parts): Promise<StartedBackups> {
  const { settings, services, time, configFile = null, machine = { sys: "/sys", dev: "/dev" } } = deps;
  await clearBackupWork(deps.dataFolder);
  const made = createBackups({
    ...{ ...deps, machine, configFile, credentials: deps.credentials, events: services.events, now: () => time.now() },
    restart: settings === undefined ? null : (by) => settings.restart(by),
  });
  await made.backups.load();
  made.backups.start();
  if (deps.config.host.appliance) {
    const first = new FirstRestore({
      ...deps,
      machine,
      settings: deps.store,
      backups: made.console,
      events: services.events,
    });
    first.start();
    parts.started("first restore", () => first.stop());
  }
  parts.started("backups", () => made.backups.stop());
  return { backups: made.backups, operations: backupOperations(made.console) };
}
