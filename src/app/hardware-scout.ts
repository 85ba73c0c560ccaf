// Looks for modems that are plugged in: wakes the slots that wait for theirs, and takes new ones as slots when the owner permits it.

import { z } from "zod";
import {
  type Clock,
  type Disposer,
  type Logger,
  type Millis,
  messageOf,
  millis,
  SerialQueue,
  type SlotId,
  seconds,
  slotId,
  type UnixMs,
  unixMs,
} from "../base/index.ts";
import {
  type EventLog,
  type FoundDevice,
  faultKind,
  judgeDevice,
  type SettingStore,
  type SlotDriver,
  type TtyFinder,
} from "../core/index.ts";
import { watchDevices } from "../host/index.ts";
import { profileOfUsb, SlotRunner } from "../modem/index.ts";
import { type JoinView, parseJsonWith } from "../protocol/index.ts";
import type { PlacedSlot } from "./boards.ts";
import type { SlotFleet } from "./slot-fleet.ts";

export interface HardwareScoutDeps {
  readonly fleet: SlotFleet;
  readonly ttys: TtyFinder;
  readonly store: SettingStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
  /** Usually `/dev`. */
  readonly dev: string;
  /** USB ids that are taken without asking. */
  readonly rules: readonly string[];
  /** Slots of the configuration. */
  readonly configured: readonly PlacedSlot[];
  readonly make: (id: SlotId, usbPath: string) => SlotDriver;
}

const joinedSlots = z.array(z.strictObject({ id: z.string(), usb: z.string() }));
type JoinedSlot = z.infer<typeof joinedSlots>[number];

const SETTING = "slots.joined";
/** The net under the watch on the folder of devices, which not every system tells of. */
const LOOK_EVERY: Millis = seconds(15);

export class HardwareScout {
  readonly #deps: HardwareScoutDeps;
  readonly #looks = new SerialQueue("hardware scout");
  #joined: readonly JoinedSlot[] = [];
  #openUntil: Millis | null = null;
  /** Devices that the owner was told of, by place. */
  #told: ReadonlySet<string> = new Set();
  #found: readonly FoundDevice[] = [];
  #stopWatch: Disposer = () => {};
  #cancel: Disposer = () => {};
  #stopped = false;

  constructor(deps: HardwareScoutDeps) {
    this.#deps = deps;
  }

  /** Takes in the slots that joined in earlier runs. Errors: `slots.unreadable`. */
  async load(): Promise<void> {
    const { store, fleet, make } = this.#deps;
    const text = await store.getSetting(SETTING);
    this.#joined = text === null ? [] : parseJsonWith(joinedSlots, text, "slots.unreadable", "the slots that joined");
    for (const { id, usb } of this.#joined) if (!fleet.has(slotId(id))) fleet.add(slotId(id), make(slotId(id), usb));
  }

  start(): void {
    const { dev, clock, log } = this.#deps;
    this.#stopWatch = watchDevices({ dev, clock, log }, () => this.#soon());
    this.#arm(millis(0));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopWatch();
    this.#cancel();
    await this.#looks.run(async () => {});
  }

  /** Opens the window for so long; 0 closes it. What is plugged in already joins too. */
  async permit(span: Millis): Promise<void> {
    this.#openUntil = span === 0 ? null : millis(this.#deps.clock.monotonic() + span);
    this.#deps.events.record({
      level: "info",
      code: span === 0 ? "join.closed" : "join.open",
      details: { seconds: span / 1000 },
    });
    await this.look();
  }

  view(): JoinView {
    const { clock, now } = this.#deps;
    const left = this.#openUntil === null ? 0 : this.#openUntil - clock.monotonic();
    return {
      open: left > 0,
      closes_at: left > 0 ? unixMs(Math.round(now() + left)) : null,
      found: this.#found.map(({ usbPath, usbId }) => ({
        usb: usbPath,
        usb_id: usbId,
        name: profileOfUsb(usbId)?.name ?? null,
      })),
    };
  }

  hasJoined(id: SlotId): boolean {
    return this.#joined.some((slot) => slot.id === id);
  }

  /** Forgets a slot that joined; its modem may join again. */
  async forget(id: SlotId): Promise<void> {
    await this.#looks.run(async () => {
      await this.#save(this.#joined.filter((slot) => slot.id !== id));
      await this.#deps.fleet.remove(id);
    });
  }

  /** Looks at what is plugged in now. Never rejects. */
  async look(): Promise<void> {
    await this.#looks
      .run(() => this.#look())
      .catch((error) => this.#deps.log.warn("hardware_look_failed", { reason: messageOf(error) }));
  }

  #soon(): void {
    this.#wake();
    void this.look();
  }

  #arm(delay: Millis): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.clock.after(
      delay,
      "hardware scout",
      () => void this.look().then(() => this.#arm(LOOK_EVERY)),
    );
  }

  /** Slots whose modem was not there need not wait for their next try. */
  #wake(): void {
    for (const driver of this.#deps.fleet.list()) {
      const { state, problem } = driver.status();
      if (driver instanceof SlotRunner && state === "down" && problem !== null && faultKind(problem.code) === "absent")
        driver.retry(null);
    }
  }

  async #look(): Promise<void> {
    const { rules, clock, events } = this.#deps;
    const known = await this.#known();
    const found: FoundDevice[] = [];
    for (const device of await this.#devices()) {
      const policy = { rules, openUntil: this.#openUntil };
      const verdict = judgeDevice(device, known, policy, clock.monotonic());
      if (verdict === "join") await this.#take(device);
      if (verdict === "ask" || verdict === "other") found.push(device);
      if (verdict !== "ask" || this.#told.has(device.usbPath)) continue;
      const details = { usb: device.usbPath, modem: profileOfUsb(device.usbId)?.name ?? device.usbId };
      events.record({ level: "info", code: "hardware.found", details });
    }
    this.#found = found;
    this.#told = new Set(found.map(({ usbPath }) => usbPath));
  }

  async #devices(): Promise<readonly FoundDevice[]> {
    const devices = new Map<string, FoundDevice>();
    for (const { usbPath, usbId } of await this.#deps.ttys.list())
      devices.set(usbPath, { usbPath, usbId, isModem: profileOfUsb(usbId) !== null });
    return [...devices.values()];
  }

  /** Places that a slot has, by its place in the tree or by the name of one of the device's ttys. */
  async #known(): Promise<ReadonlySet<string>> {
    const { configured, ttys } = this.#deps;
    const ports = new Set(configured.map(({ port }) => port));
    const places = [...configured.map(({ usbPath }) => usbPath), ...this.#joined.map(({ usb }) => usb)];
    const byTty = (await ttys.list()).flatMap(({ tty, usbPath }) => (ports.has(tty) ? [usbPath] : []));
    return new Set([...places.flatMap((place) => place ?? []), ...byTty]);
  }

  async #take({ usbPath, usbId }: FoundDevice): Promise<void> {
    const { fleet, make, events } = this.#deps;
    const id = slotId(`usb-${usbPath}`);
    if (fleet.has(id)) return;
    // On disk first: a slot that is seen once stays.
    await this.#save([...this.#joined, { id, usb: usbPath }]);
    events.record({ level: "info", code: "slot.joined", slot: id, details: { usb: usbPath, usb_id: usbId } });
    fleet.add(id, make(id, usbPath));
  }

  async #save(joined: readonly JoinedSlot[]): Promise<void> {
    await this.#deps.store.setSetting(SETTING, JSON.stringify(joined));
    this.#joined = joined;
  }
}
