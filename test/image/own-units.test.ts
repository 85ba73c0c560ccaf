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
/**
 * What they mount has to be seen by others, so they can have no mounts of their own. How exposed each is besides, in tenths as
 * `systemd-analyze security` takes it: each item that it counts has its reason in the unit.
 */
const MOUNTING: ReadonlyMap<string, number> = new Map([
  ["numberbox-data.service", 30],
  ["numberbox-data-disk.service", 33],
  ["numberbox-stick@.service", 29],
]);
const MOST = 20;
/** Settings that give a unit mounts of its own (systemd.exec(5), "Sandboxing" and "Paths"). */
const OWN_MOUNTS = [
  ...["ProtectSystem", "ProtectHome", "ProtectProc", "ProcSubset", "ProtectControlGroups", "PrivateTmp", "PrivateIPC"],
  ...[
    "ProtectKernelTunables",
    "ProtectKernelModules",
    "ProtectKernelLogs",
    "PrivateDevices",
    "PrivateUsers",
    "PrivatePIDs",
  ],
  ...["ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "BindPaths", "TemporaryFileSystem", "MountFlags"],
];

/** What the head of a unit gives reasons for. */
const reasons = (text: string): readonly string[] =>
  [...text.matchAll(/^# {3}(\S.*?)(?: {2,}|$)/gm)].flatMap(([, names = ""]) => names.split(/,\s*/));

/** Whether a reason is one for an item such as `SystemCallFilter=~@mount`; a name that ends in … stands for all that begin so. */
function fits(reason: string, item: string): boolean {
  if (item === "User=/DynamicUser=") return reason === "UserNotSet";
  // Of units with a template's name it says this alone: they have a root as all others have.
  if (item === "RootDirectory=/RootImage=") return true;
  const [key = "", what = ""] = item.split("=~");
  const asked = what === "" ? item.replace(/=$/, "") : what;
  if (reason.endsWith("…")) return asked.startsWith(reason.slice(0, -1));
  if (reason === asked || (key === "SystemCallFilter" && reason === what)) return true;
  return reason.startsWith("CAP_") && new RegExp(`^${what.replaceAll("*", "\\w+")}$`).test(reason);
}

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
      const most = MOUNTING.get(name) ?? MOST;
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

  it.skipIf(!hasAnalyze).each([...MOUNTING.keys()])("%s has a reason for each item that is counted", (name) => {
    const args = ["security", "--offline=true", join(FOLDER, name)];
    const { stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
    const counted = [...stdout.matchAll(/^✗ (\S+)/gm)].map(([, item = ""]) => item);
    expect(counted.length).toBeGreaterThan(10);
    expect(counted.filter((item) => !reasons(read(name)).some((reason) => fits(reason, item)))).toEqual([]);
  });

  it.each([...MOUNTING.keys()])("%s mounts where others see it", (name) => {
    const set = new Map(settingsOf(read(name)).map(({ key, value }) => [key, value]));
    // Without this PrivateNetwork would give it mounts of its own (systemd.exec(5)).
    expect([set.get("PrivateNetwork"), set.get("PrivateMounts")]).toEqual(["yes", "no"]);
    expect(OWN_MOUNTS.filter((key) => (set.get(key) ?? "no") !== "no")).toEqual([]);
  });
});
