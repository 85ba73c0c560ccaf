// A USB disk that is plugged into a running machine and pulled out again; and waiting for what comes of it.

import { type Machine, pause } from "./machine.ts";

const MINUTES = 10;

export interface UsbDisk {
  /** Of qemu's device and block node; letters and digits. */
  readonly id: string;
  /** Raw content. */
  readonly file: string;
  /** A stick rather than a disk. */
  readonly removable?: boolean;
  /** Told to the guest. */
  readonly serial?: string;
}

export async function plugIn(machine: Machine, { id, file, removable = false, serial }: UsbDisk): Promise<void> {
  await machine.qmp("blockdev-add", { driver: "raw", "node-name": id, file: { driver: "file", filename: file } });
  const named = serial === undefined ? {} : { serial };
  await machine.qmp("device_add", { driver: "usb-storage", id, drive: id, bus: "usb.0", removable, ...named });
}

export async function pullOut(machine: Machine, id: string): Promise<void> {
  await machine.qmp("device_del", { id });
  // Once the guest has let it go.
  await until("the disk is out", async () => {
    await machine.qmp("blockdev-del", { "node-name": id });
    return true;
  });
}

/** Looks every second until something is found; what was thrown last is told when the time is over. */
export async function until<T>(what: string, look: () => Promise<T | null>, minutes = MINUTES): Promise<T> {
  const end = performance.now() + minutes * 60_000;
  let last = "";
  while (performance.now() < end) {
    try {
      const found = await look();
      if (found !== null) return found;
    } catch (error) {
      last = String(error);
    }
    await pause(1000);
  }
  throw new Error(`${what}: not within ${minutes} min; ${last.slice(-600)}`);
}
