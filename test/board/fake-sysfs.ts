// Runs `udevadm test` on a device that does not exist: a made-up /sys, and rules in /run, both in a mount namespace of their own.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { UdevFile } from "../../src/board/index.ts";

export interface FakeDevice {
  /** Below /sys/devices. */
  readonly path: string;
  readonly subsystem: string;
  readonly uevent: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
}

const SCRIPT = `set -e
mount -t tmpfs none /run
mkdir -p /run/udev/rules.d
cp "$1"/rules/* /run/udev/rules.d/
mount --bind "$1/sys" /sys
mount -t tmpfs none /dev
exec udevadm test -N never -a "$3" "/sys/devices/$2"`;

/** Own mounts as root, or as root of an own user namespace; null if neither goes. */
function namespaceArgs(): readonly string[] | null {
  const ways = [["--mount"], ["--mount", "--map-root-user"]];
  const works = (args: readonly string[]): boolean =>
    spawnSync("unshare", [...args, "mount", "-t", "tmpfs", "none", "/run"], { stdio: "ignore" }).status === 0;
  return ways.find(works) ?? null;
}

/** Why rules cannot be tried on made-up devices here, or null. */
export function whyNoUdev(): string | null {
  if (spawnSync("udevadm", ["--version"], { stdio: "ignore" }).status !== 0) return "no udevadm";
  return namespaceArgs() === null ? "no mount namespaces" : null;
}

/** The major version of udevadm; 0 without one. */
export function udevVersion(): number {
  return Number.parseInt(spawnSync("udevadm", ["--version"], { encoding: "utf8" }).stdout ?? "", 10) || 0;
}

function build(root: string, devices: readonly FakeDevice[], files: readonly UdevFile[]): void {
  for (const name of ["rules", "sys/bus", "sys/class"]) mkdirSync(join(root, name), { recursive: true });
  for (const file of files) writeFileSync(join(root, "rules", file.name), file.text);
  for (const device of devices) {
    const folder = join(root, "sys/devices", device.path);
    mkdirSync(folder, { recursive: true });
    const uevent = Object.entries(device.uevent).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(join(folder, "uevent"), uevent.join(""));
    const kind = device.subsystem.startsWith("usb") ? "bus" : "class";
    mkdirSync(join(root, "sys", kind, device.subsystem), { recursive: true });
    symlinkSync(`/sys/${kind}/${device.subsystem}`, join(folder, "subsystem"));
    const { DRIVER } = device.uevent;
    if (DRIVER !== undefined) {
      mkdirSync(join(root, "sys/bus", device.subsystem, "drivers", DRIVER), { recursive: true });
      symlinkSync(`/sys/bus/${device.subsystem}/drivers/${DRIVER}`, join(folder, "driver"));
    }
    for (const [name, value] of Object.entries(device.attributes ?? {})) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), `${value}\n`);
    }
  }
}

/** All that udev says of the last of `devices`, whose parents are the earlier ones, under `files`. */
export function askUdev(devices: readonly FakeDevice[], files: readonly UdevFile[], action = "add"): string {
  const root = mkdtempSync(join(tmpdir(), "numberbox-udev-"));
  try {
    build(root, devices, files);
    const target = devices.at(-1)?.path ?? "";
    const args = [...(namespaceArgs() ?? []), "sh", "-c", SCRIPT, "sh", root, target, action];
    const env = { ...process.env, SYSTEMD_DEVICE_VERIFY_SYSFS: "0" };
    const { status, stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8", env, timeout: 30_000 });
    if (status !== 0) throw new Error(`udevadm test failed: ${stderr}`);
    // From systemd 255 on the findings are indented.
    return `${stderr}\n${stdout}`.replaceAll(/^ +/gm, "");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
