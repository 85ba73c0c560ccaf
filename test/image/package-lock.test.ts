import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { mergeUses } from "../../os-image/lib/debian-mirror.ts";
import { lockFile, SUITE } from "../../os-image/lib/lock-update.ts";
import { type PackageUse, parsePackageList, readPackageLists, USES } from "../../os-image/lib/package-list.ts";
import { type LockedPackage, lockText, parseLock, readLock } from "../../os-image/lib/package-lock.ts";
import { ARCHITECTURES } from "../../os-image/lib/settings.ts";

const source = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
const lists = join(source, "os-image/packages");
const uses = Object.keys(USES) as PackageUse[];

describe.each(ARCHITECTURES)("the packages of %s", (architecture) => {
  it("are all in the lock, for what they are listed for", async () => {
    const { packages, suite } = await readLock(lockFile(source, architecture));
    expect(suite).toBe(SUITE);
    for (const use of uses) {
      const locked = new Set(packages.filter((each) => each.uses.includes(use)).map(({ name }) => name));
      const absent = (await readPackageLists(lists, use, architecture)).filter((name) => !locked.has(name));
      expect(absent, `renew the lock: npm run image -- --arch ${architecture} --update-lock`).toEqual([]);
    }
  });

  it("are what the machine's files need", async () => {
    const manifest = JSON.parse(readFileSync(join(source, "systemd/manifest.json"), "utf8")) as { packages: string[] };
    const { packages } = await readLock(lockFile(source, architecture));
    const names = new Set(packages.filter((each) => each.uses.includes("system")).map(({ name }) => name));
    expect(manifest.packages.filter((name) => !names.has(name))).toEqual([]);
  });

  it("stand in the lock once each, in one order, with nothing of the mirror that they came from", () => {
    const file = lockFile(source, architecture);
    const text = readFileSync(file, "utf8");
    const lock = parseLock(text, file);
    // Not toBe: a difference would print both files.
    expect(lockText(lock) === text).toBe(true);
    expect(new Set(lock.packages.map(({ path }) => path)).size).toBe(lock.packages.length);
    expect(text).not.toMatch(/https?:/);
  });
});

describe("a list of packages", () => {
  it("has comments, blank lines and names for one processor", () => {
    const text = "# all\nnodejs\n\nraspi-firmware [arm64] # boot\nlinux-image-amd64 [amd64]\n";
    expect(parsePackageList(text, "amd64", "x.txt")).toEqual(["nodejs", "linux-image-amd64"]);
    expect(parsePackageList(text, "arm64", "x.txt")).toEqual(["nodejs", "raspi-firmware"]);
  });

  it.each(["Node", "two names", "name [mips]", "-x", "a"])("refuses %j with its line", (line) => {
    const wrong = expect.objectContaining({ code: "image.package_list", message: expect.stringContaining("x.txt:2") });
    expect(() => parsePackageList(`nodejs\n${line}\n`, "amd64", "x.txt")).toThrow(wrong);
  });

  it("belongs to a use", () => {
    const files = readdirSync(lists).map((name) => name.replace(/\.txt$/, ""));
    expect(files.sort()).toEqual(uses.flatMap((use) => [...USES[use]]).sort());
  });
});

describe("a lock", () => {
  const one: LockedPackage = {
    name: "nodejs",
    version: "24.1.0-1",
    architecture: "amd64",
    path: "pool/main/n/nodejs/nodejs_24.1.0-1_amd64.deb",
    sha256: "0".repeat(64),
    size: 1,
    uses: ["system"],
  };
  const lock = { suite: SUITE, snapshot: "20260101T000000Z", packages: [one] };

  it("reads what it writes", () => {
    expect(parseLock(lockText(lock), "x")).toEqual(lock);
  });

  it.each([
    { ...one, path: "../../etc/passwd" },
    { ...one, path: "pool/../../x.deb" },
    { ...one, path: "pool/x.deb?y" },
    { ...one, sha256: "0" },
    { ...one, version: "1; reboot" },
    { ...one, size: 0 },
    { ...one, uses: [] },
  ])("refuses a package that could lead elsewhere: %j", (broken) => {
    const text = lockText({ ...lock, packages: [broken as LockedPackage] });
    expect(() => parseLock(text, "x")).toThrow(expect.objectContaining({ code: "image.lock" }));
  });

  it("names a package that two uses need once", () => {
    expect(mergeUses([[one], [{ ...one, uses: ["native"] }]])).toEqual([{ ...one, uses: ["system", "native"] }]);
  });
});
