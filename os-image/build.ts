// `npm run image`: builds the appliance. `--help` tells the options.

import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isAppError, messageOf } from "../src/base/index.ts";
import { command, needTools } from "./lib/command.ts";
import { bringPackages } from "./lib/deb-cache.ts";
import { findMirror } from "./lib/debian-mirror.ts";
import { makeDisk } from "./lib/disk-image.ts";
import { localPackages } from "./lib/local-packages.ts";
import { lockFile, updateLock } from "./lib/lock-update.ts";
import { makeBundle, writeOutputs } from "./lib/outputs.ts";
import { readLock } from "./lib/package-lock.ts";
import { packageVersion } from "./lib/release-version.ts";
import { type BuildWork, makeSystem } from "./lib/root-system.ts";
import { needRuns, runsHere } from "./lib/root-tar.ts";
import { type BuildSettings, readSettings, USAGE } from "./lib/settings.ts";
import { checkSigning, developmentKeys } from "./lib/signing-keys.ts";
import { gapText, wifiFirmware, wifiGaps } from "./lib/wifi-firmware.ts";

const TOOLS =
  "apt-get dpkg-deb mcopy mke2fs mkfs.vfat mksquashfs mmd mmdebstrap npm openssl sfdisk tar veritysetup zstd".split(
    " ",
  );

function say(text: string): void {
  process.stdout.write(`image: ${text}\n`);
}

/** The time that everything in the image has: asked for, or that of the last commit. */
async function epochOf({ epoch, source }: BuildSettings): Promise<number> {
  if (epoch !== undefined) return epoch;
  const told = await command("git", ["-C", source, "log", "-1", "--format=%ct"]).catch(() => Buffer.from(""));
  const time = Number(told.toString().trim());
  return time > 0 ? time : Math.floor((await stat(join(source, "package-lock.json"))).mtimeMs / 1000);
}

async function build(settings: BuildSettings): Promise<void> {
  const scratch = join(settings.cache, `work-${settings.architecture}-${process.pid}`);
  try {
    if (settings.updateLock) {
      const { packages } = await updateLock(settings, findMirror(settings.mirror), scratch);
      say(`${lockFile(settings.source, settings.architecture)}: ${packages.length} packages`);
      return;
    }
    const foreign = runsHere(settings.architecture) ? [] : ["arch-test", "qemu-aarch64-static"];
    await needTools([
      ...TOOLS,
      ...foreign,
      ...(settings.architecture === "arm64" ? ["dtc", "fdtget", "fdtput"] : []),
      ...(settings.bundle ? ["rauc"] : []),
      ...(settings.qcow2 ? ["qemu-img"] : []),
    ]);
    await needRuns(settings.architecture);
    if (settings.signing !== null) await checkSigning(settings.signing, new Date());
    await make(settings, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function make(settings: BuildSettings, scratch: string): Promise<void> {
  const begun = performance.now();
  await mkdir(scratch, { recursive: true });
  await mkdir(settings.output, { recursive: true });
  const lock = await readLock(lockFile(settings.source, settings.architecture));
  const debs = join(settings.cache, "debs");
  await bringPackages(lock.packages, {
    folder: debs,
    mirror: findMirror(settings.mirror),
    snapshot: lock.snapshot,
    say,
  });
  const signing = settings.signing ?? (await developmentKeys(settings.cache));
  const work: BuildWork = {
    ...{ settings, lock, scratch, debs, say },
    version: settings.version ?? (await packageVersion(settings.source)),
    epoch: await epochOf(settings),
    keyring: await readFile(signing.keyring, "utf8"),
    local: await localPackages(join(settings.source, "os-image", "packages.d"), settings.architecture),
  };
  const tar = await makeSystem(work);
  if (settings.architecture === "arm64") for (const gap of wifiGaps(await wifiFirmware(tar))) say(gapText(gap));
  const parts = await makeDisk(work, tar, settings.output);
  if (settings.bundle) await makeBundle(work, parts, signing);
  const figures = await writeOutputs(work, parts, tar);
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  for (const line of figures) say(line);
  say(`built in ${minutes} min; it lies in ${settings.output}`);
}

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === null) process.stdout.write(USAGE);
  else await build(settings);
} catch (error) {
  const hint = isAppError(error) && error.hint !== undefined ? `\n  ${error.hint}` : "";
  process.stderr.write(`${isAppError(error) ? `${error.code}: ` : ""}${messageOf(error)}${hint}\n`);
  process.exitCode = isAppError(error) && (error.code === "image.usage" || error.code === "image.bad_version") ? 2 : 1;
}
