// The system's root: Debian's packages (kept as long as the lock stays), then what makes an appliance of them, then the program.

import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installPackages, stageApp } from "./app-tree.ts";
import { kept, keyOf, treeParts } from "./cache.ts";
import { command } from "./command.ts";
import { factorySettings } from "./factory-settings.ts";
import { completePersistList, readHostManifest, stageHostFiles, unitPlan } from "./host-files.ts";
import { stageKernelModule } from "./kernel-module.ts";
import { makeRepository } from "./local-repository.ts";
import { buildNativeModule } from "./native-module.ts";
import type { PackageLock } from "./package-lock.ts";
import { compatibleOf } from "./partition-plan.ts";
import { makeRootTar } from "./root-tar.ts";
import type { BuildSettings } from "./settings.ts";
import { RAUC_SETTINGS, stageVersion } from "./version-files.ts";

export interface BuildWork {
  readonly settings: BuildSettings;
  readonly lock: PackageLock;
  readonly version: string;
  readonly epoch: number;
  /** What boxes trust for updates, PEM. */
  readonly keyring: string;
  readonly debs: string;
  readonly scratch: string;
  /** Optional packages of `os-image/packages.d`, with checked sums. */
  readonly local: readonly string[];
  say(text: string): void;
}

/** Units of `os-image/rootfs` that start by themselves. */
const OWN_UNITS = [
  "numberbox-grow.service",
  "numberbox-data.service",
  "numberbox-settle.service",
  "numberbox-recover.service",
  "numberbox-confirm.service",
];
/** Counts up when the code here changes what comes out of the same inputs. */
const RECIPE = "3";

/** Where the words of a step stay when it fails. */
function logOf({ settings }: BuildWork, step: string): string {
  return join(settings.cache, `${step}-${settings.architecture}.log`);
}

function imageFolder({ settings }: BuildWork): string {
  return join(settings.source, "os-image");
}

