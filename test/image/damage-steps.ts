// A data partition that is damaged, as a card at its end or a flipped bit leaves it: the box mends it by itself and comes back. And one in
// which the kernel finds a fault while it runs, after which nothing can be written.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../os-image/lib/command.ts";
import { partitionOf, planDisk } from "../../os-image/lib/partition-plan.ts";
import { flatten } from "./disk-check.ts";
import type { Figures } from "./steps.ts";
import { until } from "./usb-disk.ts";
import type { World } from "./world.ts";

/** In MiB. */
const { start: START } = partitionOf(planDisk("amd64"), "data");

/** Changes the data partition of a machine that is off by a shell line, for which `$1` is the partition. */
async function damage(world: World, scratch: string, line: string): Promise<void> {
  const [raw, data] = [join(scratch, "damaged.img"), join(scratch, "damaged-data.img")];
  await flatten(world.disk, raw);
  const copy = ["bs=1M", "status=none"];
  await command("dd", [`if=${raw}`, `of=${data}`, `skip=${START}`, "conv=sparse", ...copy]);
  await command("sh", ["-ec", line, "sh", data]);
  await command("dd", [`if=${data}`, `of=${raw}`, `seek=${START}`, "conv=notrunc", ...copy]);
  await rm(world.disk);
  await command("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, world.disk]);
  await rm(raw);
  await rm(data);
}

/** Starts the machine; returns the seconds until its SMS are read again. */
async function comesBack(world: World, sent: readonly string[]): Promise<number> {
  const begun = performance.now();
  const machine = await world.switchOn();
  await machine.ready();
  await world.read(sent);
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  return Math.round((performance.now() - begun) / 1000);
}

/** Damage that a check without questions refuses to mend, and a superblock that is gone. */
export async function damagedData(world: World, scratch: string): Promise<Figures> {
  await world.setUp();
  await world.running.run("mkdir -p /data/lost-one /data/lost-two; touch /data/lost-one/a /data/lost-two/b; sync");
  await world.cut();
  const inode = "set_inode_field /lost-one mode 0100644";
  await damage(
    world,
    scratch,
    `e2fsck -E journal_only -y "$1" || test $? -le 1
debugfs -w -R '${inode}' "$1"; debugfs -w -R 'set_super_value state 2' "$1"
code=0; e2fsck -p "$1" || code=$?; test $code = 4
debugfs -w -R '${inode}' "$1"; debugfs -w -R 'set_super_value state 2' "$1"`,
  );
  const directory = await comesBack(world, world.send());
  await world.cut();
  // The superblock is the second KiB (ext4(5)).
  const zeros = 'dd if=/dev/zero of="$1" bs=1024 seek=1 count=1 conv=notrunc status=none';
  await damage(world, scratch, zeros);
  const superblock = await comesBack(world, world.send());
  return { "seconds after a damaged inode": directory, "seconds after a lost superblock": superblock };
}

/** The kernel finds a fault and lets nothing be written; the box finds that out, and the machine starts anew. */
export async function faultWhileRunning(world: World): Promise<Figures> {
  await world.setUp();
  const begun = performance.now();
  const { running } = world;
  const boot = await running.run("cat /proc/sys/kernel/random/boot_id");
  const device = (await running.run("basename $(readlink -f /dev/disk/numberbox/data)")).trim();
  await running.run(`echo 1 >/sys/fs/ext4/${device}/trigger_fs_error; touch /data/x 2>/dev/null && exit 1; true`);
  const sent = world.send();
  await until(
    "a new start",
    // While it goes down and comes up the shell says nothing.
    async () => ((await running.run("cat /proc/sys/kernel/random/boot_id", 30)) === boot ? null : true),
    45,
  );
  const restarted = Math.round((performance.now() - begun) / 1000);
  await running.ready();
  await world.read(sent);
  const options = await running.run("findmnt -n -o FS-OPTIONS -M /data");
  if (!/\brw\b/.test(options) || /emergency_ro/.test(options)) throw new Error(`after the start data is ${options}`);
  return { "seconds until the machine starts anew": restarted };
}
