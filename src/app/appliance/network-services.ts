// The network of a machine that is the box's own: NetworkManager does it, the firewall follows the access point, and whoever stands at the
// machine is told of it.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Logger, messageOf, type Random } from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import {
  type EventLog,
  forgetSetUp,
  type NetworkConsole,
  NetworkKeeper,
  type NetworkPort,
  noNetwork,
  type SettingStore,
  type SystemActions,
} from "../../core/index.ts";
import { NetworkManager, programRunner } from "../../host/index.ts";
import { readIfThere, replaceFile } from "../data-folder.ts";
import { openAccessPoint } from "./access-point.ts";
import type { Claim } from "./claim.ts";
import { ACCESS_POINT_FILE, FIREWALL_FOLDER, refreshFirewall } from "./firewall.ts";

/** In the data folder, as the unit numberbox-wifi-country reads it. */
const COUNTRY_FILE = "wifi-country";

export interface ApplianceNetworkDeps {
  /** As it is now. */
  readonly config: () => BoxConfig;
  readonly dataFolder: string;
  readonly runtimeFolder: string | undefined;
  readonly settings: SettingStore;
  readonly actions: SystemActions;
  readonly claim: Pick<Claim, "show">;
  readonly claimed: () => boolean;
  readonly events: Pick<EventLog, "record">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Without it: NetworkManager. */
  readonly port?: NetworkPort | undefined;
}

export interface ApplianceNetwork {
  readonly console: NetworkConsole;
  /** The box's address in its access point; null while that is closed. */
  address(): string | null;
  /** Has the firewall loaded anew where settings or access point want other rules. Never rejects. */
  refreshFirewall(): Promise<void>;
  /** Shows the claim code as well, with the own Wi-Fi where there is one. */
  start(): void;
  stop(): void;
}

export const noApplianceNetwork: ApplianceNetwork = {
  console: noNetwork,
  address: () => null,
  refreshFirewall: () => Promise.resolve(),
  start: () => {},
  stop: () => {},
};

/** Put into the data folder by the image's recovery, which has forgotten every Wi-Fi and address. */
const LOST_FILE = "network-lost";

async function forgetLost({ dataFolder, settings }: ApplianceNetworkDeps): Promise<void> {
  const file = join(dataFolder, LOST_FILE);
  if ((await readIfThere(file)) === null) return;
  await forgetSetUp(settings);
  await rm(file);
}

/** Errors: those of the file with the access point's password. */
export async function openNetwork(deps: ApplianceNetworkDeps): Promise<ApplianceNetwork> {
  const { config, dataFolder, runtimeFolder, actions, claim, clock, log } = deps;
  await forgetLost(deps);
  const point = await openAccessPoint(dataFolder, deps.random);
  let servingOn: string | null = null;
  const refresh = (): Promise<void> =>
    refreshFirewall(config(), { actions, log, folder: FIREWALL_FOLDER, servingOn: () => servingOn });
  const keeper = new NetworkKeeper({
    ...deps,
    ...{ point, mode: () => config().host.access_point },
    port: deps.port ?? new NetworkManager({ run: programRunner(clock), log }),
    onServing: async (name) => {
      servingOn = name;
      await leaveWord(runtimeFolder, name).catch((error: unknown) =>
        log.warn("access_point_not_told", { reason: messageOf(error) }),
      );
      await refresh();
    },
    onChange: () => void claim.show(keeper.offered ? point : null),
    setCountry: async (country) => {
      await replaceFile(join(dataFolder, COUNTRY_FILE), `COUNTRY=${country}\n`);
      await actions.perform("set_wifi_country");
    },
  });
  return {
    console: keeper,
    address: () => (servingOn === null ? null : point.address),
    refreshFirewall: refresh,
    start: () => {
      keeper.start().catch((error: unknown) => {
        log.warn("network_not_looked_after", { reason: messageOf(error) });
        void claim.show();
      });
    },
    stop: () => keeper.stop(),
  };
}

/** For the service that makes the firewall's rules. */
async function leaveWord(folder: string | undefined, name: string | null): Promise<void> {
  if (folder === undefined) return;
  const file = join(folder, ACCESS_POINT_FILE);
  if (name === null) return await rm(file, { force: true });
  await mkdir(folder, { recursive: true });
  await replaceFile(file, `${name}\n`);
}
