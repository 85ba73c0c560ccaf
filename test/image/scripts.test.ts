import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { command } from "../../os-image/lib/command.ts";

const folder = fileURLToPath(new URL("../../os-image", import.meta.url));
const scripts = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.parentPath.includes("/out"))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => statSync(file).size < 100_000 && readFileSync(file, "utf8").startsWith("#!/bin/sh"));
const checker = existsSync("/usr/bin/shellcheck");

describe("the scripts of the image", () => {
  it("are there, and may be executed", () => {
    expect(scripts.length).toBeGreaterThan(8);
    expect(scripts.filter((file) => (statSync(file).mode & 0o111) === 0)).toEqual([]);
  });

  it("are read by a POSIX shell", async () => {
    for (const file of scripts) await command("/bin/sh", ["-n", file]);
  });

  it.skipIf(!checker)(
    `have nothing that shellcheck objects to${checker ? "" : " (shellcheck is not installed)"}`,
    async () => {
      // 1091: functions of initramfs-tools are not on this machine.
      await command("shellcheck", ["--shell=sh", "--exclude=SC1091", ...scripts]);
    },
  );
});
