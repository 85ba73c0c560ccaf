// What the firmware reads: the kernel with its start file system in each boot slot, and the boot configuration that chooses the slot.

import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { AppError } from "../../src/base/index.ts";
import { command } from "./command.ts";
import { computeModuleTrees } from "./compute-module.ts";
import { debFile } from "./deb-cache.ts";
import type { Verity } from "./file-systems.ts";
import type { PackageLock } from "./package-lock.ts";
import type { Architecture } from "./settings.ts";

/** `autoboot.txt` of the Raspberry Pi: one sector, so that a rewrite in place is whole or not there. */
const SECTOR = 512;
/** `config.txt` has one sector of ours and this much room for the owner's lines, which `boot-lines` writes in place. */
const ROOM = 3584;
/** GRUB's environment block has exactly this size. */
const ENVIRONMENT = 1024;

/** What starts slot A, and the other one when it is tried. */
export function autobootText(boot: 2 | 3): string {
  const text = `[all]\ntryboot_a_b=1\nboot_partition=${boot}\n[tryboot]\nboot_partition=${boot === 2 ? 3 : 2}\n`;
  return text.padEnd(SECTOR, "\n");
}

/** The same for GRUB. `try_partition` is empty unless a slot shall be started once; GRUB empties it before it does. */
export function grubEnvironment(boot: 2 | 3, once: 2 | 3 | null = null): string {
  const text = `# GRUB Environment Block\nboot_partition=${boot}\ntry_partition=${once ?? ""}\n`;
  return text.padEnd(ENVIRONMENT, "#");
}

/** `config.txt` of a boot slot: `own` on a sector of its own, then room. Errors: `image.boot` where `own` is longer than a sector. */
export function configText(own: string): string {
  if (Buffer.byteLength(own) > SECTOR) throw new AppError("image.boot", "config.txt is longer than a sector");
  return own.padEnd(SECTOR + ROOM, "\n");
}

/** The kernel's words. `console`: where it writes. */
export function kernelCommandLine(architecture: Architecture, verity: Verity): string {
  const consoles = architecture === "amd64" ? "console=tty0 console=ttyS0,115200" : "console=tty0";
  // A kernel or a systemd that gives up starts the machine again: by itself systemd stands still ("Freezing execution"), as two starts on a busy
  // host without KVM did when the generators could not be run in time, and nobody is there to see it.
  const failing = "panic=10 systemd.crash_action=reboot";
  // Nobody is there to answer fsck's questions, and without this it gives up at the first one.
  const mending = "fsck.repair=yes";
  const rest = `ro rootwait ${failing} ${mending} net.ifnames=0 loglevel=4 systemd.show_status=1`;
  return `${consoles} ${rest} numberbox.verity=${verity.hash},${verity.offset}`;
}

/** Takes the kernel, its start file system and device trees out of the root's archive. */
async function unpackBoot(tar: string, folder: string): Promise<{ kernel: string; initrd: string }> {
  await mkdir(folder, { recursive: true });
  await command("tar", ["-C", folder, "-xf", tar, "--no-same-owner", "./boot"]);
  const names = await readdir(join(folder, "boot"));
  const only = (begin: string) => {
    const found = names.filter((name) => name.startsWith(begin));
    if (found.length !== 1) throw new AppError("image.boot", `${found.length} files ${begin}* in the root, not one`);
    return join(folder, "boot", found[0] ?? "");
  };
  return { kernel: only("vmlinuz-"), initrd: only("initrd.img-") };
}

async function unpackPackage(lock: PackageLock, debs: string, name: string, folder: string): Promise<void> {
  const found = lock.packages.find((each) => each.name === name);
  if (found === undefined) throw new AppError("image.lock", `the lock has no ${name}`);
  await mkdir(folder, { recursive: true });
  await command("dpkg-deb", ["-x", debFile(debs, found), folder]);
}

export interface BootOptions {
  readonly architecture: Architecture;
  readonly lock: PackageLock;
  readonly debs: string;
  readonly scratch: string;
  /** Root's archive. */
  readonly tar: string;
  readonly verity: Verity;
  /** `os-image`. */
  readonly source: string;
}

