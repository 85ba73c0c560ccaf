// Carries a plan out: packages, program, files, users, units. Each step can be done again, so that a run that broke off is repeated.

import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Architecture } from "../../os-image/lib/settings.ts";
import { AppError, messageOf, systemCodeOf } from "../../src/base/index.ts";
import { type InstallPlan, type InstallRecord, PROGRAM, parseRecord, RECORD, recordOf } from "./plan.ts";
import { stageProgram } from "./program.ts";
import type { Run } from "./run.ts";

export interface InstallDeps {
  /** The repository. */
  readonly source: string;
  /** Where the machine's files are; "/" but in tests. */
  readonly root: string;
  readonly run: Run;
  readonly say: (text: string) => void;
  /** Puts the program into a folder; its own function so that tests of the rest need not. */
  readonly stage?: typeof stageProgram;
}

/** Null where nothing was installed. Errors: `install.manifest` when the record is broken. */
export async function readRecord(root: string): Promise<InstallRecord | null> {
  try {
    return parseRecord(JSON.parse(await readFile(join(root, RECORD), "utf8")));
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return null;
    if (error instanceof SyntaxError) throw new AppError("install.manifest", `${RECORD} is broken`, { cause: error });
    throw error;
  }
}

/** Those of `names` that dpkg does not have. */
export async function missingPackages(names: readonly string[], run: Run): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const name of names) {
    const state = await run("dpkg", ["-s", name]).catch(() => "");
    if (!/^Status: \S+ \S+ installed$/m.test(state)) missing.push(name);
  }
  return missing;
}

/** Errors: `install.packages`. */
async function installPackages(names: readonly string[], { run, say }: InstallDeps): Promise<void> {
  if (names.length === 0) return;
  const install = () =>
    run("apt-get", ["-q", "install", "-y", "--no-install-recommends", ...names], { minutes: 30, shown: true });
  try {
    // Lists of the packages may be old or absent.
    await install().catch(async () => {
      say("asking Debian for its newest lists of packages");
      await run("apt-get", ["-q", "update"], { minutes: 10, shown: true });
      await install();
    });
  } catch (cause) {
    throw new AppError("install.packages", `Debian's packages could not be installed: ${names.join(", ")}`, {
      cause,
      hint: `sudo apt-get install ${names.join(" ")}`,
    });
  }
}

/** The new program is made beside the old one, which serves until the last moment. */
async function replaceProgram(deps: InstallDeps, architecture: Architecture): Promise<void> {
  const { source, root, stage = stageProgram } = deps;
  const place = join(root, PROGRAM);
  const [fresh, old] = [`${place}.new`, `${place}.old`];
  await stage(source, fresh, architecture);
  await rm(old, { recursive: true, force: true });
  await rename(place, old).catch((error) => {
    if (systemCodeOf(error) !== "ENOENT") throw error;
  });
  await rename(fresh, place);
  await rm(old, { recursive: true, force: true });
}

async function putFiles({ source, root }: InstallDeps, plan: InstallPlan): Promise<void> {
  for (const { source: from, target, mode } of plan.files) {
    const to = join(root, target);
    await mkdir(dirname(to), { recursive: true });
    // A file that is read at this moment is whole, the old or the new one. Written and not copied: it is root's, whoever owns the source.
    await writeFile(`${to}.numberbox-new`, await readFile(join(source, "systemd", from)));
    await chmod(`${to}.numberbox-new`, Number.parseInt(mode, 8));
    await rename(`${to}.numberbox-new`, to);
  }
  for (const target of plan.stale) await rm(join(root, target), { force: true });
}

/** Programs that act on files of `folder`: systemd's own of users and of what lies where. */
const inFolder = (plan: InstallPlan, folder: string): readonly string[] =>
  plan.files.flatMap(({ target }) => (target.startsWith(folder) ? [target] : []));

async function makeUsers(plan: InstallPlan, { run, root }: InstallDeps): Promise<void> {
  await run("systemd-sysusers", inFolder(plan, "/usr/lib/sysusers.d/"));
  // Raspberry Pi OS gives GPIO lines to this group, Debian has none of it.
  const groups = await readFile(join(root, "etc/group"), "utf8").catch(() => "");
  if (plan.roles.includes("box") && /^gpio:/m.test(groups)) await run("gpasswd", ["-a", "numberbox", "gpio"]);
  await run("systemd-tmpfiles", ["--create", ...inFolder(plan, "/usr/lib/tmpfiles.d/")]);
}

/** A machine without udev, such as a container, has no modems to give rights for. */
async function applyUdev(plan: InstallPlan, { run, say }: InstallDeps): Promise<void> {
  if (inFolder(plan, "/usr/lib/udev/rules.d/").length === 0) return;
  try {
    await run("udevadm", ["control", "--reload"]);
    await run("udevadm", ["trigger", "--subsystem-match=usb", "--subsystem-match=tty"]);
  } catch (error) {
    say(`udev does not run here, modems get their rights at the next start of the machine (${messageOf(error)})`);
  }
}

/** Errors: `install.not_started`. */
async function startUnits(plan: InstallPlan, { run, say }: InstallDeps): Promise<void> {
  await run("systemctl", ["daemon-reload"]);
  for (const unit of plan.enable) await run("systemctl", ["enable", "--quiet", unit]);
  for (const role of plan.roles) {
    const unit = role === "box" ? "numberbox.service" : "numberbox-relay.service";
    say(`starting ${unit}`);
    try {
      await run("systemctl", ["restart", unit]);
    } catch (cause) {
      // Better than what systemctl says: what the program itself said.
      const last = await run("journalctl", ["-u", unit, "-n", "6", "-o", "cat", "--no-pager"]).catch(() => "");
      throw new AppError("install.not_started", `everything is installed, but ${unit} does not start`, {
        cause: last.trim() === "" ? cause : new AppError("install.command", last.trim()),
        hint: `sudo journalctl -u ${unit} -n 50`,
      });
    }
  }
}

/**
 * Installs, or brings a new version. Errors: `install.packages`, `install.not_started`, `install.command`, those of `stageProgram`, and
 * those of writing files.
 */
export async function install(
  plan: InstallPlan,
  options: { readonly version: string; readonly architecture: Architecture; readonly missing: readonly string[] },
  deps: InstallDeps,
): Promise<void> {
  const { root, say } = deps;
  await installPackages(options.missing, deps);
  say("making the program, which takes a minute or two on a Raspberry Pi");
  await replaceProgram(deps, options.architecture);
  // First of all what `--uninstall` goes by: a run that breaks off here can be taken back. What the last one put stays named until it is gone.
  const record = recordOf(plan, options.version);
  await writeRecord(root, { ...record, files: [...record.files, ...plan.stale] });
  await putFiles(deps, plan);
  await writeRecord(root, record);
  await makeUsers(plan, deps);
  await applyUdev(plan, deps);
  await startUnits(plan, deps);
}

async function writeRecord(root: string, record: InstallRecord): Promise<void> {
  const file = join(root, RECORD);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
