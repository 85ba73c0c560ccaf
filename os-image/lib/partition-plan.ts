// Where each partition of the disk is. Pure: sizes in, a plan and sfdisk's script out.
//
// The table is an MBR, with the FAT partitions first. A Raspberry Pi reads nothing else reliably: the boot ROM of a Zero 2 W knows no GPT; on a
// Pi 4 no partition but the first was ever found on a GPT by a start4.elf from before 2025 (raspberrypi/firmware 1733, rpi-eeprom 668), and on a
// CM5 autoboot.txt is not found on a small FAT of a GPT (rpi-eeprom 818).

import { AppError } from "../../src/base/index.ts";
import type { Architecture } from "./settings.ts";

export const MIB = 1024 * 1024;

export type PartitionName = "bootconfig" | "boot_a" | "boot_b" | "system_a" | "system_b" | "data";

export interface Partition {
  readonly name: PartitionName;
  /** 1-3 are primary, from 5 on logical. The Raspberry Pi's autoboot.txt and ours name slots by it. */
  readonly number: number;
  /** In MiB from the disk's begin. */
  readonly start: number;
  /** In MiB. */
  readonly size: number;
  /** Of the MBR, hexadecimal. */
  readonly type: string;
}

export interface DiskPlan {
  /** Disk signature: 8 hexadecimal digits. Partition 5 has the PARTUUID `id-05`. */
  readonly id: string;
  /** Whole disk, in MiB. */
  readonly size: number;
  readonly partitions: readonly Partition[];
  /** Number 4, which holds the logical ones. In MiB. */
  readonly extended: { readonly start: number; readonly size: number };
}

/** "Numb". udev's rule 71-numberbox-disk and the start file system know the partitions by it. */
export const DISK_ID = "4e756d62";

const TYPES = {
  /** A PC looks for its boot loader in an EFI system partition only; a Raspberry Pi in a FAT of its size. */
  bootconfig: { amd64: "ef", arm64: "e" },
  fat32: "c",
  extended: "f",
  linux: "83",
} as const;

/** What a bundle and a box must agree on: processor and kind of disk. RAUC's `compatible`. Images before 2026-11-29 had a GPT, and none of its kind. */
export const compatibleOf = (architecture: Architecture): string => `numberbox-${architecture}-mbr`;

/** Sizes in MiB. `data` is what the image carries; the first start gives it the rest of the disk. */
export const SIZES = { head: 4, bootconfig: 16, boot: 128, system: 576, data: 256 } as const;

/** Before each logical partition, in MiB: its record of the chain lies there. */
export const RECORD = 1;

export function planDisk(architecture: Architecture): DiskPlan {
  const primary: readonly (readonly [PartitionName, number, string])[] = [
    ["bootconfig", SIZES.bootconfig, TYPES.bootconfig[architecture]],
    ["boot_a", SIZES.boot, TYPES.fat32],
    ["boot_b", SIZES.boot, TYPES.fat32],
  ];
  const logical: readonly (readonly [PartitionName, number, string])[] = [
    ["system_a", SIZES.system, TYPES.linux],
    ["system_b", SIZES.system, TYPES.linux],
    ["data", SIZES.data, TYPES.linux],
  ];
  let end: number = SIZES.head;
  const placed = (rows: typeof primary, first: number, gap: number): Partition[] =>
    rows.map(([name, size, type], at) => {
      const start = end + gap;
      end = start + size;
      return { name, number: first + at, start, size, type };
    });
  const first = placed(primary, 1, 0);
  const start = end;
  const partitions = [...first, ...placed(logical, 5, RECORD)];
  return { id: DISK_ID, size: end, partitions, extended: { start, size: end - start } };
}

export function partitionOf(plan: DiskPlan, name: PartitionName): Partition {
  const found = plan.partitions.find((each) => each.name === name);
  if (found === undefined) throw new AppError("image.partition", `the plan has no ${name}`);
  return found;
}

/** Refuses what does not fit into its partition. `bytes`: of the content. Errors: `image.too_big`. */
export function mustFit(plan: DiskPlan, name: PartitionName, bytes: number): void {
  const { size } = partitionOf(plan, name);
  if (bytes <= size * MIB) return;
  throw new AppError("image.too_big", `${name} takes ${Math.ceil(bytes / MIB)} MiB, its partition has ${size}`, {
    hint: "Leave packages out. A partition cannot grow: boxes that are in use have the old size.",
  });
}

/** The script that sfdisk reads. */
export function sfdiskScript(plan: DiskPlan): string {
  const { extended } = plan;
  const rows = [...plan.partitions, { number: 4, type: TYPES.extended, ...extended }];
  const lines = rows
    .sort((a, b) => a.number - b.number)
    .map(({ number, start, size, type }) => {
      const active = number === 1 ? ", bootable" : "";
      return `${number} : start=${start}MiB, size=${size}MiB, type=${type}${active}`;
    });
  return `label: dos\nlabel-id: 0x${plan.id}\n${lines.join("\n")}\n`;
}
