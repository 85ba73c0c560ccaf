// File systems of USB disks that are mounted now: where a backup can go.

import { readdir, readFile, realpath } from "node:fs/promises";
import { basename, join } from "node:path";

export interface UsbVolume {
  /** Where it is mounted. */
  readonly path: string;
  /** Null where it has none. */
  readonly label: string | null;
}

export interface UsbVolumesDeps {
  /** Usually `/sys`. */
  readonly sys: string;
  /** Usually `/dev`. */
  readonly dev: string;
  /** Usually `/proc/self/mountinfo`. */
  readonly mounts: string;
}

const OWN_MOUNTS: ReadonlySet<string> = new Set(["/", "/data", "/bootconfig"]);

/** Spaces and the like stand as octal numbers in mountinfo (proc_pid_mountinfo(5)) and as hex in the names of links (udev). */
function unescaped(text: string): string {
  return text
    .replaceAll(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replaceAll(/\\x([0-9a-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

async function labelsOf(dev: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(dev, "disk", "by-label");
  const names = await readdir(folder).catch(() => []);
  const pairs = await Promise.all(
    names.map(async (name) => [await realpath(join(folder, name)).catch(() => ""), unescaped(name)] as const),
  );
  return new Map(pairs);
}

/** Whether a block device hangs on USB: its place in the device tree says so. */
async function isUsb(sys: string, device: string): Promise<boolean> {
  const place = await realpath(join(sys, "class", "block", basename(device))).catch(() => "");
  return /\/usb\d+\//.test(place);
}

/** Mounted file systems of USB disks, in the order of their mounting; each once. */
export async function usbVolumes({ sys, dev, mounts }: UsbVolumesDeps): Promise<readonly UsbVolume[]> {
  const text = await readFile(mounts, "utf8").catch(() => "");
  const labels = await labelsOf(dev);
  const found = new Map<string, UsbVolume>();
  // "36 35 98:0 /root /mount options shared - type device options"
  const mounted = text.split("\n").map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    return { path: before.split(" ")[4], device: unescaped(after.split(" ")[1] ?? "") };
  });
  // Of a box that runs from a USB disk, or has its data there.
  const own = new Set(mounted.flatMap(({ path = "", device }) => (OWN_MOUNTS.has(path) ? [device] : [])));
  for (const { path, device } of mounted) {
    if (path === undefined || !device.startsWith("/") || found.has(device) || own.has(device)) continue;
    if (await isUsb(sys, device)) found.set(device, { path: unescaped(path), label: labels.get(device) ?? null });
  }
  return [...found.values()];
}
