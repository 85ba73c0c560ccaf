// A real file system of a given size, for tests of a full disk. Needs root; tests say so when they are skipped.

import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp-folder.ts";

function mountSmall(folder: string, kilobytes: number): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const unmount = (folder: string): void => {
  execFileSync("umount", ["--lazy", folder], { stdio: "ignore" });
};

/** Whether this user may mount file systems; tried once. */
export const canMount: boolean = (() => {
  if (process.getuid?.() !== 0) return false;
  const probe = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  const mounted = mountSmall(probe, 64);
  if (mounted) unmount(probe);
  execFileSync("rmdir", [probe]);
  return mounted;
})();

/** A folder that holds at most `kilobytes`, until the running test ends. */
export function smallDisk(kilobytes: number): string {
  const folder = tempFolder();
  if (!mountSmall(folder, kilobytes)) throw new Error("the file system could not be mounted");
  onTestFinished(() => unmount(folder));
  return folder;
}
