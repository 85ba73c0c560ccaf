import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contentOf, stickBackups } from "../../../src/app/backup/stick-backups.ts";
import { collect } from "../../archive/archive-rig.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { put } from "./backup-rig.ts";

const OLD = "numberbox-box-20260101-030000.nbbackup";
const NEW = "numberbox-box-20261101-030000.nbbackup";

/** A machine with the card that it runs from and a stick, both mounted. */
function machineWithStick() {
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

describe("backups on sticks", () => {
  it("are found in the stick's own folder and in those of backups, the newest first; the card is no stick", async () => {
    const { machine, stick, card } = machineWithStick();
    put(stick, OLD, "old");
    put(stick, `numberbox/${NEW}`, "newer");
    put(stick, "holiday.jpg", "");
    put(stick, "deep/er/than-that.nbbackup", "");
    mkdirSync(join(stick, "a-folder.nbbackup"));
    symlinkSync("/etc/passwd", join(stick, "a-link.nbbackup"));
    put(card, OLD, "");
    const found = await stickBackups(machine, []);
    expect(found.map(({ name, size, stick: label }) => [name, size, label])).toEqual([
      [NEW, 5, "MY STICK"],
      [OLD, 3, "MY STICK"],
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
    expect(Buffer.from(await collect(contentOf(found, found[0]?.id ?? ""))).toString()).toBe("newer");
  });

  it("are looked for where the settings put them, too", async () => {
    const { machine, stick } = machineWithStick();
    put(stick, `saved/here/${NEW}`, "");
    const place = { id: "a", kind: "usb", folder: "saved/here" } as const;
    expect(await stickBackups(machine, [])).toEqual([]);
    expect(await stickBackups(machine, [place])).toMatchObject([{ name: NEW }]);
  });

  it("that are gone are told as gone", () => {
    expect(() => contentOf([], "0123456789abcdef")).toThrow(expect.objectContaining({ code: "backup.stick_gone" }));
  });
});
