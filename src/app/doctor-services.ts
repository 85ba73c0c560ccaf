// Wires what the doctor looks at around the box: machine, ports, other programs, relay and services.

import { type Clock, type Logger, slotId } from "../base/index.ts";
import type { BoxConfig, BoxRelaySection } from "../config/index.ts";
import {
  type ClockReading,
  type ClockSetting,
  type ClockStanding,
  type DoctorCheck,
  type Forwarder,
  type LinkState,
  machineChecks,
  type NamedService,
  portChecks,
  type ServiceProbe,
  type SlotPort,
  type SlotStatus,
  serviceChecks,
  slotsCheck,
  type TrustedTime,
} from "../core/index.ts";
import { machineExam, programRunner, serviceProbe, UsbTtys } from "../host/index.ts";
import { askRelay } from "../relay/index.ts";
import { Boards, type PlacedSlot } from "./boards.ts";
import { createMachine } from "./machine-services.ts";
import type { RelayNames } from "./relay-names.ts";
import { relayWay } from "./relay-services.ts";
import type { Machine } from "./service-deps.ts";
import type { SlotFleet } from "./slot-fleet.ts";

export interface SurroundingsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly machine?: Machine | undefined;
  readonly names?: RelayNames | undefined;
}

/** What only a box that runs can tell. */
export interface RunningBox {
  readonly confidence: () => ClockReading["confidence"];
  /** Null where others set the clock. */
  readonly clockStanding: () => ClockStanding | null;
  /** Whether it looks after its machine. */
  readonly appliance: boolean;
  readonly link: () => LinkState;
  readonly slots: () => readonly SlotStatus[];
}

interface RunningServices {
  readonly fleet: SlotFleet;
  readonly forwarder: Pick<Forwarder, "link">;
  readonly clockSetting: Pick<ClockSetting, "standing"> | null;
}

export function runningBox(
  { fleet, forwarder, clockSetting }: RunningServices,
  time: Pick<TrustedTime, "confidence">,
  { host }: Pick<BoxConfig, "host">,
): RunningBox {
  return {
    confidence: () => time.confidence,
    clockStanding: () => clockSetting?.standing ?? null,
    appliance: host.appliance,
    link: () => forwarder.link,
    slots: () => fleet.list().map((driver) => driver.status()),
  };
}

function openExam({ clock, log, dataFolder, machine }: SurroundingsDeps) {
  const { sys = "/sys", proc = "/proc", etc = "/etc", lib = "/usr/lib" } = machine ?? {};
  return machineExam({ clock, log, dataFolder, sys, proc, etc, lib, run: programRunner(clock) });
}

/** Of the machine alone: needs no configuration. */
export function machineDoctor(deps: SurroundingsDeps, running: RunningBox | null): readonly DoctorCheck[] {
  const reading = (): ClockReading => ({
    now: deps.clock.now(),
    confidence: running?.confidence() ?? null,
    appliance: running?.appliance ?? false,
    standing: running?.clockStanding() ?? null,
  });
  return machineChecks({ machine: createMachine(deps), exam: openExam(deps), reading });
}

const isLocal = (port: string): boolean => port.startsWith("/") || port.startsWith("usb:");

type PlacedSlots = readonly { readonly id: string; readonly place: PlacedSlot }[];

async function placedSlots(config: BoxConfig, folder: string): Promise<PlacedSlots> {
  const boards = await Boards.load(config, folder);
  return config.slots.flatMap((slot) => {
    const place = boards.place(slot);
    return place === null ? [] : [{ id: slot.id, place }];
  });
}

/** Gateways and serial servers of slots. A running box is connected to them itself, and many take but one connection. */
function remoteSlots(config: BoxConfig): readonly NamedService[] {
  const remedy = "Check its address in `slots`, the network, and whether it runs.";
  return config.slots.flatMap(({ id, port, smpp }): NamedService[] => {
    const url = port?.startsWith("tcp://") ? port : smpp?.url.replace(/^smpps?:/, "tcp:");
    return url === undefined ? [] : [{ name: `slot ${id}`, url, remedy }];
  });
}

const BROKER_PORTS: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 };

/** Of a box that does not run; one that runs has its own link to each. */
function brokerServices(config: BoxConfig): readonly NamedService[] {
  const remedy = "Check the broker, the network and the section `mqtt` of the configuration.";
  return config.mqtt.brokers.map(({ id, url }) => {
    const { protocol, hostname, port } = new URL(url);
    return { name: `MQTT broker ${id}`, url: `tcp://${hostname}:${port || BROKER_PORTS[protocol]}`, remedy };
  });
}

/** The relay's addresses, asked by the way that the box itself goes: beside a proxy nobody must see that it asks. */
function relayExam(
  section: BoxRelaySection,
  probe: Pick<ServiceProbe, "http">,
  { clock, names }: Pick<SurroundingsDeps, "clock" | "names">,
) {
  const way = relayWay(section, names);
  const doors = [section, ...section.mirrors];
  const isPlain =
    way.proxy === undefined &&
    doors.every((door) => door.pin === undefined && way.names?.owns(new URL(door.url).hostname) !== true);
  // Where nothing is special, the machine's own probe tells names and certificates apart.
  const http = isPlain ? probe.http : (url: string) => askRelay({ way, url, clock });
  return { urls: doors.map(({ url }) => url), http };
}

/** Of what the configuration names. */
export function configuredDoctor(
  deps: SurroundingsDeps,
  config: BoxConfig,
  running: RunningBox | null,
): readonly DoctorCheck[] {
  const { clock, log, dataFolder, machine } = deps;
  const exam = openExam(deps);
  const { sys = "/sys", dev = "/dev" } = machine ?? {};
  const ports = async (): Promise<readonly SlotPort[]> =>
    (await placedSlots(config, dataFolder))
      .filter(({ place }) => isLocal(place.port))
      .map(({ id, place }) => ({ slot: slotId(id), port: place.port, usbPath: place.usbPath }));
  const own = running === null ? [...remoteSlots(config), ...brokerServices(config)] : [];
  const services = [...own, ...config.doctor.services];
  const probe = serviceProbe(clock);
  const relay = config.relay === undefined ? null : relayExam(config.relay, probe, deps);
  return [
    ...portChecks({ exam, ttys: new UsbTtys({ sys, dev, log }), ports }),
    ...(running === null ? [] : [slotsCheck(running.slots)]),
    ...serviceChecks({
      ...{ clock, exam, services, appliance: config.host.appliance, units: config.doctor.units, probe },
      relay: relay === null ? null : { ...relay, link: running?.link ?? null },
    }),
  ];
}