/** The archive with Debian's packages, configured. */
async function basePackages(work: BuildWork): Promise<string> {
  const { settings, lock, epoch, scratch, debs, local } = work;
  const chroot = join(imageFolder(work), "chroot", "users.sh");
  const users = join(imageFolder(work), "users.txt");
  const packages = lock.packages.filter(({ uses }) => uses.includes("system"));
  const named = packages.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`).sort();
  const own = await Promise.all(local.map((file) => readFile(file)));
  // The time is no part of it: whatever has one gets the build's, at the end.
  const key = keyOf([RECIPE, ...named, await readFile(chroot), await readFile(users), ...own]);
  return await kept(settings.cache, `base-${settings.architecture}`, key, async (tar) => {
    work.say(`installing ${packages.length} packages`);
    const folder = join(scratch, "repository");
    const { architecture } = settings;
    const source = await makeRepository(packages, { folder, debs, suite: lock.suite, architecture });
    const install = local.map((file) => ["customize", `copy-in ${file} /tmp`] as const);
    const names = local.map((file) => `/tmp/${file.split("/").at(-1)}`).join(" ");
    await makeRootTar({
      ...{ architecture, suite: lock.suite, source, epoch, tar, log: logOf(work, "base"), isBase: true },
      include: packages.map(({ name }) => name),
      hooks: [
        ["essential", `${chroot} "$1" ${users}`],
        ...install,
        ...(local.length === 0 ? [] : [["customize", `chroot "$1" dpkg -i ${names}`] as const]),
      ],
    });
    await rm(folder, { recursive: true, force: true });
  });
}

/** Our files over Debian's: `os-image/rootfs`, what systemd's manifest names. What says the version comes with the program. */
async function stageOverlay(work: BuildWork, stage: string): Promise<string> {
  const { settings } = work;
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  await cp(join(imageFolder(work), "rootfs"), stage, { recursive: true });
  const manifest = await readHostManifest(settings.source);
  await stageHostFiles(settings.source, manifest, stage);
  await completePersistList(manifest, stage);
  const { architecture, cache } = settings;
  const source = join(imageFolder(work), "kernel");
  await stageKernelModule({ ...work, architecture, cache, source, log: logOf(work, "module") }, stage);
  await rm(join(stage, RAUC_SETTINGS));
  const factory = join(stage, "usr/share/numberbox/box.yaml");
  await writeFile(factory, factorySettings(await readFile(factory, "utf8"), settings.channel));
  await writeFile(join(stage, "etc/rauc/keyring.pem"), work.keyring);
  return unitPlan(manifest, OWN_UNITS);
}

/** The archive with our files in it and the start file system made. */
async function appliance(work: BuildWork, base: string): Promise<string> {
  const { settings, epoch, scratch, lock } = work;
  const stage = join(scratch, "overlay");
  const plan = await stageOverlay(work, stage);
  const script = join(imageFolder(work), "chroot", "customize.sh");
  const drivers = join(imageFolder(work), "drivers-left-out.txt");
  const inputs = [
    RECIPE,
    base,
    String(epoch),
    String(settings.debug),
    plan,
    await readFile(script),
    await readFile(drivers),
  ];
  const key = keyOf([...inputs, ...(await treeParts(stage))]);
  return await kept(settings.cache, `appliance-${settings.architecture}`, key, async (tar) => {
    work.say("making it an appliance");
    const overlay = join(scratch, "overlay.tar");
    await packTree(stage, overlay, epoch);
    const planFile = join(scratch, "units.plan");
    await writeFile(planFile, plan);
    const env = `SOURCE_DATE_EPOCH=${epoch} NUMBERBOX_ARCH=${settings.architecture} NUMBERBOX_DEBUG=${settings.debug ? 1 : 0}`;
    await makeRootTar({
      ...{ architecture: settings.architecture, suite: lock.suite, source: null, include: [], epoch, tar },
      log: logOf(work, "appliance"),
      hooks: [
        ["setup", `tar-in ${base} /`],
        ["setup", 'mkdir -p -m 0755 "$1/dev"'],
        ["customize", `tar-in ${overlay} /`],
        ["customize", `${env} ${script} "$1" ${imageFolder(work)} ${planFile}`],
      ],
    });
  });
}

/** An archive of a folder that depends on nothing but its content. */
export async function packTree(folder: string, tar: string, epoch: number): Promise<void> {
  const owner = ["--owner=0", "--group=0", "--numeric-owner", `--mtime=@${epoch}`, "--sort=name", "--format=gnu"];
  await command("tar", ["-C", folder, ...owner, "--mode=u+rw,go+rX,go-w", "-cf", tar, "."]);
}

async function program(work: BuildWork): Promise<string> {
  const { settings, lock, scratch, debs, epoch, version: system } = work;
  const { source, architecture } = settings;
  const packageLock = await readFile(join(source, "package-lock.json"));
  const packages = await kept(settings.cache, `npm-${architecture}`, keyOf([RECIPE, packageLock]), async (folder) => {
    work.say("installing npm packages");
    await installPackages(source, folder, architecture);
  });
  const modules = join(packages, "node_modules");
  const version = await readFile(join(modules, "sqlite3/package.json"));
  const compiler = lock.packages.filter(({ uses }) => uses.includes("native")).map(({ sha256 }) => sha256);
  const native = await kept(
    settings.cache,
    `sqlite3-${architecture}`,
    keyOf([RECIPE, version, ...compiler]),
    async (file) => {
      work.say("building sqlite3's native module");
      await buildNativeModule({ lock, architecture, debs, scratch, modules, epoch, file, log: logOf(work, "sqlite3") });
    },
  );
  const stage = join(scratch, "program");
  await stageApp({ source, packages, native, stage, architecture });
  const template = await readFile(join(imageFolder(work), "rootfs", RAUC_SETTINGS), "utf8");
  await stageVersion(stage, { version: system, compatible: compatibleOf(architecture), template });
  const tar = join(scratch, "program.tar");
  await packTree(stage, tar, epoch);
  return tar;
}

/** Makes the whole root's archive. Returns its path in the scratch folder. */
export async function makeSystem(work: BuildWork): Promise<string> {
  const app = await program(work);
  const root = await appliance(work, await basePackages(work));
  const whole = join(work.scratch, "root.tar");
  work.say("putting the program in");
  await copyFile(root, `${whole}.new`);
  await command("tar", ["--concatenate", "-f", `${whole}.new`, app], { minutes: 20 });
  await rename(`${whole}.new`, whole);
  return whole;
}
