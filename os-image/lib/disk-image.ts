// The disk: every partition's content made, and put in its place.

import { rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeBootFolders } from "./boot-files.ts";
import { command } from "./command.ts";
import { appendVerity, makeExt4, makeFat, makeSquashfs, placePart, type Verity } from "./file-systems.ts";
import { MIB, mustFit, type PartitionName, partitionOf, planDisk, SIZES, sfdiskScript } from "./partition-plan.ts";
import type { BuildWork } from "./root-system.ts";

export interface DiskParts {
  readonly disk: string;
  /** Squashfs with its hash tree: what an update brings. */
  readonly system: string;
  /** FAT of a boot slot: what an update brings. */
  readonly boot: string;
  readonly verity: Verity;
}

/** Makes `appliance.img` in `folder` from the root's archive. Errors: `image.too_big`. */
export async function makeDisk(work: BuildWork, tar: string, folder: string): Promise<DiskParts> {
  const { settings, epoch, lock, debs, scratch, say } = work;
  const { architecture } = settings;
  const plan = planDisk(architecture);
  const system = join(scratch, "system.img");
  say("compressing the system");
  await makeSquashfs(tar, system, { level: settings.compression, epoch, say });
  const verity = await appendVerity(system);
  mustFit(plan, "system_a", (await stat(system)).size);
  say("making boot partitions and data");
  const source = join(settings.source, "os-image");
  const folders = await makeBootFolders({ architecture, lock, debs, scratch, tar, verity, source });
  const boot = join(scratch, "boot.vfat");
  await makeFat(folders.slot, boot, { size: SIZES.boot, label: "BOOT", volume: "0B0071A1", bits: 32, epoch });
  const configuration = join(scratch, "bootconfig.vfat");
  const label = { label: "BOOTCONFIG", volume: "0B00C0F6", bits: 16, epoch } as const;
  await makeFat(folders.configuration, configuration, { ...label, size: SIZES.bootconfig });
  const data = join(scratch, "data.ext4");
  await makeExt4(data, SIZES.data, epoch);
  const disk = join(folder, "appliance.img");
  await rm(disk, { force: true });
  await writeFile(disk, "");
  await truncate(disk, plan.size * MIB);
  await command("sfdisk", ["-q", "--no-reread", "--no-tell-kernel", disk], { input: sfdiskScript(plan) });
  const content: readonly (readonly [PartitionName, string])[] = [
    ["bootconfig", configuration],
    ["boot_a", boot],
    ["system_a", system],
    ["data", data],
  ];
  for (const [name, file] of content) await placePart(file, disk, partitionOf(plan, name).start * MIB);
  return { disk, system, boot, verity };
}
