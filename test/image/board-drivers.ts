// No Raspberry Pi is here to try it: whether the start file system has each driver that a board's card waits for, by the board's device tree.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { command } from "../../os-image/lib/command.ts";
import { MIB, partitionOf, planDisk } from "../../os-image/lib/partition-plan.ts";
import { compatibleOf, parseDeviceTree, suppliersOf } from "./device-tree.ts";
import type { Figures } from "./steps.ts";

const PLAN = planDisk("arm64");
const CARD = /\/mmc(nr)?@[0-9a-f]+$/;
const HEAD = 110;
const ZSTD = 0xfd2fb528;

/** Names in a start file system: archives of cpio ("newc") one behind the other, the last ones compressed. */
export function namesInInitrd(bytes: Buffer): string[] {
  const names: string[] = [];
  let at = 0;
  const aligned = (to: number) => (to + 3) & ~3;
  while (at + 4 <= bytes.length) {
    if (bytes.readUInt32LE(at) === ZSTD) return [...names, ...namesInInitrd(zstdDecompressSync(bytes.subarray(at)))];
    if (bytes.readUInt8(at) === 0) {
      at += 4;
      continue;
    }
    if (bytes.toString("latin1", at, at + 5) !== "07070") throw new Error(`the start file system: no archive at ${at}`);
    const number = (field: number) =>
      Number.parseInt(bytes.toString("latin1", at + 6 + field * 8, at + 14 + field * 8), 16);
    const [size, length] = [number(6), number(11)];
    names.push(bytes.toString("latin1", at + HEAD, at + HEAD + length - 1));
    at = aligned(aligned(at + HEAD + length) + size);
  }
  return names;
}

/** Of the image itself: it listens to the firmware, which it does not drive, and a card does without it. */
const LISTENS = "numberbox_tryboot";

/** Modules by the name of a device that they drive. `text`: modules.alias. What is not there is in the kernel, or has no driver at all. */
export function modulesByDevice(text: string): Map<string, string> {
  const found = text.matchAll(/^alias of:N\*T\*C(\S+?)(?:C\*)? (\S+)$/gm);
  const named = [...found].map(([, device = "", module = ""]) => [device, module] as const);
  return new Map(named.filter(([, module]) => module !== LISTENS));
}

/** Modules that a board's cards need. */
export function modulesOfCards(tree: Buffer, modules: ReadonlyMap<string, string>): Set<string> {
  const nodes = parseDeviceTree(tree);
  const isOn = (path: string) => (nodes.get(path)?.get("status")?.toString("latin1", 0, 2) ?? "ok") === "ok";
  const cards = [...nodes.keys()].filter((path) => CARD.test(path) && isOn(path));
  if (cards.length === 0) throw new Error("a board without a card");
  const waitedFor = [...suppliersOf(nodes, cards)].flatMap((path) => {
    const names = compatibleOf(nodes.get(path) ?? new Map());
    return names.map((name) => modules.get(name)).find((module) => module !== undefined) ?? [];
  });
  return new Set(waitedFor);
}

async function take(image: string, name: "boot_a" | "system_a", file: string): Promise<string> {
  const { start, size } = partitionOf(PLAN, name);
  const where = ["bs=1M", `skip=${start}`, `count=${size}`];
  await command("dd", [`if=${image}`, `of=${file}`, ...where, "conv=sparse", "status=none"]);
  return file;
}

/** Throws with the modules that are missing, board by board. */
export async function cardDrivers(image: string, scratch: string): Promise<Figures> {
  const fat = await take(image, "boot_a", join(scratch, "drivers-boot.img"));
  const env = { MTOOLS_SKIP_CHECK: "1" };
  await command("mcopy", ["-n", "-o", "-i", fat, "::*.dtb", "::initrd.img", scratch], { env });
  const system = await take(image, "system_a", join(scratch, "drivers-system.img"));
  const names = namesInInitrd(await readFile(join(scratch, "initrd.img")));
  const here = new Set(names.flatMap((name) => /([^/]+)\.ko(?:\.\w+)?$/.exec(name)?.[1]?.replaceAll("-", "_") ?? []));
  const kernel = names.map((name) => /lib\/modules\/([^/]+)\/./.exec(name)?.[1]).find((each) => each !== undefined);
  const alias = (await command("unsquashfs", ["-cat", system, `usr/lib/modules/${kernel}/modules.alias`])).toString();
  const modules = modulesByDevice(alias);
  const boards = (await readdir(scratch)).filter((name) => name.startsWith("bcm") && name.endsWith(".dtb"));
  const faults: string[] = [];
  for (const board of boards) {
    const needed = modulesOfCards(await readFile(join(scratch, board)), modules);
    const absent = [...needed].filter((name) => !here.has(name)).sort();
    if (absent.length > 0) faults.push(`${board}: ${absent.join(" ")}`);
  }
  if (boards.length === 0) throw new Error("the boot slot has no device tree of a board");
  if (faults.length > 0) throw new Error(`the start file system lacks drivers of the card: ${faults.join("; ")}`);
  return { boards: boards.length, MiB: Math.round((await readFile(join(scratch, "initrd.img"))).length / MIB) };
}
