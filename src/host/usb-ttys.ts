// The ttys of USB devices, read from sysfs: which device, by its place in the USB tree, and which of its interfaces.

import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, messageOf, systemCodeOf } from "../base/index.ts";
import type { TtyFinder, TtyInterface } from "../core/index.ts";

export interface UsbTtysDeps {
  /** Usually `/sys`. */
  readonly sys: string;
  /** Usually `/dev`. */
  readonly dev: string;
  readonly log: Logger;
}

/** `1-1.4:1.2`, a USB interface in its device's folder (Documentation/ABI/stable/sysfs-bus-usb). */
const INTERFACE = /^(\d+-\d+(?:\.\d+)*):\d+\.\d+$/;

export class UsbTtys implements TtyFinder {
  readonly #deps: UsbTtysDeps;

  constructor(deps: UsbTtysDeps) {
    this.#deps = deps;
  }

  async list(): Promise<readonly TtyInterface[]> {
    const { sys, log } = this.#deps;
    const names = await readdir(join(sys, "class", "tty")).catch((error) => {
      // No sysfs: a container, or another system.
      log.debug("no_ttys", { reason: systemCodeOf(error) ?? messageOf(error) });
      return [];
    });
    const found = await Promise.all(
      names.filter((name) => /^tty(?:USB|ACM)\d+$/.test(name)).map((name) => this.#read(name)),
    );
    return found.flatMap((each) => each ?? []).sort((a, b) => compare(a, b));
  }

  /** Null for a tty that is none of a USB device's, or has gone while it was looked at. */
  async #read(name: string): Promise<TtyInterface | null> {
    const { sys, dev, log } = this.#deps;
    try {
      const parts = (await realpath(join(sys, "class", "tty", name, "device"))).split("/");
      const at = parts.findLastIndex((part) => INTERFACE.test(part));
      const usbPath = INTERFACE.exec(parts[at] ?? "")?.[1];
      if (usbPath === undefined) return null;
      const folder = parts.slice(0, at + 1).join("/");
      const device = parts.slice(0, at).join("/");
      const text = async (file: string): Promise<string> => (await readFile(file, "utf8")).trim().toLowerCase();
      const number = Number.parseInt(await text(join(folder, "bInterfaceNumber")), 16);
      const usbId = `${await text(join(device, "idVendor"))}:${await text(join(device, "idProduct"))}`;
      return { tty: join(dev, name), usbPath, interface: number, usbId };
    } catch (error) {
      log.debug("tty_unreadable", { tty: name, reason: systemCodeOf(error) ?? messageOf(error) });
      return null;
    }
  }
}

function compare(a: TtyInterface, b: TtyInterface): number {
  return a.usbPath.localeCompare(b.usbPath, "en", { numeric: true }) || a.interface - b.interface;
}
