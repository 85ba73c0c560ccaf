// The doctor of a box: of one that runs, by what it has open; of one that is stopped, by opening one part after another.

import { type Clock, type CryptoSuite, type Logger, messageOf, type Random, seconds } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import {
  chainCheck,
  createDoctor,
  type DoctorCheck,
  type DoctorConsole,
  good,
  type SettingStore,
} from "../core/index.ts";
import type { DoctorView } from "../protocol/index.ts";
import type { FileBoxStore } from "../store/index.ts";
import { type ChainLink, openChain, rememberFromFile } from "./chain-services.ts";
import { folderCheck, keystoreCheck, stoppedFolderCheck, stoppedStoreCheck, storeCheck } from "./doctor-checks.ts";
import { configuredDoctor, machineDoctor, type RunningBox, type SurroundingsDeps } from "./doctor-services.ts";
import { Parts } from "./parts.ts";
import { openRelayNames } from "./relay-names.ts";
import type { Machine } from "./service-deps.ts";

export interface BoxDoctorDeps extends SurroundingsDeps {
  readonly config: BoxConfig;
  readonly running: RunningBox;
  readonly store: FileBoxStore;
  readonly chain: ChainLink | null;
  /** What the services look at themselves: what stands half done in the chain. */
  readonly checks: readonly DoctorCheck[];
}

/** It runs, so configuration and keys are sound. */
export function boxDoctor(deps: BoxDoctorDeps): DoctorConsole {
  const { clock, config, dataFolder, store, chain, running } = deps;
  const own = [folderCheck(dataFolder), storeCheck(store)];
  const around = [...machineDoctor(deps, running), ...configuredDoctor(deps, config, running)];
  const node = chain === null ? [] : [chainCheck(chain)];
  return createDoctor({ clock, checks: [...own, ...around, ...node, ...deps.checks] });
}

export interface StoppedBoxDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly credentials: string | undefined;
  readonly machine?: Machine | undefined;
  /** Reads the configuration; its errors are findings. Null where none was named. */
  readonly config: (() => Promise<BoxConfig>) | null;
}

const noConfig: DoctorCheck = {
  name: "configuration",
  run: async () => [
    {
      ...{ verdict: "warn", code: "doctor.no_config", message: "keys, ports, relay and services were not looked at" },
      hint: "Name the configuration by --config.",
    },
  ],
};

const sound: DoctorCheck = {
  name: "configuration",
  run: async () => [good("config.sound", "it can be read")],
};

/** What a running box remembers lies in a store that may not be sound. */
const NO_SETTINGS: SettingStore = { getSetting: async () => null, setSetting: async () => {} };

async function configured(deps: StoppedBoxDeps, parts: Parts): Promise<readonly DoctorCheck[]> {
  if (deps.config === null) return [noConfig];
  const { config: read, dataFolder: folder, clock, log } = deps;
  let config: BoxConfig;
  try {
    config = await read();
  } catch (error) {
    return [{ name: "configuration", run: () => Promise.reject(error) }];
  }
  const { emercoin: section, unlock } = config;
  const keys = keystoreCheck({ ...deps, folder, unlock });
  if (section === undefined) return [sound, keys, ...configuredDoctor(deps, config, null)];
  let opening: Promise<ChainLink> | null = null;
  const open = async (): Promise<ChainLink> => {
    const chain = await openChain({ section, dataFolder: folder, clock, log });
    parts.started("chain", () => chain.stop());
    return chain;
  };
  const opened = (): Promise<ChainLink> => {
    opening ??= open();
    return opening;
  };
  const node = {
    name: async (name: string) => (await opened()).node.name(name),
    status: async () => (await opened()).node.status(),
  };
  const names = await openRelayNames({ config, node, store: NO_SETTINGS, clock, log });
  const around = configuredDoctor({ ...deps, names }, config, null);
  const chain: DoctorCheck = {
    name: "Emercoin node",
    area: "chain",
    run: async () => {
      const link = await opened();
      await rememberFromFile({ section, dataFolder: folder }, link.gate);
      return await chainCheck(link).run();
    },
  };
  return [sound, keys, ...around, chain];
}

/** Never rejects. Whatever it opens it closes. */
export async function examineStoppedBox(deps: StoppedBoxDeps): Promise<DoctorView> {
  const { clock, log, dataFolder: folder } = deps;
  const parts = new Parts(clock, log);
  try {
    const rest = await configured(deps, parts);
    const own = [stoppedFolderCheck(folder, parts), stoppedStoreCheck({ folder, clock, log })];
    const checks = [...own, ...machineDoctor(deps, null), ...rest];
    return await createDoctor({ clock, checks }).examine();
  } finally {
    await parts.stop(seconds(3)).catch((error) => log.warn("doctor_stop_failed", { reason: messageOf(error) }));
  }
}
