// The units that only the image has: what the rules for `systemd/` say of units is said of these, too.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { has, settingsOf } from "../systemd/unit-files.ts";

const FOLDER = fileURLToPath(new URL("../../os-image/rootfs/usr/lib/systemd/system/", import.meta.url));
const units = readdirSync(FOLDER).filter((name) => name.endsWith(".service"));
const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");
/** What they mount has to be seen by others, so they can have no mounts of their own. */
const MOUNTING: ReadonlySet<string> = new Set([
  "numberbox-data.service",
  "numberbox-data-disk.service",
  "numberbox-stick@.service",
]);
/** In tenths, as `systemd-analyze security` takes it. */
const MOST = 20;
const MOST_MOUNTING = 42;
const hasAnalyze = has("systemd-analyze");

describe("units of the image", () => {
  it.each(units)("%s says why it is root's, and what it keeps that it could do without elsewhere", (name) => {
    const text = read(name);
    const values = (key: string) => settingsOf(text).flatMap((each) => (each.key === key ? [each.value] : []));
    expect(text).toMatch(/^# Root, because /m);
    for (const capability of values("CapabilityBoundingSet").flatMap((value) =>
      value.split(" ").filter((each) => each !== ""),
    ))
      expect(text).toMatch(new RegExp(`^# .*${capability}`, "m"));
    expect(values("CapabilityBoundingSet")).toHaveLength(1);
    expect(text.includes("nobody else would see what it mounts")).toBe(MOUNTING.has(name));
  });

  it.skipIf(!hasAnalyze).each(units)(
    `%s is exposed no more than it has to be${hasAnalyze ? "" : " (systemd-analyze is not installed)"}`,
    (name) => {
      const most = MOUNTING.has(name) ? MOST_MOUNTING : MOST;
      const args = ["security", "--offline=true", `--threshold=${most}`, join(FOLDER, name)];
      const { status, stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      expect(
        status,
        stdout
          .split("\n")
          .filter((line) => /✗|Overall/.test(line))
          .join("\n"),
      ).toBe(0);
      expect(stdout).toContain("Overall exposure level");
    },
  );
});