export interface BootFolders {
  readonly slot: string;
  readonly configuration: string;
}

/** Makes the two folders that become FAT partitions. */
export async function makeBootFolders(options: BootOptions): Promise<BootFolders> {
  const { architecture, scratch, tar, source } = options;
  const slot = join(scratch, "boot-slot");
  const configuration = join(scratch, "boot-configuration");
  for (const folder of [slot, configuration, join(scratch, "boot")]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  const { kernel, initrd } = await unpackBoot(tar, join(scratch, "boot"));
  await rename(initrd, join(slot, "initrd.img"));
  await cp(join(source, "bootconfig"), configuration, { recursive: true });
  if (architecture === "amd64") await grub(options, { kernel, slot, configuration });
  else await raspberry(options, { kernel, slot, configuration });
  return { slot, configuration };
}

async function grub(options: BootOptions, to: BootFolders & { kernel: string }): Promise<void> {
  const { lock, debs, scratch, verity, source } = options;
  await rename(to.kernel, join(to.slot, "vmlinuz"));
  await writeFile(join(to.slot, "slot.cfg"), `set words="${kernelCommandLine("amd64", verity)}"\n`);
  await mkdir(join(to.configuration, "EFI/BOOT"), { recursive: true });
  await mkdir(join(to.configuration, "EFI/debian"), { recursive: true });
  const folder = join(scratch, "grub");
  await unpackPackage(lock, debs, "grub-efi-amd64-unsigned", folder);
  const program = join(folder, "usr/lib/grub/x86_64-efi/monolithic/grubx64.efi");
  await cp(program, join(to.configuration, "EFI/BOOT/BOOTX64.EFI"));
  await cp(join(source, "boot", "grub.cfg"), join(to.configuration, "EFI/debian/grub.cfg"));
  await writeFile(join(to.configuration, "numberbox.env"), grubEnvironment(2));
}

/** Compiles the overlays of `from` into `to`. Those of Raspberry Pi are for its own kernel's device trees, and Debian has left most of them out. */
export async function ownOverlays(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of (await readdir(from)).filter((each) => each.endsWith(".dts")).sort()) {
    const made = join(to, name.replace(/\.dts$/, ".dtbo"));
    await command("dtc", ["-@", "-I", "dts", "-O", "dtb", "-o", made, join(from, name)]);
  }
}

async function raspberry(options: BootOptions, to: BootFolders & { kernel: string }): Promise<void> {
  const { lock, debs, scratch, verity, source } = options;
  await writeFile(join(to.slot, "vmlinuz"), gzipSync(await readFile(to.kernel), { level: 9 }));
  const folder = join(scratch, "firmware");
  await unpackPackage(lock, debs, "raspi-firmware", folder);
  const firmware = join(folder, "usr/lib/raspi-firmware");
  for (const name of ["start4.elf", "fixup4.dat", "start.elf", "fixup.dat"])
    await cp(join(firmware, name), join(to.slot, name));
  // The boot ROM of a Zero 2 W reads the first FAT partition only; later boards have this part in a chip of their own.
  await cp(join(firmware, "bootcode.bin"), join(to.configuration, "bootcode.bin"));
  await cp(join(firmware, "overlays"), join(to.slot, "overlays"), { recursive: true, force: true }).catch(() => {});
  await cp(join(scratch, "boot/boot/dtbs"), to.slot, { recursive: true });
  await computeModuleTrees(to.slot);
  await ownOverlays(join(source, "boot", "overlays"), join(to.slot, "overlays"));
  const own = await readFile(join(source, "boot", "config.txt"), "utf8");
  await writeFile(join(to.slot, "config.txt"), configText(own));
  await writeFile(join(to.slot, "cmdline.txt"), `${kernelCommandLine("arm64", verity)}\n`);
  await writeFile(join(to.configuration, "autoboot.txt"), autobootText(2));
  // A Pi 5 takes a partition without this file for none to start from, and does not read the autoboot.txt on it.
  await writeFile(join(to.configuration, "config.txt"), "# Read from the partition that autoboot.txt names.\n");
}
