// The moment at which a restored box takes the place of the old one. Everything was unpacked and checked in a staging folder inside of the
// data folder; one small file decides, and whoever takes the folder next finishes what it says, as often as it is cut short.

import { access, constants, lstat, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { systemCodeOf, wrapError } from "../../base/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { readIfThere, replaceFile, syncFolder } from "../whole-file.ts";

/** Where a backup is unpacked. Worthless until the decision. */
export const STAGING = "restore-staging";
/** Where the files of the old box go, followed by when. */
export const ASIDE = "before-restore-";
const DECISION = "restore-decision.json";
/** Written by a running box for commands on the same machine: it ends with it. */
const ACCESS = "local-access.json";

/** `aside`: old files are being moved away, none of the new ones is in place. `place`: new ones are being put in place. */
const decision = z.strictObject({
  v: z.literal(1),
  phase: z.enum(["aside", "place"]),
  aside: z.string().regex(/^before-restore-[0-9TZ-]{1,40}$/),
  /** Where the box that runs here has its configuration, outside of the folder; the restored one takes its place. */
  config: z.string().max(4096).optional(),
});
type Decision = z.infer<typeof decision>;

/** Told of each step before it is done; tests end the work there. */
export type OnStep = (step: string) => void;
const noStep: OnStep = () => {};

/** Names in a data folder that belong to the switch itself, or to whoever holds the folder. */
export function isSwitchName(name: string): boolean {
  return (
    name === STAGING ||
    name === DECISION ||
    `${DECISION}.new` === name ||
    name.startsWith(ASIDE) ||
    name.startsWith("box.lock") ||
    // Of the file system, where the folder is a disk of its own.
    name === "lost+found"
  );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT") return false;
    throw cause;
  }
}

async function decide(folder: string, value: Decision, step: OnStep): Promise<void> {
  step(`decision ${value.phase}`);
  await replaceFile(join(folder, DECISION), `${JSON.stringify(value)}\n`);
}

async function moveAside(folder: string, aside: string, step: OnStep): Promise<void> {
  const target = join(folder, aside);
  const old = (await readdir(folder)).filter((name) => !isSwitchName(name));
  step("aside folder");
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of old) {
    step(`aside ${name}`);
    if (name === ACCESS) await rm(join(folder, name), { force: true });
    else await rename(join(folder, name), join(target, name));
  }
  await syncFolder(target);
  await syncFolder(folder);
}

async function moveIn(folder: string, step: OnStep): Promise<void> {
  const staging = join(folder, STAGING);
  for (const name of (await isThere(staging)) ? await readdir(staging) : []) {
    step(`place ${name}`);
    await rename(join(staging, name), join(folder, name));
  }
  await syncFolder(folder);
  step("staging");
  await rm(staging, { recursive: true, force: true });
}

/** A folder of another user cannot be moved: better to know it before anything was decided. Errors: `restore.cannot_move`. */
async function checkMovable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || isSwitchName(entry.name)) continue;
    await access(join(folder, entry.name), constants.W_OK).catch((cause) => {
      throw wrapError(cause, "restore.cannot_move", `${entry.name} in the data folder belongs to another user`, {
        hint: "Give it to the user of the box (chown -R), or move it away; nothing was restored.",
      });
    });
  }
}

export interface SwitchOptions {
  /** Names where the old files go. */
  readonly stamp: string;
  /** See `decision`. */
  readonly config?: string | null;
}

/**
 * Decides that what is in the staging folder is the box from now on; whoever opens the data folder next puts it in place. Returns the name
 * of the folder for the old files. Errors: `restore.cannot_move`, those of `replaceFile`; nothing changed then.
 */
export async function decideRestore(folder: string, options: SwitchOptions, step: OnStep = noStep): Promise<string> {
  const { stamp, config = null } = options;
  const aside = `${ASIDE}${stamp}`;
  await checkMovable(folder);
  await syncFolder(join(folder, STAGING));
  await decide(folder, { v: 1, phase: "aside", aside, ...(config === null ? {} : { config }) }, step);
  return aside;
}

/** The configuration outside of the folder: the old one is kept beside the old files. */
async function placeConfig(folder: string, { aside, config }: Decision, step: OnStep): Promise<void> {
  const text = await readIfThere(join(folder, "config.yaml"));
  if (config === undefined || text === null) return;
  const kept = join(folder, aside, "configuration-before.yaml");
  const before = await readIfThere(config);
  if (before !== null && before !== text && !(await isThere(kept))) await replaceFile(kept, before);
  step("configuration");
  await replaceFile(config, text);
}

/**
 * Decides that what is in the staging folder is the box from now on, and puts it in place. Hold the data folder. `stamp` names where the
 * old files go. Returns that folder's name. Errors: `restore.cannot_move`, `restore.cannot_switch`, those of `replaceFile`; before the decision nothing changed.
 */
export async function switchTo(folder: string, stamp: string, step: OnStep = noStep): Promise<string> {
  const aside = await decideRestore(folder, { stamp }, step);
  await finishRestore(folder, step);
  return aside;
}

async function finish(folder: string, made: Decision, step: OnStep): Promise<void> {
  if (made.phase === "aside") {
    await moveAside(folder, made.aside, step);
    await decide(folder, { ...made, phase: "place" }, step);
  }
  await moveIn(folder, step);
  await placeConfig(folder, made, step);
  // Where nothing was there before, nothing is kept.
  await rmdir(join(folder, made.aside)).catch(() => {});
  step("decision gone");
  await rm(join(folder, DECISION), { force: true });
  await syncFolder(folder);
}

/** Finishes a restore that was decided; drops one that was not. Hold the data folder. Errors: `restore.cannot_switch`, `restore.bad_decision`. */
export async function finishRestore(folder: string, step: OnStep = noStep): Promise<void> {
  try {
    const text = await readIfThere(join(folder, DECISION));
    if (text !== null)
      return await finish(folder, parseJsonWith(decision, text, "restore.bad_decision", DECISION), step);
    if (await isThere(join(folder, STAGING))) await rm(join(folder, STAGING), { recursive: true, force: true });
  } catch (cause) {
    throw wrapError(
      cause,
      "restore.cannot_switch",
      `the restore in ${folder} could not be finished (${systemCodeOf(cause) ?? "?"})`,
      {
        hint: "Make room on the disk and check the owner of the folder; the next start goes on where it stopped.",
        retryable: true,
      },
    );
  }
}
