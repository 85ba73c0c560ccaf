// The slots of the box and what belongs to them: their lines, their phones, the hardware they are on, and what an owner does with them.

import { type Disposer, type SlotId, slotId, type UnixMs } from "../base/index.ts";
import {
  type ClockSetting,
  type EventLog,
  hasLeft,
  type Intake,
  type Line,
  LineBinder,
  NetworkTime,
  type NetworkTimeSink,
  type Rentals,
  type SlotDriver,
} from "../core/index.ts";
import { programRunner, type SlotPlace, slotHardware, UsbTtys } from "../host/index.ts";
import { createOpenLink, type SlotOptions, SlotRunner } from "../modem/index.ts";
import type { Phones } from "../phone/index.ts";
import { HardwareScout } from "./hardware-scout.ts";
import { createPhones } from "./phone-services.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { createConfiguredSlot, type MakeModem } from "./slot-drivers.ts";
import { SlotFleet } from "./slot-fleet.ts";

export interface FleetDeps extends ServiceDeps {
  readonly slotChanged: (id: SlotId) => void;
  readonly onSlot: (listener: (id: SlotId) => void) => Disposer;
  readonly events: EventLog;
  readonly clockSetting: ClockSetting | null;
  readonly now: () => UnixMs;
}

export interface FleetServices {
  readonly fleet: SlotFleet;
  readonly phones: Phones;
  readonly binder: LineBinder;
  readonly scout: HardwareScout;
}

/** Makes all slots of the configuration; none is started. */
export function createFleet(shared: FleetDeps, rentals: Rentals, intake: Intake): FleetServices {
  const { config, clock, log, boards, machine } = shared;
  const binder = new LineBinder({ ...shared, rentals, monotonic: () => clock.monotonic() });
  const onChange = shared.slotChanged;
  const ttys = new UsbTtys({ ...machine, log });
  const modems = (): number => fleet.list().filter((driver) => driver.status().kind === "modem").length;
  const networkTime = new NetworkTime({
    ...{ time: shared.time, anchor: shared.timeAnchor, clock, slots: modems },
    setting: shared.clockSetting,
  });
  const makeModem = modemMaker({ ...shared, intake, binder, ttys, networkTime, onChange });
  const phones = createPhones({ ...shared, intake, lines: () => rentals.lines(), onChange });
  const linesOf = (slot: SlotId): readonly Line[] => rentals.lines().filter((line) => line.slot === slot);
  const making = { ...shared, intake, linesOf, onChange, phones, boards, makeModem };
  const fleet = new SlotFleet();
  for (const slot of config.slots) fleet.add(slotId(slot.id), createConfiguredSlot(slot, making));
  const scout = new HardwareScout({
    ...shared,
    fleet,
    ttys,
    clock,
    dev: machine.dev,
    rules: config.join.rules,
    configured: config.slots.flatMap((slot) => boards.place(slot) ?? []),
    make: (id, usbPath) => makeModem(id, `usb:${usbPath}`, { usbPath, power: null }),
  });
  followSims(shared, binder, fleet);
  return { fleet, phones, binder, scout };
}

interface ModemDeps extends FleetDeps {
  readonly intake: Intake;
  readonly binder: LineBinder;
  readonly ttys: UsbTtys;
  readonly networkTime: NetworkTimeSink;
  readonly onChange: (id: SlotId) => void;
}

function modemMaker(deps: ModemDeps): MakeModem {
  const { config, clock, openSimLink, ttys, binder, machine } = deps;
  const openLink = createOpenLink({ usb: { ttys, clock }, ...(openSimLink === undefined ? {} : { sim: openSimLink }) });
  const host = { sys: machine.sys, clock, run: programRunner(clock), ttys };
  return (id: SlotId, port: string, place: SlotPlace): SlotDriver =>
    new SlotRunner(
      { id, port, sweepEvery: config.intake.sweep_every, ...voiceOf(deps, id) },
      {
        ...deps,
        openLink,
        lineFor: binder.lineFor,
        hardware: slotHardware(place, host),
        roaming: config.modem.roaming,
        networkTime: deps.networkTime,
      },
    );
}

/** Calls of a slot: those of the box, with the sound where the slot's own setting says. */
function voiceOf({ config, sound }: ModemDeps, id: SlotId): { readonly voice?: NonNullable<SlotOptions["voice"]> } {
  if (config.voice === undefined) return {};
  const audio = config.slots.find((slot) => slot.id === id)?.audio;
  return {
    voice: { ...(audio === undefined ? {} : { audio }), ...(sound === null ? {} : { soundPort: sound.portFor }) },
  };
}

/** A slot that went down gives its line free, and a slot whose line was elsewhere looks again. */
function followSims({ onSlot }: FleetDeps, binder: LineBinder, fleet: SlotFleet): void {
  onSlot((id) => {
    if (!fleet.has(id) || hasLeft(fleet.get(id).status())) binder.left(id);
    binder.settleTwins();
    for (const slot of binder.mayServe()) {
      const driver = fleet.has(slot) ? fleet.get(slot) : null;
      if (driver instanceof SlotRunner && driver.status().state === "ready") driver.retry(null);
    }
  });
}
