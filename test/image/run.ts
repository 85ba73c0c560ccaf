// `npm run image:test [-- --arch arm64 --image FILE --bundle FILE --higher FILE --full --only boot,sms]`: the appliance, from its disk to
// the renter. Builds the image with a root shell for the test unless one is named. Writes a table, and image-test.json beside the image.

import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { command, needTools } from "../../os-image/lib/command.ts";
import { ARCHITECTURES, cacheFolder } from "../../os-image/lib/settings.ts";
import { developmentKeys } from "../../os-image/lib/signing-keys.ts";
import { raspberryDouble } from "./arm-board.ts";
import { cardDrivers } from "./board-drivers.ts";
import { type ConsoleUpdateTools, consoleUpdate } from "./console-update-steps.ts";
import { cuts } from "./cut-steps.ts";
import { damagedData, faultWhileRunning } from "./damage-steps.ts";
import { checkDisk, flatten } from "./disk-check.ts";
import { dataMoves, dataMovesToNvme } from "./disk-steps.ts";
import { fullDisk } from "./full-disk-steps.ts";
import { pause } from "./machine.ts";
import { pinsWork } from "./pin-steps.ts";
import { type Platform, virtualPc } from "./platform.ts";
import { recoveredFromStick, resetFromStick, restoredFromStick } from "./rescue-steps.ts";
import { keyOpensSsh } from "./ssh-steps.ts";
import { type Figures, Steps } from "./steps.ts";
import { stickInAndOut } from "./stick-steps.ts";
import { badBundleRefused, badUpdate, goodUpdate, type UpdateTools } from "./update-steps.ts";
import { watchdogBites } from "./watchdog-steps.ts";
import { ownWifi } from "./wifi-steps.ts";
import { World } from "./world.ts";

const TOOLS = [
  "qemu-img",
  "rauc",
  "unsquashfs",
  "sfdisk",
  "mcopy",
  "fsck.vfat",
  "e2fsck",
  "debugfs",
  "veritysetup",
  "ssh",
];
const source = fileURLToPath(new URL("../../", import.meta.url));

const { values } = parseArgs({
  options: {
    arch: { type: "string", default: "amd64" },
    image: { type: "string" },
    bundle: { type: "string" },
    higher: { type: "string" },
    output: { type: "string", default: join(source, "os-image", "out", "test") },
    full: { type: "boolean", default: false },
    slots: { type: "string" },
    kills: { type: "string" },
    only: { type: "string" },
  },
});

const say = (text: string) => console.log(`image:test: ${text}`);
const steps = new Steps(say);
const platform = platformOf(values.arch);
const only = values.only?.split(",");

/** Steps that need no machine, or one of their own. */
const BEFORE_THE_START: ReadonlySet<string> = new Set(["disk", "wifi"]);

function platformOf(name: string): Platform {
  const found = [virtualPc(), raspberryDouble].find(({ architecture }) => architecture === name);
  if (found === undefined) throw new Error(`--arch: ${ARCHITECTURES.join(" or ")}`);
  return found;
}

/** Runs a step unless the command line leaves it out. */
async function step(key: string, name: string, work: () => Promise<Figures>): Promise<boolean> {
  return only !== undefined && !only.includes(key) ? true : await steps.run(name, work);
}

/** Builds with `args`; the caches of a build before make another version of the same sources a matter of minutes. */
async function build(folder: string, ...args: readonly string[]): Promise<void> {
  const program = [join(source, "os-image", "build.ts"), "--arch", platform.architecture];
  await command(process.execPath, [...program, "--output", folder, "--bundle", "--debug", "--level", "3", ...args], {
    minutes: 120,
  });
}

const BUNDLE_NAME = /-(\d+\.\d+\.\d+)\.raucb$/;

