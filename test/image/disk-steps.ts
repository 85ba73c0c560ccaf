// The data moves from the card to a USB disk: a power cut amid it, the disk pulled out and plugged in again, and a new card beside it.

import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { storageView } from "../../src/protocol/index.ts";
import { type Machine, makeOverlay, pause } from "./machine.ts";
import type { Figures } from "./steps.ts";
import { plugIn, pullOut, type UsbDisk, until } from "./usb-disk.ts";
import type { World } from "./world.ts";

const SERIAL = "NB0042";
const DISK_BYTES = 3 * 1024 ** 3;
const DATA = "/var/lib/numberbox";
/** Seconds after it says that it moves the data. An emulated machine needs some ten for all of it. */
const CUT_AFTER = [0.5, 4];

function makeDisk(file: string): UsbDisk {
  writeFileSync(file, "");
  truncateSync(file, DISK_BYTES);
  return { id: "ssd", file, serial: SERIAL };
}

async function storage(world: World) {
  return storageView.parse(JSON.parse(await world.api("GET", "/host/storage")));
}

async function askForMove(world: World): Promise<void> {
  const found = await until("the disk is offered", async () => {
    const { disks } = await storage(world);
    return disks.find(({ id }) => id.includes(SERIAL)) ?? null;
  });
  const { name } = z.object({ name: z.string() }).parse(JSON.parse(await world.api("GET", "/host")));
  await world.api("POST", "/host/move-data", { disk: found.id, confirm: name });
}

/** Of the machine that runs now: its next start has come to an end. While it stops, the console of before may answer for long. */
async function startedAnew(machine: Machine): Promise<void> {
  await until("the restart", async () => ((await machine.get("/health")).status === 200 ? null : true));
  await machine.ready();
}

async function identity(world: World): Promise<string> {
  const text = await world.running.run(`numberbox identity show --json --data ${DATA}`);
  return z.object({ verify: z.string() }).parse(JSON.parse(text.slice(text.indexOf("{")))).verify;
}

/** Where the data is, as the kernel sees it, and what is left of it on the card. */
async function placed(world: World, partition = /^\/dev\/sd[a-z]1$/): Promise<string> {
  const { running } = world;
  const mounted = await running.run("findmnt -nro SOURCE --mountpoint /data | tail -n 1");
  if (!partition.test(mounted)) throw new Error(`/data is on ${mounted}`);
  return await running.run(
    "mkdir -p /run/card && mount /dev/disk/numberbox/data /run/card && find /run/card -mindepth 1 -printf '%P ' ; umount /run/card",
  );
}

/** A cut while it is moved: whatever is there afterwards is whole, and the move can be asked for again. */
async function cutAmid(world: World, disk: UsbDisk, seconds: number): Promise<void> {
  const before = (await world.running.console()).length;
  await askForMove(world);
  const sent = world.send();
  await until("it moves the data", async () =>
    (await world.running.console()).slice(before).includes("moving the data to") ? true : null,
  );
  await pause(seconds * 1000);
  await world.cut();
  const machine = await world.switchOn();
  await plugIn(machine, disk);
  await machine.ready();
  await world.read(sent, 15);
}

/** Its disk is pulled out: the machine starts anew, the box waits and says so; with the disk it goes on. */
async function waitsForDisk(world: World, disk: UsbDisk): Promise<void> {
  const machine = world.running;
  const before = (await machine.console()).length;
  await pullOut(machine, disk.id);
  await until("it says that the disk is not there", async () =>
    (await machine.console()).slice(before).includes("Plug it in: the box waits for it") ? true : null,
  );
  if ((await machine.get("/health")).status !== 0) throw new Error("the box is in service without its data");
  await plugIn(machine, disk);
  await machine.ready();
}

/** A new box moves its data to an NVMe disk. */
export async function dataMovesToNvme(world: World, image: string, scratch: string): Promise<Figures> {
  await world.cut();
  await makeOverlay(image, world.disk);
  const { file } = makeDisk(join(scratch, "nvme.img"));
  const machine = await world.switchOn({ nvme: { file, serial: SERIAL } });
  await machine.ready();
  const owner = await identity(world);
  const offered = await until("the disk is offered", async () => (await storage(world)).disks[0] ?? null);
  if (offered.bus !== "nvme") throw new Error(`the disk is offered as ${offered.bus}`);
  const begun = performance.now();
  await askForMove(world);
  await startedAnew(machine);
  const took = Math.round((performance.now() - begun) / 1000);
  await placed(world, /^\/dev\/nvme\d+n1p1$/);
  if ((await identity(world)) !== owner) throw new Error("the box on the disk is another one");
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  return { "seconds to move and start": took };
}

/** Resolves with what it took. The world's machine runs from a new card and the disk in the end. */
export async function dataMoves(world: World, image: string, scratch: string): Promise<Figures> {
  await world.setUp();
  const disk = makeDisk(join(scratch, "ssd.img"));
  const owner = await identity(world);
  await plugIn(world.running, disk);
  for (const seconds of CUT_AFTER) {
    if ((await storage(world)).data?.on === "card") await cutAmid(world, disk, seconds);
  }
  const begun = performance.now();
  if ((await storage(world)).data?.on === "card") {
    await askForMove(world);
    await startedAnew(world.running);
  }
  const took = Math.round((performance.now() - begun) / 1000);
  const left = await placed(world);
  if (!/^(?:(?:lost\+found|image|image\/data-disk)(?: |$))+$/.test(left)) throw new Error(`left on the card: ${left}`);
  const now = await storage(world);
  if (now.data?.on !== "disk" || now.data.last?.result !== "moved") throw new Error(JSON.stringify(now));
  await world.read(world.send());
  await waitsForDisk(world, disk);
  await world.read(world.send());
  // The card dies; the disk goes into a box with a new one.
  await world.cut();
  await makeOverlay(image, world.disk);
  const machine = await world.switchOn();
  await plugIn(machine, disk);
  await machine.ready();
  if ((await identity(world)) !== owner) throw new Error("a new card beside the disk is another box");
  await world.read(world.send());
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  return { "seconds to move and start": took, "cuts amid it": CUT_AFTER.length };
}
