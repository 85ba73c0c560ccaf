// What is built around the way of an SMS: each feature starts here, brings its own REST routes, and stops in reverse.

import type { Clock, CryptoSuite, Logger, Random } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import { certificateSource, createOutboxViews, type DoctorConsole, type TrustedTime } from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import { machineFacts, programRunner } from "../host/index.ts";
import type { FileBoxStore } from "../store/index.ts";
import { keptOperations, type Operation, outboxOperations, wizardOperations } from "../web/index.ts";
import { startAlerts } from "./alert-services.ts";
import { type StartBackupsDeps, startBackups } from "./backup/start-backups.ts";
import type { BoxServices } from "./box-services.ts";
import type { ChainLink } from "./chain-services.ts";
import type { Entrance } from "./entrance-services.ts";
import { startKept } from "./kept-services.ts";
import type { Parts } from "./parts.ts";
import type { Machine } from "./service-deps.ts";
import { createWizard } from "./wizard-services.ts";

export interface FeatureDeps extends StartBackupsDeps {
  readonly config: BoxConfig;
  readonly dataFolder: string;
  readonly credentials?: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly machine?: Machine | undefined;
  readonly store: FileBoxStore;
  readonly services: BoxServices;
  readonly time: TrustedTime;
  readonly identity: Identity;
  readonly entrance: Entrance;
  /** Null on a box without an Emercoin node. */
  readonly chain: ChainLink | null;
  /** What it finds belongs into what is sent to whoever helps. */
  readonly doctor: DoctorConsole;
}

/** Facts of the machine as alerts, telemetry and the wizard ask them. */
function machineOf({ machine, dataFolder, clock, log }: FeatureDeps) {
  const { sys = "/sys", proc = "/proc", runtime = "/run" } = machine ?? {};
  return machineFacts({ sys, proc, runtime, dataFolder, clock, log, run: programRunner(clock) });
}

/** The routes of the features, all of them started. */
export async function startFeatures(deps: FeatureDeps, parts: Parts): Promise<readonly Operation[]> {
  const { config, store, services, dataFolder: folder, credentials } = deps;
  const machine = machineOf(deps);
  const wizard = createWizard({
    ...{ ...deps, machine, settings: store },
    keystore: { ...deps, folder, unlock: config.unlock, credentials },
    isInUse: () => services.rentals.all().length > 0 || (services.publishing?.publisher.list().length ?? 0) > 0,
  });
  parts.started("wizard", async () => wizard.stop());
  const { entrance, time } = deps;
  const now = () => time.now();
  const outbox = createOutboxViews({ ...deps, ...services, now });
  const sources = [certificateSource(async () => entrance.certificates(), now)];
  const alerts = await startAlerts({ ...deps, ...services, sources }, parts);
  const kept = startKept({ ...deps, events: services.events, now });
  return [
    ...keptOperations(kept),
    ...wizardOperations(wizard),
    ...(await startBackups(deps, parts)),
    ...alerts.operations,
    ...outboxOperations(outbox),
  ];
}