/** The bundle of `--higher`, or one of these sources with the version after `version`: another version without another program shows nothing. */
const bundleAfter: ConsoleUpdateTools["bundleAfter"] = async (version) => {
  if (values.higher !== undefined) {
    const [, said] = BUNDLE_NAME.exec(values.higher) ?? [];
    if (said === undefined) throw new Error("--higher: numberbox-ARCH-VERSION.raucb");
    return { file: resolve(values.higher), version: said };
  }
  const [major, minor] = version.split(".").map(Number);
  const higher = `${major}.${(minor ?? 0) + 1}.0`;
  const folder = join(resolve(values.output), "higher");
  await build(folder, "--version", higher);
  // The disk of it is of no use to anybody.
  rmSync(join(folder, "appliance.img"), { force: true });
  return { file: join(folder, `numberbox-${platform.architecture}-${higher}.raucb`), version: higher };
};

async function built(): Promise<{ image: string; bundle: string }> {
  if (values.image !== undefined) return { image: resolve(values.image), bundle: resolve(values.bundle ?? "") };
  const folder = resolve(values.output);
  const built = await steps.run("the image is built", async () => {
    await build(folder);
    return {};
  });
  if (!built) throw new Error("there is no image to test");
  const bundle = (await readdir(folder)).find((name) => name.endsWith(".raucb")) ?? "";
  return { image: join(folder, "appliance.img"), bundle: join(folder, bundle) };
}

