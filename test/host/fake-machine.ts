// A machine's folders as far as `host` looks: ttys of USB devices in a sysfs and a /dev of our own.

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../sqlite/temp-folder.ts";

export interface FakeDevice {
  /** `1-1.4`. */
  readonly usbPath: string;
  /** `2c7c:0125`. */
  readonly usbId: string;
  /** Names of ttys by interface number. */
  readonly ttys: Readonly<Record<number, string>>;
}

export class FakeMachine {
  readonly sys: string;
  readonly dev: string;

  constructor() {
    const root = tempFolder();
    this.sys = join(root, "sys");
    this.dev = join(root, "dev");
    for (const folder of ["class/tty", "bus/usb/devices"]) mkdirSync(join(this.sys, folder), { recursive: true });
    mkdirSync(this.dev);
    // The console, which is no USB device's.
    mkdirSync(join(this.sys, "devices/platform/serial8250/ttyS0"), { recursive: true });
    mkdirSync(join(this.sys, "class/tty/ttyS0"));
    symlinkSync("../../../devices/platform/serial8250", join(this.sys, "class/tty/ttyS0/device"));
  }

  /** `links`: what stands behind a tty, by interface number; the others are plain files. */
  plug({ usbPath, usbId, ttys }: FakeDevice, links: Readonly<Record<number, string>> = {}): void {
    const device = this.#device(usbPath);
    mkdirSync(device, { recursive: true });
    const [vendor = "", product = ""] = usbId.split(":");
    writeFileSync(join(device, "idVendor"), `${vendor}\n`);
    writeFileSync(join(device, "idProduct"), `${product}\n`);
    writeFileSync(join(device, "authorized"), "1\n");
    symlinkSync(device, join(this.sys, "bus/usb/devices", usbPath));
    for (const [number, name] of Object.entries(ttys)) {
      const hex = Number(number).toString(16).padStart(2, "0");
      const tty = join(device, `${usbPath}:1.${number}`, name);
      mkdirSync(tty, { recursive: true });
      writeFileSync(join(tty, "..", "bInterfaceNumber"), `${hex}\n`);
      mkdirSync(join(this.sys, "class/tty", name));
      symlinkSync(tty, join(this.sys, "class/tty", name, "device"));
      const link = links[Number(number)];
      if (link === undefined) writeFileSync(join(this.dev, name), "");
      else symlinkSync(link, join(this.dev, name));
    }
  }

  unplug({ usbPath, ttys }: FakeDevice): void {
    rmSync(join(this.sys, "bus/usb/devices", usbPath));
    rmSync(this.#device(usbPath), { recursive: true });
    for (const name of Object.values(ttys)) {
      rmSync(join(this.sys, "class/tty", name), { recursive: true });
      rmSync(join(this.dev, name), { force: true });
    }
  }

  authorized(usbPath: string): string {
    return join(this.#device(usbPath), "authorized");
  }

  #device(usbPath: string): string {
    const [bus = "1"] = usbPath.split("-");
    return join(this.sys, "devices/pci0000:00/0000:00:14.0", `usb${bus}`, usbPath);
  }
}

/** A Quectel EC25 as the kernel shows it: 0 diagnostics, 1 NMEA, 2 AT, 3 modem. */
export const ec25 = (usbPath: string, first: number): FakeDevice => ({
  usbPath,
  usbId: "2c7c:0125",
  ttys: { 0: `ttyUSB${first}`, 1: `ttyUSB${first + 1}`, 2: `ttyUSB${first + 2}`, 3: `ttyUSB${first + 3}` },
});
