// The first start of a machine, and a little of every start: takes over what Imager left on the boot partition, then gives the machine its
// name, its time zone and its user. Every step can be done again: a power cut anywhere only means that it is done at the next start.

import { chmod, copyFile, mkdir, open, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, type Clock, isAppError, messageOf, seconds, systemCodeOf } from "../../../base/index.ts";
import { type ProgramRunner, programRunner } from "../../../host/index.ts";
import { readIfThere } from "../../data-folder.ts";
import { syncFolder } from "../../whole-file.ts";
import { type HostFile, hostFiles } from "./first-boot-files.ts";
import { type Left, type MachineFolders, ownerOf, readLeft } from "./read-left.ts";

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
  /** Without it the machine's own. */
  readonly machine?: MachineFolders;
}

export interface FirstBootReport {
  /** Names of the files that were taken over. */
  readonly taken: readonly string[];
  /** What was not taken over, each with what to do about it. */
  readonly problems: readonly AppError[];
}

const LIMIT = seconds(10);
const MACHINE: MachineFolders = { passwd: "/etc/passwd", zones: "/usr/share/zoneinfo" };
const ERROR_FILE = "NUMBERBOX-ERROR.txt";
/** Comes along with cloud-init's files, and says nothing. */
const COMPANIONS = ["meta-data"];

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

/** For whatever a person opens it with, so with the line ends of DOS. */
function noteOf(problems: readonly AppError[]): string {
  const each = problems.map(({ code, message, hint }) => `* ${message}\n  ${hint ?? ""}\n  (${code})\n`);
  const text = `Of what was chosen in Raspberry Pi Imager, this was not taken over; everything else was:\n\n${each.join("\n")}`;
  return text.replaceAll(/\r?\n/g, "\r\n");
}

/**
 * They hold the Wi-Fi's password, which nobody who reads the card later needs; so only those stay, under another name, that somebody has to
 * correct. None is looked at twice. The note is written first: after a cut between the two all of it is done again.
 */
async function putAway(deps: FirstBootDeps, run: ProgramRunner, { files, faulty, problems }: Left): Promise<void> {
  const { boot } = deps;
  await whileWritable(deps, run, async () => {
    if (problems.length > 0) await writeFile(join(boot, ERROR_FILE), noteOf(problems), { flush: true });
    for (const file of [...files, ...COMPANIONS]) await rm(join(boot, file), { force: true });
    for (const file of faulty) await rename(join(boot, file), join(boot, `${file}.faulty`));
    if (problems.length === 0) await rm(join(boot, ERROR_FILE), { force: true });
    await syncFolder(boot);
  });
}

async function takeOver(deps: FirstBootDeps, run: ProgramRunner): Promise<FirstBootReport> {
  const { boot, state } = deps;
  try {
    const left = await readLeft(boot, deps.machine ?? MACHINE);
    if (left === null) return { taken: [], problems: [] };
    for (const file of hostFiles(left.customisation, await ownerOf(state))) await put(state, file);
    await putAway(deps, run, left);
    return { taken: [...left.files, ...left.faulty], problems: left.problems };
  } catch (error) {
    const reason = isAppError(error) ? `${error.code}: ${error.message}` : (systemCodeOf(error) ?? messageOf(error));
    const problem = new AppError("firstboot.failed", `everything: the first start failed (${reason})`, {
      hint: "Start the machine again: it is tried anew. If it stays, write the card anew.",
      cause: error,
    });
    const [note, text] = [join(boot, ERROR_FILE), noteOf([problem])];
    if ((await readIfThere(note).catch(() => null)) !== text) {
      await whileWritable(deps, run, () => writeFile(note, text, { flush: true })).catch(() => {});
    }
    return { taken: [], problems: [problem] };
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