/** Serves the files of a folder to the guest. */
async function serve(folder: string): Promise<{ server: Server; port: number }> {
  const { createReadStream } = await import("node:fs");
  const server = createServer((request, response) => {
    const name = /^\/([\w.+~-]+)$/.exec(request.url ?? "")?.[1] ?? "none";
    createReadStream(join(folder, name))
      .on("error", () => response.destroy())
      .pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

async function booted(world: World): Promise<Figures> {
  const machine = await world.switchOn();
  const ready = await machine.ready();
  const page = await machine.get("/");
  if (page.status !== 200 || !page.body.includes("<html")) throw new Error(`the console's page: ${page.status}`);
  return { "seconds to READY": Math.round(ready) };
}

/** Of the time at rest. */
const PARTS = 3;

async function atRest(world: World, minutes: number): Promise<Figures> {
  const machine = world.running;
  // A box with nothing to do still watches its slots and its relay.
  await world.setUp();
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  // What the start left to do is over after a while.
  await pause(60_000);
  const used = await machine.run("free -m | awk '/^Mem:/ { print $2 - $7 }'");
  const box = await machine.run("systemctl show -P MemoryCurrent numberbox.service");
  // In parts: what a first start leaves to do, such as the inode tables of the grown partition, is no write of an idle day.
  const parts: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    const before = await machine.written();
    await pause((minutes / PARTS) * 60_000);
    parts.push((((await machine.written()) - before) / minutes) * PARTS * 60 * 24);
  }
  const [first = 0] = parts;
  return {
    slots: world.field.board.ports.length,
    "RAM MB": Number(used),
    "of it the box": Math.round(Number(box) / 1e6),
    "writes MB a day, first": Math.round(first / 1e6),
    "writes MB a day, last": Math.round((parts.at(-1) ?? 0) / 1e6),
  };
}

async function sms(world: World): Promise<Figures> {
  await world.setUp();
  const seconds = await world.read(world.send());
  return { slots: world.field.board.ports.length, "seconds to the renter": seconds };
}

async function wholeAtEnd(world: World, scratch: string): Promise<Figures> {
  const slot = (await world.running.run("/usr/lib/numberbox-image/boot-slot get-current")).trim() === "B" ? "b" : "a";
  await world.cut();
  const raw = join(scratch, "end.img");
  await flatten(world.disk, raw);
  const { data } = await checkDisk({ disk: raw, scratch, slot, architecture: platform.architecture });
  rmSync(raw);
  return { "data MiB": data };
}

async function all(): Promise<void> {
  await needTools([...platform.tools, ...TOOLS]);
  const { image, bundle } = await built();
  const scratch = mkdtempSync(join(tmpdir(), "numberbox-image-"));
  await step(
    "disk",
    "the disk is what the table says, its file systems clean",
    async () => await checkDisk({ disk: image, scratch, architecture: platform.architecture }),
  );
  if (platform.architecture === "arm64")
    await step(
      "disk",
      "the drivers that a board's card waits for are in the start file system",
      async () => await cardDrivers(image, scratch),
    );
  await step(
    "wifi",
    "without a network it opens a Wi-Fi of its own, in which another one is chosen",
    async () => await ownWifi(image, join(scratch, "wifi"), platform),
  );
  if (only?.every((key) => BEFORE_THE_START.has(key)) === true) return;
  const world = await World.open(
    image,
    join(scratch, "world"),
    Number(values.slots ?? (values.full ? 32 : 2)),
    platform,
  );
  const { server, port } = await serve(scratch);
  const tools: UpdateTools = {
    ...{ world, bundle, scratch, port },
    signing: await developmentKeys(cacheFolder(process.env)),
  };
  try {
    if (!(await steps.run("it starts, and the console answers by https", async () => await booted(world)))) return;
    await step("rest", "it is at rest", async () => await atRest(world, values.full ? 30 : 3));
    await step("sms", "an SMS of a modem reaches the renter", async () => await sms(world));
    await step("ssh", "a key from Imager opens SSH", async () => await keyOpensSsh(world, scratch));
    await step("stick", "a USB stick is seen, and takes a backup", async () => await stickInAndOut(world, scratch));
    await step(
      "pins",
      "light, battery and fan hang at pins, as far as the kernel simulates them",
      async () => await pinsWork(world),
    );
    await step("watchdog", "a kernel that hangs is started anew", async () => await watchdogBites(world));
    await step("damage", "damaged data is mended by itself", async () => await damagedData(world, scratch));
    await step("fault", "a fault in the running file system is mended", async () => await faultWhileRunning(world));
    await step("full", "a full disk refuses a bundle, and loses no SMS", async () => await fullDisk(world));
    if (bundle !== "") {
      await step(
        "refuse",
        "changed, cut, older and other bundles are refused",
        async () => await badBundleRefused(tools),
      );
      await step("bad", "an update that cannot start is rolled back", async () => await badUpdate(tools));
      await step("update", "an update is tried and kept", async () => await goodUpdate(tools));
    }
    const kills = Number(values.kills ?? (values.full ? 20 : 3));
    await step("cuts", "power cuts lose nothing", async () => await cuts({ ...tools, say }, kills));
    await step(
      "restore",
      "a stick makes a new card the box of a backup",
      async () => await restoredFromStick(world, image, scratch),
    );
    if (bundle !== "") {
      await step(
        "recover",
        "a stick gives a box another system and another owner",
        async () => await recoveredFromStick(world, bundle, scratch),
      );
    }
    // Behind all that installs the first bundle: after this step it is an older one, which the box refuses.
    await step(
      "consoleupdate",
      "an update to a higher version is handed in, tried and kept by the box itself",
      async () => await consoleUpdate({ world, bundleAfter }),
    );
    await step(
      "move",
      "the data moves to a disk of its own, which goes on beside a new card",
      async () => await dataMoves(world, image, scratch),
    );
    await step(
      "reset",
      "a stick resets a box, of which nothing is left",
      async () => await resetFromStick(world, image, scratch),
    );
    await step(
      "nvme",
      "the data of a new box moves to an NVMe disk",
      async () => await dataMovesToNvme(world, image, scratch),
    );
    await step("end", "partitions and file systems are whole in the end", async () => await wholeAtEnd(world, scratch));
  } finally {
    await world.close();
    server.close();
    await steps.save(join(dirname(image), "image-test.json"));
    if (steps.passed) rmSync(scratch, { recursive: true, force: true });
    else say(`logs are in ${scratch}`);
  }
}

await all().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
if (steps.results.length > 0) console.log(`\n${steps.table()}`);
if (!steps.passed) process.exitCode = 1;
