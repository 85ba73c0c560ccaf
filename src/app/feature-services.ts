// What is built around the way of an SMS: each feature starts here, brings its own REST routes, and stops in reverse.

import type { BoxConfig } from "../config/index.ts";
import {
  backupSource,
  callsSource,
  certificateSource,
  createOutboxViews,
  type DoctorConsole,
  noCallsConsole,
} from "../core/index.ts";
import { callOperations, keptOperations, type Operation, outboxOperations, wizardOperations } from "../web/index.ts";
import { startAlerts } from "./alert-services.ts";
import { type StartBackupsDeps, startBackups } from "./backup/start-backups.ts";
import type { BoxServices } from "./box-services.ts";
import type { ChainLink } from "./chain-services.ts";
import type { Entrance } from "./entrance-services.ts";
import { startKept } from "./kept-services.ts";
import type { LiveConfig } from "./live-config.ts";
import { createMachine } from "./machine-services.ts";
import type { Parts } from "./parts.ts";
import type { RelayNames } from "./relay-names.ts";
import { startSignal } from "./signal-services.ts";
import { startUpdates } from "./update-services.ts";
import type { VoiceServices } from "./voice-services.ts";
import { createWizard } from "./wizard-services.ts";

export interface FeatureDeps extends StartBackupsDeps {
  readonly services: BoxServices;
  readonly entrance: Entrance;
  /** The configuration as it may change while the box runs. */
  readonly live?: LiveConfig | undefined;
  /** As the settings file has it now; null where it does not hold one. */
  readonly storedConfig?: (() => Promise<BoxConfig | null>) | undefined;
  /** Null on a box without an Emercoin node. */
  readonly chain: ChainLink | null;
  readonly names: RelayNames | undefined;
  /** What it finds belongs into what is sent to whoever helps. */
  readonly doctor: DoctorConsole;
  /** Null on a box without calls. */
  readonly voice: Pick<VoiceServices, "console"> | null;
}

/** The routes of the features, all of them started. */
export async function startFeatures(deps: FeatureDeps, parts: Parts): Promise<readonly Operation[]> {
  const { config, store, services, dataFolder: folder, credentials } = deps;
  const machine = createMachine(deps);
  const wizard = createWizard({
    ...{ ...deps, machine, settings: store },
    stored: async () => (await deps.storedConfig?.()) ?? config,
    keystore: { ...deps, folder, unlock: config.unlock, credentials },
    isInUse: () => services.rentals.all().length > 0 || (services.publishing?.publisher.list().length ?? 0) > 0,
  });
  parts.started("wizard", async () => wizard.stop());
  const { entrance, time } = deps;
  const now = () => time.now();
  const outbox = createOutboxViews({ ...deps, ...services, now });
  const { backups, operations: backupRoutes } = await startBackups(deps, parts);
  const sources = [
    certificateSource(async () => entrance.certificates(), now),
    ...(config.voice === undefined ? [] : [callsSource(services.callHub)]),
    ...(config.backup.destinations.length === 0 ? [] : [backupSource(async () => backups.facts(), now)]),
  ];
  const alerts = await startAlerts({ ...deps, ...services, sources }, parts);
  const kept = startKept({ ...deps, events: services.events, now });
  return [
    ...keptOperations(kept),
    ...callOperations(deps.voice?.console ?? noCallsConsole(store.calls)),
    ...wizardOperations(wizard),
    ...backupRoutes,
    ...alerts.operations,
    ...outboxOperations(outbox),
    ...(await startUpdates(deps, parts)),
    ...startSignal({ ...deps, ...services, now }, parts),
  ];
}
