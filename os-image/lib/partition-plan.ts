// Where each partition of the disk is. Pure: sizes in, a plan and sfdisk's script out.

import { AppError } from "../../src/base/index.ts";
import type { Architecture } from "./settings.ts";

export const MIB = 1024 * 1024;

export type PartitionName = "bootconfig" | "boot_a" | "boot_b" | "system_a" | "system_b" | "data";

export interface Partition {
  readonly name: PartitionName;
  /** From 1. The Raspberry Pi's autoboot.txt and ours name slots by it. */
  readonly number: number;
  /** In MiB from the disk's begin. */
  readonly start: number;
  /** In MiB. */
  readonly size: number;
  readonly type: string;
  readonly uuid: string;
  readonly attributes: readonly number[];
}

export interface DiskPlan {
  readonly id: string;
  /** Whole disk, in MiB. */
  readonly size: number;
  readonly partitions: readonly Partition[];
}

const TYPES = {
  /** FAT that firmware reads. A PC looks for its boot loader in an EFI system partition only. */
  firmware: { amd64: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", arm64: "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7" },
  basic: "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
  system: { amd64: "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709", arm64: "B921B045-1DF0-41C3-AF44-4C6F280D3FAE" },
  linux: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
} as const;

/** Attribute of GPT: read-only. */
const READ_ONLY = 60;
/** Attribute of GPT: systemd shall not mount it by itself. */
const NO_AUTO = 63;

/** Sizes in MiB. `data` is what the image carries; the first start gives it the rest of the disk. */
export const SIZES = { head: 4, bootconfig: 16, boot: 128, system: 576, data: 256, tail: 4 } as const;

function uuid(number: number): string {
  return `A0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

export function planDisk(architecture: Architecture): DiskPlan {
  const system = TYPES.system[architecture];
  const rows: readonly (readonly [PartitionName, number, string, readonly number[]])[] = [
    ["bootconfig", SIZES.bootconfig, TYPES.firmware[architecture], []],
    ["boot_a", SIZES.boot, TYPES.basic, []],
    ["boot_b", SIZES.boot, TYPES.basic, []],
    ["system_a", SIZES.system, system, [READ_ONLY, NO_AUTO]],
    ["system_b", SIZES.system, system, [READ_ONLY, NO_AUTO]],
    ["data", SIZES.data, TYPES.linux, []],
  ];
  let start: number = SIZES.head;
  const partitions = rows.map(([name, size, type, attributes], at) => {
    const partition = { name, number: at + 1, start, size, type, uuid: uuid(at + 1), attributes };
    start += size;
    return partition;
  });
  return { id: uuid(0), size: start + SIZES.tail, partitions };
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
  const lines = plan.partitions.map(({ name, start, size, type, uuid: id, attributes }) => {
    const attrs = attributes.length === 0 ? "" : `, attrs="${attributes.map((bit) => `GUID:${bit}`).join(",")}"`;
    return `start=${start}MiB, size=${size}MiB, type=${type}, uuid=${id}, name=${name}${attrs}`;
  });
  return `label: gpt\nlabel-id: ${plan.id}\nfirst-lba: 2048\n${lines.join("\n")}\n`;
}
