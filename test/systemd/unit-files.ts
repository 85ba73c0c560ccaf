// The files of `systemd/`, for tests: units taken apart, and a folder in which systemd finds all that they name.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const SYSTEMD = fileURLToPath(new URL("../../systemd/", import.meta.url));
export const UNITS = join(SYSTEMD, "units");

export interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

export const read = (name: string): string => readFileSync(join(SYSTEMD, name), "utf8");
export const services: readonly string[] = readdirSync(UNITS)
  .filter((name) => name.endsWith(".service"))
  .sort();

/** Lines `Key=value` with their section; no line of ours is continued on the next. */
export function settingsOf(text: string): readonly Setting[] {
  let section = "";
  return text.split("\n").flatMap((line): Setting[] => {
    const [, named] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (named !== undefined) section = named;
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [{ section, key, value }];
  });
}

export const valuesOf = (unit: string, key: string): readonly string[] =>
  settingsOf(read(`units/${unit}`)).flatMap((each) => (each.key === key ? [each.value] : []));

/** Whether a program is there; whoever skips a test without it says so. */
export function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** By version of systemd that knows them first; the image has them all, Debian 12 (252) has not. */
const NEWER: readonly (readonly [number, string])[] = [
  [253, "OpenFile"],
  [254, "RestartSteps"],
  [254, "RestartMaxDelaySec"],
  [254, "ImportCredential"],
];

function versionOfSystemd(): number {
  const { stdout } = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" });
  return Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0);
}

/**
 * Copies the units, with the programs that only the image has replaced by one that every machine has, and without the lines that are too
 * new for this machine's systemd.
 */
export function unitsForThisMachine(folder: string): readonly string[] {
  const version = versionOfSystemd();
  const unknown = NEWER.flatMap(([since, key]) => (version < since ? [key] : []));
  mkdirSync(folder, { recursive: true });
  return services.map((name) => {
    const text = read(`units/${name}`)
      .replaceAll(
        /^ExecStart=\/usr\/(?:bin\/numberbox|sbin\/asterisk|sbin\/iw|bin\/drachtio)\b/gm,
        "ExecStart=/bin/true",
      )
      .replaceAll("/usr/lib/numberbox-host/", join(SYSTEMD, "libexec/"))
      .replaceAll(new RegExp(`^(?:${unknown.join("|")})=`, "gm"), (key) => (unknown.length > 0 ? `# ${key}` : key));
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
}

/** A folder as the image has it after its files were installed as the manifest says. */
export function installed(root: string): void {
  for (const { source, target } of manifest().files) {
    const path = join(root, target);
    mkdirSync(join(path, ".."), { recursive: true });
    if (existsSync(join(SYSTEMD, source))) copyFileSync(join(SYSTEMD, source), path);
  }
}

export interface Manifest {
  readonly files: readonly { readonly source: string; readonly target: string; readonly mode: string }[];
  readonly enable: readonly string[];
  readonly mask: readonly string[];
  readonly state: readonly string[];
}

export function manifest(): Manifest {
  const parsed: Manifest = JSON.parse(read("manifest.json"));
  return parsed;
}
