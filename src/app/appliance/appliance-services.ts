// The machine under a box that looks after it: firewall, claim code, and the few actions that an owner has.

import { hostname, networkInterfaces } from "node:os";
import { type Clock, type Disposer, type Logger, messageOf, type Random } from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import {
  type AlertFeed,
  type DataDisks,
  type EventLog,
  hostConsole,
  type MachinePort,
  type NetworkPort,
  Panel,
  type SettingStore,
  type SlotDriver,
  type SystemActions,
} from "../../core/index.ts";
import { gpioInput, gpioLight, noSystemActions, programRunner, systemActions } from "../../host/index.ts";
import {
  hostOperations,
  networkOperations,
  type Operation,
  ownBrokerOperations,
  type WebOptions,
} from "../../web/index.ts";
import type { Entrance } from "../entrance-services.ts";
import type { LiveConfig } from "../live-config.ts";
import type { VoiceSetup } from "../voice-setup.ts";
import { type Claim, openClaim } from "./claim.ts";
import { isLoopback } from "./loopback.ts";
import { type ApplianceNetwork, noApplianceNetwork, openNetwork } from "./network-services.ts";
import { OwnBroker } from "./own-broker.ts";
import { sshView } from "./ssh-access.ts";
import { followCertificate, tendVoiceServers } from "./voice-servers.ts";

export interface ApplianceDeps {
  readonly config: BoxConfig;
  readonly live: LiveConfig;
  readonly dataFolder: string;
  readonly runtimeFolder?: string | undefined;
  readonly settings: SettingStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What calls need; null on a box without them. */
  readonly voiceSetup: Pick<VoiceSetup, "edge" | "changed"> | null;
  readonly machine: MachinePort;
  readonly disks: DataDisks;
  readonly entrance: Pick<Entrance, "web">;
  readonly events: Pick<EventLog, "record" | "onEvent">;
  /** What the light shows of the slots, and of alerts. */
  readonly fleet: { list(): readonly Pick<SlotDriver, "status">[] };
  readonly alertHub: Pick<AlertFeed, "firing">;
  /** Without it: as the settings say. */
  readonly actions?: SystemActions | undefined;
  /** Without it: NetworkManager. */
  readonly network?: NetworkPort | undefined;
}

export interface Appliance {
  readonly actions: SystemActions;
  readonly operations: readonly Operation[];
  readonly web: Pick<WebOptions, "claimCode" | "onClaimed" | "accessPoint">;
  /** What the first visitor has to type; null where nothing. */
  readonly claimCode: string | null;
  stop(): void;
  /** Once the console is open, and what the services of the machine read is written. */
  start(): void;
}

function machineName(): string {
  const [name = ""] = hostname().toLowerCase().split(".");
  return name === "" ? "numberbox" : name;
}

/** How the console is reached: from the network by name, then by address; or from this machine alone. */
function addressesOf({ web }: BoxConfig): readonly string[] {
  const secure = web.tls.mode !== "off";
  const { host: listened, port } = secure ? web.tls.listen : web.listen;
  const [scheme, usual] = secure ? ["https", 443] : ["http", 80];
  const suffix = port === usual ? "" : `:${port}`;
  if (isLoopback(listened)) return [`${scheme}://${listened.includes(":") ? `[${listened}]` : listened}${suffix}`];
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const own = all.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address);
  return [`${machineName()}.local`, ...own].map((host) => `${scheme}://${host}${suffix}`);
}

/** Null where no pin has a meaning. */
function createPanel(deps: ApplianceDeps, actions: SystemActions, unclaimed: () => boolean): Panel | null {
  const { appliance, light, button, battery } = deps.config.host;
  if (!appliance || (light ?? button ?? battery) === undefined) return null;
  return new Panel({
    ...{ ...deps, actions },
    light: light === undefined ? null : gpioLight(light, deps),
    button: button === undefined ? null : gpioInput(button, deps),
    mains: battery === undefined ? null : { line: gpioInput(battery, deps), delay: battery.power_off_after },
    facts: () => ({
      slots: deps.fleet.list().map((driver) => driver.status()),
      unclaimed: unclaimed(),
      alerts: deps.alertHub.firing().length,
    }),
  });
}

/** Each start of the box gives the flows another token, which their service reads when it starts. */
async function restartFlows(actions: SystemActions, log: Logger): Promise<void> {
  await actions
    .perform("restart_node_red")
    .catch((error) => log.warn("flows_not_restarted", { reason: messageOf(error) }));
}

interface ClaimState {
  readonly claim: Claim;
  readonly claimed: () => boolean;
}

/** Errors: those of the access point's file. */
async function createNetwork(
  deps: ApplianceDeps,
  actions: SystemActions,
  claim: ClaimState,
): Promise<ApplianceNetwork> {
  const { config, live, network: port, runtimeFolder } = deps;
  if (!config.host.appliance) return noApplianceNetwork;
  const network = await openNetwork({
    ...{ ...deps, ...claim, actions, port, runtimeFolder },
    config: () => live.current,
  });
  const paths = ["host.firewall", "host.access_point"] as const;
  live.register({ paths: [...paths], reload: () => void network.refreshFirewall() });
  return network;
}

/** Errors: those of the settings and of writing the claim code. */
export async function openAppliance(deps: ApplianceDeps): Promise<Appliance> {
  const { config, clock, log } = deps;
  const isOurs = config.host.appliance;
  const actions = deps.actions ?? (isOurs ? systemActions(programRunner(clock)) : noSystemActions);
  const claim = await openClaim({
    ...{ ...deps, actions, web: config.web },
    // Root's script is asked on an appliance only.
    runtimeFolder: isOurs ? deps.runtimeFolder : undefined,
    addresses: () => addressesOf(config),
  });
  let waits = claim.code !== null;
  let owned = claim.owned;
  const network = await createNetwork(deps, actions, { claim, claimed: () => owned });
  const host = hostConsole({
    ...deps,
    actions,
    appliance: isOurs,
    name: machineName(),
    addresses: () => addressesOf(config),
    ssh: () => sshView(deps.live.current),
  });
  const broker = new OwnBroker({
    ...{ ...deps, actions },
    certificates: deps.entrance.web.tls?.source ?? null,
    name: machineName(),
  });
  let leave: Disposer = () => {};
  const panel = createPanel(deps, actions, () => waits);
  return {
    actions,
    stop: () => {
      leave();
      network.stop();
      broker.stop();
      panel?.stop();
    },
    operations: [...hostOperations(host), ...networkOperations(network.console), ...ownBrokerOperations(broker)],
    claimCode: claim.code,
    web: {
      ...(claim.code === null ? {} : { claimCode: claim.code }),
      accessPoint: network.address,
      onClaimed: () => {
        waits = false;
        owned = true;
        claim.claimed();
      },
    },
    start: () => {
      if (!isOurs) return void claim.show();
      panel?.start();
      void broker.start();
      void network.refreshFirewall();
      network.start();
      void tendVoiceServers({ ...deps, setup: deps.voiceSetup, actions });
      leave = followCertificate(deps, actions);
      if (config.node_red.enabled && config.node_red.run === "service") void restartFlows(actions, log);
    },
  };
}
