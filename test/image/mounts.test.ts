// A mount that goes away when nobody uses it takes along what requires it: an update on trial was once given up that way.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = ["os-image/rootfs/usr/lib/systemd/system", "systemd/units"];

const fleeting = readFileSync(join(root, "os-image/rootfs/etc/fstab"), "utf8")
  .split("\n")
  .filter((line) => line.includes("x-systemd.idle-timeout"))
  .map((line) => line.split(/\s+/)[1] ?? "");

const units = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:service|socket|timer|path|target|conf)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
);

/** Lines by which the end of the mount ends the unit (systemd.unit(5)). */
function requires(unit: string, mount: string): readonly string[] {
  const name = `${mount.slice(1).replaceAll("/", "-")}.mount`;
  return readFileSync(unit, "utf8")
    .split("\n")
    .filter((line) => {
      const [key, value = ""] = line.split("=", 2);
      const words = value.split(/\s+/);
      if (key === "RequiresMountsFor") return words.some((path) => path === mount || path.startsWith(`${mount}/`));
      return ["Requires", "Requisite", "BindsTo", "PartOf"].includes(key ?? "") && words.includes(name);
    });
}

describe("mounts that go when nobody uses them", () => {
  it("are known, and so are the units", () => {
    expect(fleeting).toEqual(["/bootconfig"]);
    expect(units.length).toBeGreaterThan(15);
  });

  it("are required by no unit", () => {
    const found = units.flatMap((unit) =>
      fleeting.flatMap((mount) => requires(unit, mount).map((line) => `${unit.slice(root.length)}: ${line}`)),
    );
    expect(found).toEqual([]);
  });
});
