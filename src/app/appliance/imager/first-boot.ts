// The first start of a machine, and a little of every start: takes over what Imager left on the boot partition, then gives the machine its
// name, its time zone and its user. Every step can be done again: a power cut anywhere only means that it is done at the next start.

import { chmod, copyFile, mkdir, open, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, type Clock, isAppError, messageOf, seconds, systemCodeOf } from "../../../base/index.ts";
import { type ProgramRunner, programRunner } from "../../../host/index.ts";
import { readIfThere } from "../../data-folder.ts";
import { syncFolder } from "../../whole-file.ts";
import { readNetworkConfig, readUserData } from "./cloud-init.ts";
import { readCustomToml } from "./custom-toml.ts";
import { type Customisation, checkCustomisation, type RawCustomisation } from "./customisation.ts";
import { type HostFile, hostFiles } from "./first-boot-files.ts";
import { readFirstRun } from "./firstrun.ts";

export interface FirstBootDeps {
  /** The boot partition. */
  readonly boot: string;
  /** Where what was chosen is kept. */
  readonly state: string;
  /** Where userdb(8) looks for users. */
  readonly userdb: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Without it programs are run. */
  readonly run?: ProgramRunner;
}

export interface FirstBootReport {
  /** Names of the files that were taken over. */
  readonly taken: readonly string[];
  /** What was wrong with them; they stay, and are looked at again at the next start. */
  readonly problem: AppError | null;
}

const LIMIT = seconds(10);
/** Larger than any of these ever is: what is longer is something else. */
const LARGEST = 64 * 1024;
const ERROR_FILE = "NUMBERBOX-ERROR.txt";
/** In the order in which they are believed: the first form that is there counts. */
const FORMS: readonly (readonly (readonly [file: string, read: (text: string) => RawCustomisation])[])[] = [
  [
    ["user-data", readUserData],
    ["network-config", readNetworkConfig],
  ],
  [["custom.toml", readCustomToml]],
  [["firstrun.sh", readFirstRun]],
];
/** Comes along with cloud-init's files, and says nothing. */
const COMPANIONS = ["meta-data"];

interface Found {
  readonly files: readonly string[];
  readonly customisation: Customisation;
}

async function readLeft(boot: string): Promise<Found | null> {
  for (const form of FORMS) {
    const raw: RawCustomisation = {};
    const files: string[] = [];
    for (const [file, read] of form) {
      const text = await readIfThere(join(boot, file));
      if (text === null) continue;
      if (text.length > LARGEST) {
        throw new AppError("firstboot.bad_file", `${file} is too long for what Raspberry Pi Imager writes`, {
          hint: "Write the card anew.",
        });
      }
      files.push(file);
      Object.assign(raw, Object.fromEntries(Object.entries(read(text)).filter(([, value]) => value !== undefined)));
    }
    if (files.length > 0) return { files, customisation: checkCustomisation(raw) };
  }
  return null;
}

/** Whole or not at all. */
async function put(state: string, { path, text, mode }: HostFile): Promise<void> {
  const target = join(state, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  if ((await readIfThere(target)) !== text) {
    await writeFile(`${target}.new`, text, { mode, flush: true });
    await rename(`${target}.new`, target);
    await syncFolder(dirname(target));
  }
  await chmod(target, mode);
}

async function isWritable(boot: string): Promise<boolean> {
  try {
    const trial = await open(join(boot, "nbxtrial.tmp"), "w");
    await trial.close();
    await rm(join(boot, "nbxtrial.tmp"), { force: true });
    return true;
  } catch (cause) {
    if (systemCodeOf(cause) === "EROFS") return false;
    throw cause;
  }
}

/** Runs `task` while the boot partition can be written, which it cannot be otherwise. */
async function whileWritable(
  { boot, signal }: FirstBootDeps,
  run: ProgramRunner,
  task: () => Promise<void>,
): Promise<void> {
  if (await isWritable(boot)) return await task();
  const remount = (how: string) =>
    run({ program: "mount", args: ["-o", `remount,${how}`, boot], timeout: LIMIT, package: "mount" }, signal);
  await remount("rw");
  try {
    await task();
  } finally {
    await remount("ro");
  }
}

function errorText(problem: AppError): string {
  const hint = problem.hint === undefined ? "" : `${problem.hint}\r\n`;
  return `Numberbox could not take over what was chosen in Raspberry Pi Imager:\r\n\r\n${problem.code}: ${problem.message}\r\n${hint}`;
}

async function takeOver(deps: FirstBootDeps, run: ProgramRunner): Promise<FirstBootReport> {
  const { boot, state } = deps;
  const note = join(boot, ERROR_FILE);
  try {
    const found = await readLeft(boot);
    if (found === null) return { taken: [], problem: null };
    for (const file of hostFiles(found.customisation)) await put(state, file);
    // They hold the Wi-Fi's password: nobody who reads the card later needs it.
    await whileWritable(deps, run, async () => {
      for (const file of [...found.files, ...COMPANIONS, ERROR_FILE]) await rm(join(boot, file), { force: true });
      await syncFolder(boot);
    });
    return { taken: found.files, problem: null };
  } catch (error) {
    const problem = isAppError(error)
      ? error
      : new AppError("firstboot.failed", `the first start failed (${systemCodeOf(error) ?? messageOf(error)})`, {
          hint: "Start the machine again; if it stays, write the card anew.",
          cause: error,
        });
    const text = errorText(problem);
    if ((await readIfThere(note).catch(() => null)) !== text) {
      await whileWritable(deps, run, () => writeFile(note, text, { flush: true })).catch(() => {});
    }
    return { taken: [], problem };
  }
}

/** What a system that is the same for all boxes has to be told at each start. */
async function dress({ state, userdb, signal }: FirstBootDeps, run: ProgramRunner): Promise<void> {
  const name = (await readIfThere(join(state, "hostname")))?.trim() ?? "";
  if (/^[a-z0-9-]{1,63}$/.test(name)) {
    await run({ program: "hostname", args: [name], timeout: LIMIT, package: "hostname" }, signal);
  }
  const zone = (await readIfThere(join(state, "timezone")))?.trim() ?? "";
  if (/^[\w+-]+(?:\/[\w+-]+){0,2}$/.test(zone)) {
    const link = join(state, "localtime");
    await rm(`${link}.new`, { force: true });
    await symlink(`/usr/share/zoneinfo/${zone}`, `${link}.new`);
    await rename(`${link}.new`, link);
  }
  const kept = join(state, "userdb");
  const records = await readdir(kept).catch(() => []);
  if (records.length > 0) await mkdir(userdb, { recursive: true, mode: 0o755 });
  for (const record of records.filter((each) => !each.endsWith(".new"))) {
    await copyFile(join(kept, record), join(userdb, record));
    await chmod(join(userdb, record), record.endsWith("-privileged") ? 0o600 : 0o644);
  }
}

/** Never rejects for what a person has left: a box whose file is faulty starts as it would without. Errors: of running programs. */
export async function firstBoot(deps: FirstBootDeps): Promise<FirstBootReport> {
  const run = deps.run ?? programRunner(deps.clock);
  const report = await takeOver(deps, run);
  await dress(deps, run);
  return report;
}
