import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { blockRanges } from "../../os-image/lib/block-map.ts";
import { command } from "../../os-image/lib/command.ts";
import { MIB, mustFit, partitionOf, planDisk, RECORD, sfdiskScript } from "../../os-image/lib/partition-plan.ts";
import { ARCHITECTURES } from "../../os-image/lib/settings.ts";

const listed = z.object({
  partitiontable: z.object({
    id: z.string(),
    partitions: z.array(
      z.object({ start: z.number(), size: z.number(), type: z.string(), bootable: z.boolean().optional() }),
    ),
  }),
});

/** Debian has it in the package fdisk. */
const partitioner = ["/sbin/sfdisk", "/usr/sbin/sfdisk"].some((file) => existsSync(file));

describe.each(ARCHITECTURES)("the disk of %s", (architecture) => {
  const plan = planDisk(architecture);

  it("has the partitions in the order that slots are numbered by, the FAT ones first, without an overlap", () => {
    const numbers = plan.partitions.map(({ name, number }) => `${number} ${name}`);
    const fat = ["1 bootconfig", "2 boot_a", "3 boot_b"];
    expect(numbers).toEqual([...fat, "5 system_a", "6 system_b", "7 data"]);
    let end = partitionOf(plan, "bootconfig").start;
    for (const { number, start, size } of plan.partitions) {
      // Before a logical partition lies its record.
      expect(start).toBe(number < 5 ? end : end + RECORD);
      end = start + size;
    }
    expect(plan.size).toBe(end);
    expect(plan.extended.start + plan.extended.size).toBe(end);
  });

  it("gives both slots the same room", () => {
    expect(partitionOf(plan, "boot_a").size).toBe(partitionOf(plan, "boot_b").size);
    expect(partitionOf(plan, "system_a").size).toBe(partitionOf(plan, "system_b").size);
  });

  it("refuses a system that does not fit", () => {
    const { size } = partitionOf(plan, "system_a");
    expect(() => mustFit(plan, "system_a", size * MIB)).not.toThrow();
    expect(() => mustFit(plan, "system_a", size * MIB + 1)).toThrow(expect.objectContaining({ code: "image.too_big" }));
  });

  it.skipIf(!partitioner)("is what sfdisk makes of the script, the same each time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-plan-"));
    const disk = join(folder, "disk.img");
    try {
      writeFileSync(disk, "");
      await command("truncate", ["-s", `${plan.size}M`, disk]);
      await command("sfdisk", ["-q", "--no-reread", "--no-tell-kernel", disk], { input: sfdiskScript(plan) });
      const table = listed.parse(JSON.parse((await command("sfdisk", ["-J", disk])).toString())).partitiontable;
      expect(table.id).toBe(`0x${plan.id}`);
      const got = table.partitions.map(({ start, size, type }, at) => [at + 1, start / 2048, size / 2048, type]);
      expect(got.filter(([number]) => number !== 4)).toEqual(
        plan.partitions.map(({ number, start, size, type }) => [number, start, size, type]),
      );
      expect(got[3]).toEqual([4, plan.extended.start, plan.extended.size, "f"]);
      expect(table.partitions.map(({ bootable }) => bootable ?? false).indexOf(true)).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("maps whole file systems for flashing, the begin of the empty slot, and nothing twice", () => {
    const ranges = blockRanges(plan, 100 * MIB + 1);
    for (const [at, { first, last }] of ranges.entries()) {
      expect(last).toBeGreaterThanOrEqual(first);
      expect(first).toBeGreaterThan(ranges[at - 1]?.last ?? -1);
    }
    const has = (mib: number) => ranges.some(({ first, last }) => first <= mib * 256 && mib * 256 <= last);
    const at = (name: Parameters<typeof partitionOf>[1]) => partitionOf(plan, name).start;
    expect(has(0)).toBe(true);
    expect(has(at("boot_b"))).toBe(true);
    expect(has(at("boot_b") + 1)).toBe(false);
    expect(has(at("system_a") + 100)).toBe(true);
    expect(has(at("system_a") + 101)).toBe(false);
    expect(has(at("data") + 255)).toBe(true);
    // The chain of the logical partitions.
    for (const name of ["system_a", "system_b", "data"] as const) expect(has(at(name) - RECORD)).toBe(true);
  });
});
