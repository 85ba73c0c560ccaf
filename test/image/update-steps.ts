// Updates of an appliance: one that is kept, one that cannot start, and bundles that must not even be written.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { compatibleOf } from "../../os-image/lib/partition-plan.ts";
import type { Signing } from "../../os-image/lib/settings.ts";
import { badSystem, changedByte, cutShort, type Label, signBundle, unpackBundle } from "./bundles.ts";
import { pause } from "./machine.ts";
import type { Figures } from "./steps.ts";
import type { World } from "./world.ts";

export interface UpdateTools {
  readonly world: World;
  readonly bundle: string;
  readonly scratch: string;
  /** Where the guest finds the files of `scratch`. */
  readonly port: number;
  readonly signing: Signing;
}

const SLOT = "/usr/lib/numberbox-image/boot-slot";

interface SlotStatus {
  readonly current: string;
  readonly default: string;
  readonly pending: string;
  readonly trying: boolean;
}

async function status({ world }: UpdateTools): Promise<SlotStatus> {
  const text = await world.running.run(`${SLOT} status`);
  return JSON.parse(text.slice(text.indexOf("{"))) as SlotStatus;
}

const FETCHED = "/data/update.raucb";

async function bring({ world, port }: UpdateTools, name: string): Promise<void> {
  await world.running.run(`curl -sS -f -o ${FETCHED} http://10.0.2.2:${port}/${name}`, 600);
}

/** Brings a bundle into the guest and installs it. Throws what RAUC says. */
export async function install(tools: UpdateTools, name: string): Promise<void> {
  await bring(tools, name);
  await tools.world.running.run(`rauc install ${FETCHED}; code=$?; rm -f ${FETCHED}; exit $code`, 1800);
}

/** Brings a bundle into the guest and begins to install it; its end is not waited for. */
export async function beginInstall(tools: UpdateTools, name: string): Promise<void> {
  await bring(tools, name);
  await tools.world.running.run(`rauc install ${FETCHED} >/dev/null 2>&1 &`);
}

/** Starts what was installed last, once. The machine goes down for it. */
export async function beginTry({ world }: UpdateTools): Promise<void> {
  await world.running.run(`${SLOT} try >/dev/null 2>&1 &`).catch(() => {});
}

async function refused(tools: UpdateTools, name: string): Promise<string> {
  const before = await status(tools);
  try {
    await install(tools, name);
  } catch (error) {
    const after = await status(tools);
    if (after.pending !== "" || after.current !== before.current)
      throw new Error(`${name} was refused, yet ${JSON.stringify(after)}`);
    if ((await tools.world.running.get("/health")).status !== 200) throw new Error("the box is out of service");
    return (error instanceof Error ? error.message : "").split("\n").at(-1) ?? "";
  }
  throw new Error(`${name} was installed`);
}

function labelOf({ world, signing }: UpdateTools, version: string): Label {
  return { version, signing, compatible: compatibleOf(world.platform.architecture) };
}

export async function badBundleRefused(tools: UpdateTools): Promise<Figures> {
  const { bundle, scratch, signing } = tools;
  const at = (name: string) => join(scratch, name);
  await changedByte(bundle, at("changed.raucb"));
  await refused(tools, "changed.raucb");
  await cutShort(bundle, at("cut.raucb"));
  await refused(tools, "cut.raucb");
  await unpackBundle(bundle, at("parts"), signing);
  await signBundle(at("parts"), at("older.raucb"), labelOf(tools, "0.0.1"));
  await refused(tools, "older.raucb");
  // As they were called while the card had a GPT.
  const other = { ...labelOf(tools, "99.0.0"), compatible: `numberbox-${tools.world.platform.architecture}` };
  await signBundle(at("parts"), at("other.raucb"), other);
  await refused(tools, "other.raucb");
  return { refused: 4 };
}

/** Starts the new slot once, and waits until the machine has decided. */
async function tryIt(tools: UpdateTools, minutes: number): Promise<{ now: SlotStatus; last: string }> {
  const { world } = tools;
  const before = (await world.running.console()).length;
  await beginTry(tools);
  const until = performance.now() + minutes * 60_000;
  while (performance.now() < until) {
    await pause(10_000);
    if ((await world.running.console()).length === before) continue;
    if ((await world.running.get("/health")).status !== 200) continue;
    const last = await world.running.run("cat /data/image/last-update.json 2>/dev/null || :").catch(() => "");
    if (last.includes("result")) return { now: await status(tools), last };
  }
  throw new Error(`not decided within ${minutes} min`);
}

export async function goodUpdate(tools: UpdateTools): Promise<Figures> {
  await tools.world.setUp();
  await tools.world.running.run("rm -f /data/image/last-update.json");
  await copyFile(tools.bundle, join(tools.scratch, "good.raucb"));
  const begun = performance.now();
  await install(tools, "good.raucb");
  const written = Math.round((performance.now() - begun) / 1000);
  const { now, last } = await tryIt(tools, 45);
  if (!last.includes('"committed"') || now.current !== "B" || now.default !== "B")
    throw new Error(`${last} ${JSON.stringify(now)}`);
  await tools.world.read(tools.world.send());
  return { "seconds to install": written, "seconds to kept": Math.round((performance.now() - begun) / 1000) };
}

export async function badUpdate(tools: UpdateTools): Promise<Figures> {
  const { bundle, scratch, signing } = tools;
  const parts = join(scratch, "parts");
  await unpackBundle(bundle, parts, signing);
  await badSystem(parts, join(scratch, "bad.raucb"), labelOf(tools, "99.0.0"));
  await install(tools, "bad.raucb");
  const begun = performance.now();
  const { now, last } = await tryIt(tools, 45);
  if (!last.includes('"rolled_back"') || now.current !== "A" || now.default !== "A")
    throw new Error(`${last} ${JSON.stringify(now)}`);
  return { "seconds to the old slot in service": Math.round((performance.now() - begun) / 1000) };
}
