// Reads the disk from outside, as somebody does who takes the card out: its table, its file systems, the hash tree.

import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { command } from "../../os-image/lib/command.ts";
import {
  DISK_ID,
  type DiskPlan,
  type PartitionName,
  partitionOf,
  planDisk,
} from "../../os-image/lib/partition-plan.ts";
import type { Architecture } from "../../os-image/lib/settings.ts";

const table = z.object({
  partitiontable: z.object({
    label: z.literal("dos"),
    id: z.literal(`0x${DISK_ID}`),
    partitions: z.array(z.object({ start: z.number(), size: z.number(), type: z.string() })),
  }),
});

// Places and sizes are the same for both architectures.
const PLAN = planDisk("amd64");
/** Sectors of a MiB. */
const SECTORS = 2048;

/** Where a boot slot holds the kernel's words. */
const WORDS = { amd64: "slot.cfg", arm64: "cmdline.txt" } as const;

export interface DiskToCheck {
  readonly disk: string;
  readonly scratch: string;
  readonly architecture: Architecture;
  /** The one that was started last. */
  readonly slot?: "a" | "b";
}

/** Copies one partition out of a raw disk. */
async function take(disk: string, name: PartitionName, file: string, size?: number): Promise<void> {
  const { start } = partitionOf(PLAN, name);
  const count = size ?? partitionOf(PLAN, name).size;
  await command("dd", [
    `if=${disk}`,
    `of=${file}`,
    "bs=1M",
    `skip=${start}`,
    `count=${count}`,
    "conv=sparse",
    "status=none",
  ]);
}

/** Bytes that a squashfs says it has. */
async function squashfsSize(file: string): Promise<number> {
  const handle = await open(file, "r");
  try {
    const head = Buffer.alloc(96);
    await handle.read(head, 0, 96, 0);
    if (head.toString("latin1", 0, 4) !== "hsqs") throw new Error("system_a holds no squashfs");
    return Number(head.readBigUInt64LE(40));
  } finally {
    await handle.close();
  }
}

/** Takes the mark "mounted" off a copy of a FAT file system: a machine that was cut leaves it, and it is no damage; all else is. */
async function takeOffInUse(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const sector = Buffer.alloc(512);
    await handle.read(sector, 0, sector.length, 0);
    // Microsoft's FAT specification, 3.1-3.3: without a 16-bit size of the table it is FAT32, whose mark lies elsewhere.
    const at = sector.readUInt16LE(22) === 0 ? 65 : 37;
    await handle.write(Buffer.of(sector.readUInt8(at) & ~1), 0, 1, at);
  } finally {
    await handle.close();
  }
}

/** Throws where others than root may write in the root folder: sshd then takes nobody's key. */
async function checkRoot(squashfs: string): Promise<void> {
  const listing = (await command("unsquashfs", ["-lln", squashfs, "tmp"])).toString();
  const [root = "no root folder"] = /^.* squashfs-root$/m.exec(listing) ?? [];
  if (!root.startsWith("drwxr-xr-x 0/0 ")) throw new Error(`the root folder of the system: ${root}`);
}

type Row = z.infer<typeof table>["partitiontable"]["partitions"][number];

/** Throws where a table is not the plan's, but for what the first start makes larger. Returns how large data is, in MiB. */
function checkTable(rows: readonly Row[], plan: DiskPlan): number {
  const { extended } = plan;
  const planned = [...plan.partitions, { number: 4, type: "f", ...extended }].sort((a, b) => a.number - b.number);
  const words = (list: readonly string[]) => list.join("; ");
  const shown = words(rows.map(({ start, type }, at) => `${at + 1} ${type} at ${start / SECTORS}`));
  const wanted = words(planned.map(({ number, start, type }) => `${number} ${type} at ${start}`));
  if (shown !== wanted) throw new Error(`partitions are ${shown}, not ${wanted}`);
  const size = (number: number) => (rows[number - 1]?.size ?? 0) / SECTORS;
  for (const { name, number, size: least } of plan.partitions)
    if (name === "data" ? size(number) < least : size(number) !== least)
      throw new Error(`${name} has ${size(number)} MiB`);
  const data = partitionOf(plan, "data");
  if (data.start + size(data.number) !== extended.start + size(4))
    throw new Error("data does not end with the partition that holds it");
  return size(data.number);
}

/** Throws with what is wrong. Returns how large data is, in MiB. */
export async function checkDisk(checked: DiskToCheck): Promise<{ data: number }> {
  const { disk, scratch, architecture, slot = "a" } = checked;
  const { partitions } = table.parse(JSON.parse((await command("sfdisk", ["-J", disk])).toString())).partitiontable;
  const data = checkTable(partitions, planDisk(architecture));
  const file = join(scratch, "partition");
  for (const name of ["bootconfig", `boot_${slot}`] as const) {
    await take(disk, name, file);
    await takeOffInUse(file);
    await command("fsck.vfat", ["-n", file]);
  }
  await command("mcopy", ["-n", "-o", "-i", file, `::${WORDS[architecture]}`, `${file}.cfg`]);
  const [, hash = "", offset = "0"] =
    /numberbox\.verity=([0-9a-f]{64}),(\d+)/.exec(await readFile(`${file}.cfg`, "utf8")) ?? [];
  await take(disk, `system_${slot}`, file);
  if ((await squashfsSize(file)) > Number(offset)) throw new Error("the hash tree begins inside the squashfs");
  await checkRoot(file);
  await command("veritysetup", ["verify", `--hash-offset=${offset}`, file, file, hash]);
  await take(disk, "data", file, data);
  // The journal is played back first, as the kernel does at the next start. It says so with exit code 1.
  await command("sh", ["-c", `e2fsck -E journal_only -y "$1" >/dev/null; test $? -le 1`, "sh", file]);
  await command("e2fsck", ["-fn", file]);
  await rm(file);
  return { data };
}

/** A raw disk of an overlay, with what the guest had flushed. */
export async function flatten(overlay: string, raw: string): Promise<void> {
  await command("qemu-img", ["convert", "-O", "raw", overlay, raw]);
}
