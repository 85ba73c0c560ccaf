// The peers' programs: those that are installed, or Debian's packages unpacked beside the project. They are not installed, which would
// start them as services.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Skipped } from "./measure.ts";

export interface Program {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

const STORE = fileURLToPath(new URL("../../node_modules/.numberbox/peers", import.meta.url));
const FOLDERS = ["usr/sbin", "usr/bin"];

const output = (command: string, args: readonly string[], cwd = "/"): string | null => {
  const { status, stdout } = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  return status === 0 ? stdout : null;
};

const findIn = (root: string, name: string): string | undefined =>
  FOLDERS.map((folder) => join(root, folder, name)).find((file) => existsSync(file));

/** The folders of the shared libraries below `root`. */
function libraryFolders(root: string): readonly string[] {
  const libraries = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.includes(".so"));
  return [...new Set(libraries.map((path) => join(root, dirname(path))))];
}

/** Takes the package and what it needs from Debian, and unpacks it all into `root`. */
function unpack(name: string, root: string): void {
  // A simulation tells what is missing here; it needs no rights.
  const plan = output("apt-get", ["-s", "install", "--no-install-recommends", name]);
  if (plan === null) throw new Skipped(`${name} is not installed, and apt-get does not know it here`);
  const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? "");
  process.stderr.write(`taking from Debian, unpacked and not installed: ${packages.join(", ")} … `);
  rmSync(root, { recursive: true, force: true });
  const downloads = join(root, "debs");
  mkdirSync(downloads, { recursive: true });
  const done =
    output("apt-get", ["-q", "download", ...packages], downloads) !== null &&
    readdirSync(downloads).every((file) => output("dpkg-deb", ["-x", join(downloads, file), root]) !== null);
  rmSync(downloads, { recursive: true, force: true });
  if (done) return;
  rmSync(root, { recursive: true, force: true });
  throw new Skipped(`${name} could not be downloaded; try: sudo apt-get update`);
}

/** Throws `Skipped` where the program is not to be had. */
export function peerProgram(name: string, debianPackage: string): Program {
  const installed = findIn("/", name);
  if (installed !== undefined) {
    return {
      file: installed,
      env: process.env,
      version: output("dpkg-query", ["-W", debianPackage])?.trim().split("\t")[1] ?? "",
    };
  }
  const root = join(STORE, debianPackage);
  if (findIn(root, name) === undefined) unpack(debianPackage, root);
  const file = findIn(root, name);
  if (file === undefined) throw new Skipped(`Debian's ${debianPackage} has no ${name}`);
  const LD_LIBRARY_PATH = libraryFolders(root).join(":");
  const version = /Version: (\S+)/.exec(output("apt-cache", ["show", "--no-all-versions", debianPackage]) ?? "")?.[1];
  return { file, env: { ...process.env, LD_LIBRARY_PATH }, version: version ?? "" };
}
