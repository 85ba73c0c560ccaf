// With nobody at the console: a stick makes a new card the box of a backup, and gives a locked box another system and another owner.

import { copyFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { command } from "../../os-image/lib/command.ts";
import { makeOverlay } from "./machine.ts";
import type { Figures } from "./steps.ts";
import { plugIn, pullOut, until } from "./usb-disk.ts";
import type { World } from "./world.ts";

const DATA = "/var/lib/numberbox";
const PASSPHRASE = "a passphrase for backups";
const MIB = 1024 * 1024;
const slotStatus = z.object({ current: z.string(), default: z.string() });

async function identity(world: World): Promise<string> {
  const text = await world.running.run(`numberbox identity show --json --data ${DATA}`);
  return z.object({ verify: z.string() }).parse(JSON.parse(text.slice(text.indexOf("{")))).verify;
}

async function stick(file: string, size: number): Promise<void> {
  writeFileSync(file, "");
  truncateSync(file, size * MIB);
  await command("mkfs.vfat", ["-n", "RESCUE", file]);
}

async function put(image: string, scratch: string, name: string, text: string): Promise<void> {
  const file = join(scratch, name);
  writeFileSync(file, text);
  await command("mcopy", ["-o", "-i", image, file, `::${name}`]);
}

const told = async (image: string, name: string): Promise<string> =>
  (await command("mtype", ["-i", image, `::${name}`])).toString();

/** The world's machine runs from a new card in the end, as the box that it was. */
export async function restoredFromStick(world: World, image: string, scratch: string): Promise<Figures> {
  await world.setUp();
  const file = join(scratch, "restore.img");
  await stick(file, 64);
  const owner = await identity(world);
  await plugIn(world.running, { id: "restore", file, removable: true });
  await until("the stick is mounted", async () =>
    (await world.running.run("findmnt -rno TARGET | grep /run/media || true")) === "" ? null : true,
  );
  await world.running.run(
    `echo '${PASSPHRASE}' >/run/pass && numberbox backup --data ${DATA} --passphrase-file /run/pass --out "$(findmnt -rno TARGET | grep /run/media)/numberbox-box-20261101-030000.nbbackup"`,
  );
  await pullOut(world.running, "restore");
  await world.cut();
  await put(file, scratch, "numberbox-restore.txt", `${PASSPHRASE}\r\n`);
  await makeOverlay(image, world.disk);
  const machine = await world.switchOn();
  await plugIn(machine, { id: "restore", file, removable: true });
  const begun = performance.now();
  await machine.ready();
  await until("the new card is the box of the backup", async () => ((await identity(world)) === owner ? true : null));
  const took = Math.round((performance.now() - begun) / 1000);
  await machine.ready();
  await world.read(world.send(), 10);
  await pullOut(machine, "restore");
  const text = await told(file, "numberbox-restore-done.txt");
  if (!text.startsWith("Restored: ")) throw new Error(text);
  if ((await command("mdir", ["-b", "-i", file])).toString().includes("numberbox-restore.txt"))
    throw new Error("the passphrase is still on the stick");
  return { "seconds to the restored box": took };
}

/** A new box is reset by a stick at its next start: it is another box then. */
export async function resetFromStick(world: World, image: string, scratch: string): Promise<Figures> {
  await world.cut();
  await makeOverlay(image, world.disk);
  await (await world.switchOn()).ready();
  const owner = await identity(world);
  await world.running.run(`echo mine >${DATA}/left-behind && sync`);
  const file = join(scratch, "reset.img");
  await stick(file, 64);
  await put(file, scratch, "numberbox-recovery.txt", "reset\r\n");
  await world.cut();
  const machine = await world.switchOn();
  await plugIn(machine, { id: "reset", file, removable: true });
  const begun = performance.now();
  await until("the box is another one", async () => ((await identity(world)) === owner ? null : true), 30);
  const took = Math.round((performance.now() - begun) / 1000);
  await machine.ready();
  const left = await world.running.run(`find /data -name left-behind`);
  if (left.trim() !== "") throw new Error(`left of the box before: ${left}`);
  await pullOut(machine, "reset");
  const text = await told(file, "numberbox-recovery-done.txt");
  if (!text.startsWith("reset: ")) throw new Error(text);
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  return { "seconds to the new box": took };
}

/** The world's machine runs from the other slot in the end. */
export async function recoveredFromStick(world: World, bundle: string, scratch: string): Promise<Figures> {
  await world.setUp();
  const slots = async (): Promise<z.infer<typeof slotStatus>> => {
    const text = await world.running.run("/usr/lib/numberbox-image/boot-slot status");
    return slotStatus.parse(JSON.parse(text.slice(text.indexOf("{"))));
  };
  const before = await slots();
  const file = join(scratch, "recover.img");
  await stick(file, 700);
  copyFileSync(bundle, join(scratch, "rescue.raucb"));
  await command("mcopy", ["-i", file, join(scratch, "rescue.raucb"), "::"]);
  await put(file, scratch, "numberbox-recovery.txt", "owner\r\nnetwork\r\ninstall\r\n");
  await world.cut();
  const machine = await world.switchOn();
  await plugIn(machine, { id: "recover", file, removable: true });
  const begun = performance.now();
  await until(
    "the bundle of the stick is kept",
    async () => {
      const now = await slots();
      return now.default !== before.default && now.current === now.default ? true : null;
    },
    30,
  );
  const took = Math.round((performance.now() - begun) / 1000);
  await world.read(world.send(), 10);
  await pullOut(machine, "recover");
  const text = await told(file, "numberbox-recovery-done.txt");
  if (!/^owner: .*\nnetwork: .*\ninstall: rescue\.raucb is installed/.test(text)) throw new Error(text);
  return { "seconds to the kept system": took };
}
