// A board that starts as a Raspberry Pi does, as qemu's machine "virt": this is a double of the Pi's boot loader. It reads autoboot.txt in the
// disk's first FAT partition, takes kernel, start file system and words out of the partition named there, and tells the kernel in the device
// tree which one it was. Only processor and drivers are others: the image is the one that is flashed.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../os-image/lib/command.ts";
import { MIB, type Partition, planDisk } from "../../os-image/lib/partition-plan.ts";
import type { Platform, Start } from "./platform.ts";

const PLAN = planDisk("arm64");
const MACHINE = "virt,gic-version=2";
const PROCESSOR = "cortex-a72";

/** Value of a key of `autoboot.txt` or `config.txt` below a filter such as `[all]`; what stands above all filters is for all. */
export function setting(text: string, filter: string, key: string): string | undefined {
  let section = "[all]";
  let found: string | undefined;
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (line.startsWith("[")) section = line;
    else if (section === filter && line.startsWith(`${key}=`)) found = line.slice(key.length + 1);
  }
  return found;
}

/** Number of the partition that the firmware starts from. `tried`: the system asked for it at its reset, as `reboot '0 tryboot'`. */
export function bootPartition(autoboot: string, tried: boolean): number {
  // A filter's value stands in for that of [all], as it comes later.
  const named =
    (tried ? setting(autoboot, "[tryboot]", "boot_partition") : undefined) ??
    setting(autoboot, "[all]", "boot_partition");
  if (setting(autoboot, "[all]", "tryboot_a_b") !== "1") throw new Error("autoboot.txt: no tryboot_a_b=1");
  const number = Number(named);
  if (!PLAN.partitions.some((each) => each.number === number)) throw new Error(`autoboot.txt: no partition ${named}`);
  return number;
}

/** What the kernel says when it was restarted with words for the firmware. */
export function asksForTry(said: string): boolean {
  return /reboot: Restarting system with command '[^']*\btryboot\b/.test(said);
}

/** Copies one partition out of the disk, for mtools. */
async function take({ disk, folder }: Start, { name, start, size }: Partition): Promise<string> {
  const file = join(folder, `loader-${name}.img`);
  const part = `driver=raw,offset=${start * MIB},size=${size * MIB}`;
  const from = `${part},file.driver=qcow2,file.file.driver=file,file.file.filename=${disk}`;
  await command("qemu-img", ["convert", "--image-opts", from, "-O", "raw", file]);
  return file;
}

function partition(number: number): Partition {
  const found = PLAN.partitions.find((each) => each.number === number);
  if (found === undefined) throw new Error(`the plan has no partition ${number}`);
  return found;
}

/** Takes a file of a FAT file system into the folder. Returns where it lies now. */
async function copyOut(fat: string, name: string, folder: string): Promise<string> {
  const file = join(folder, `loader-${name}`);
  await command("mcopy", ["-n", "-o", "-i", fat, `::${name}`, file], { env: { MTOOLS_SKIP_CHECK: "1" } });
  return file;
}

/** The machine's device tree, with what the Pi's firmware puts in. */
async function deviceTree({ folder, memory }: Start, partition: number, tried: boolean): Promise<string> {
  const file = join(folder, "loader.dtb");
  const machine = ["-machine", `${MACHINE},dumpdtb=${file}`, "-cpu", PROCESSOR, "-smp", "2", "-m", String(memory)];
  await command("qemu-system-aarch64", [...machine, "-display", "none"]);
  const chosen = (name: string, value: number) =>
    command("fdtput", ["-p", "-t", "u", file, "/chosen/bootloader", name, String(value)]);
  await chosen("partition", partition);
  await chosen("tryboot", tried ? 1 : 0);
  // The start makes the machine's id of it.
  await command("fdtput", ["-t", "s", file, "/", "serial-number", "10000000abcdef01"]);
  return file;
}

async function begin(start: Start): Promise<readonly string[]> {
  const { folder, memory, said } = start;
  const tried = asksForTry(said);
  const first = await take(start, partition(1));
  const autoboot = await readFile(await copyOut(first, "autoboot.txt", folder), "utf8");
  const number = bootPartition(autoboot, tried);
  const slot = await take(start, partition(number));
  const config = await readFile(await copyOut(slot, "config.txt", folder), "utf8");
  const initrd = /^initramfs (\S+) followkernel$/m.exec(config)?.[1];
  if (initrd === undefined) throw new Error("config.txt names no start file system");
  const words = await readFile(await copyOut(slot, "cmdline.txt", folder), "utf8");
  return [
    ...[
      "-machine",
      MACHINE,
      "-accel",
      "tcg,thread=multi,tb-size=512",
      "-cpu",
      PROCESSOR,
      "-smp",
      "2",
      "-m",
      String(memory),
    ],
    // A reset is the boot loader's: qemu ends.
    ...["-no-reboot", "-dtb", await deviceTree(start, number, tried)],
    ...["-kernel", await copyOut(slot, setting(config, "[all]", "kernel") ?? "kernel8.img", folder)],
    ...["-initrd", await copyOut(slot, initrd, folder)],
    // The image writes to the screen only, which nobody sees here.
    ...["-append", `${words.trim()} console=ttyAMA0`],
  ];
}

export const raspberryDouble: Platform = {
  architecture: "arm64",
  program: "qemu-system-aarch64",
  tools: ["qemu-system-aarch64", "fdtput"],
  patience: 40,
  begin,
  wasReset: (said) => !said.includes("reboot: Power down"),
};
