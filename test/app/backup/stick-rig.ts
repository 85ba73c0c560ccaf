import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { put } from "./backup-rig.ts";

/** A machine with the card that it runs from and a stick, both mounted. */
export function machineWithStick() {
  const root = tempFolder();
  const [sys, dev, proc] = ["sys", "dev", "proc"].map((name) => join(root, name)) as [string, string, string];
  const devices = { sda1: "pci0/usb1/1-1/host0/block/sda/sda1", mmcblk0p6: "platform/mmc0/block/mmcblk0/mmcblk0p6" };
  mkdirSync(join(sys, "class/block"), { recursive: true });
  for (const [name, place] of Object.entries(devices)) {
    mkdirSync(join(sys, "devices", place), { recursive: true });
    symlinkSync(join(sys, "devices", place), join(sys, "class/block", name));
    put(dev, name, "");
  }
  mkdirSync(join(dev, "disk/by-label"), { recursive: true });
  symlinkSync(join(dev, "sda1"), join(dev, "disk/by-label/MY\\x20STICK"));
  const [stick, card] = [join(root, "my stick"), join(root, "data")];
  put(
    proc,
    "self/mountinfo",
    [
      `30 1 179:6 / ${card} rw,noatime shared:1 - ext4 ${join(dev, "mmcblk0p6")} rw`,
      `41 1 8:1 / ${stick.replace(" ", "\\040")} rw,nosuid shared:2 - vfat ${join(dev, "sda1")} rw`,
      "42 1 0:5 / /proc rw - proc proc rw",
    ].join("\n"),
  );
  return { machine: { sys, dev, proc }, stick, card };
}
