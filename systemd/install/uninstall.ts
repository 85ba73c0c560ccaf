// Takes away what an installation put there, by its record. Data stays unless it is to go, and so do Debian's packages.

import { existsSync } from "node:fs";
import { readFile, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, messageOf } from "../../src/base/index.ts";
import { type InstallDeps, readRecord } from "./install.ts";
import { type DebianManifest, PROGRAM, RECORD } from "./plan.ts";

/** A user and his home, as sysusers.d(5) has them. */
const USER = /^u (\S+)\s+\S+\s+"[^"]*"\s+(\S+)/gm;

interface User {
  readonly name: string;
  /** A dash for none. */
  readonly home: string;
}

async function usersOf(files: readonly string[], root: string): Promise<readonly User[]> {
  const users: User[] = [];
  for (const path of files.filter((each) => each.startsWith("/usr/lib/sysusers.d/"))) {
    const text = await readFile(join(root, path), "utf8").catch(() => "");
    for (const [, name = "", home = "-"] of text.matchAll(USER)) users.push({ name, home });
  }
  return users;
}

/**
 * With `purge` the data of what was installed goes, and users that have none any more. Errors: `install.not_installed`, `install.manifest`,
 * `install.command`.
 */
export async function uninstall(
  manifest: DebianManifest,
  purge: boolean,
  { root, run, say }: Pick<InstallDeps, "root" | "run" | "say">,
): Promise<void> {
  const record = await readRecord(root);
  if (record === null)
    throw new AppError("install.not_installed", `there is no ${RECORD}: nothing was installed here by this program`);
  for (const unit of record.units) {
    await run("systemctl", ["disable", "--now", "--quiet", unit]).catch((error) => say(`${unit}: ${messageOf(error)}`));
  }
  const users = await usersOf(record.files, root);
  for (const path of record.files) await rm(join(root, path), { force: true });
  for (const suffix of ["", ".new", ".old"])
    await rm(join(root, `${PROGRAM}${suffix}`), { recursive: true, force: true });
  const state = (["box", "relay"] as const).flatMap((role) =>
    record.roles.includes(role) ? manifest[role].state : [],
  );
  if (purge) {
    for (const path of state) await rm(join(root, path), { recursive: true, force: true });
    // What an earlier one left, such as a relay's data, keeps its user.
    for (const { name, home } of users) {
      if (home !== "-" && existsSync(join(root, home))) continue;
      await run("userdel", [name]).catch((error) => say(`the user ${name} stays: ${messageOf(error)}`));
    }
  }
  // Last: until here it can be done again.
  await rm(join(root, RECORD), { force: true });
  await rmdir(join(root, dirname(RECORD))).catch(() => {});
  await run("systemctl", ["daemon-reload"]);
  await run("udevadm", ["control", "--reload"]).catch(() => "");
  if (!purge) say(`data stays in ${state.filter((path) => path.startsWith("/var/lib/")).join(", ")}`);
}
