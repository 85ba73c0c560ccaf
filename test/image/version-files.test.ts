// The version of an image: one that boxes take, and the same in all that tells it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { packageVersion } from "../../os-image/lib/release-version.ts";
import { readSettings } from "../../os-image/lib/settings.ts";
import { RAUC_SETTINGS, stageVersion } from "../../os-image/lib/version-files.ts";
import { version } from "../../src/bin/version.ts";
import { codeOf, rejectionOf } from "../envelope/error-code.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const source = fileURLToPath(new URL("../../", import.meta.url));
const template = readFileSync(join(source, "os-image/rootfs", RAUC_SETTINGS), "utf8");

describe("the version of an image", () => {
  it("is what the program in it says, what it compares bundles with, and what RAUC refuses older ones by", async () => {
    const stage = tempFolder();
    const app = join(stage, "usr/lib/numberbox");
    mkdirSync(app, { recursive: true });
    const manifest = { name: "numberbox", version: "0.6.0", type: "module" };
    writeFileSync(join(app, "package.json"), JSON.stringify(manifest));
    await stageVersion(stage, { version: "7.8.9", compatible: "numberbox-arm64-mbr", template });
    expect(version(pathToFileURL(join(app, "package.json")))).toBe("7.8.9");
    expect(JSON.parse(readFileSync(join(app, "package.json"), "utf8"))).toEqual({ ...manifest, version: "7.8.9" });
    const settings = readFileSync(join(stage, RAUC_SETTINGS), "utf8");
    expect(settings).toContain("\nmin-bundle-version=7.8.9\n");
    expect(settings).toContain("\ncompatible=numberbox-arm64-mbr\n");
    expect(settings).not.toContain("@");
  });

  it.each(["0.7.0", "10.0.1", "9999.0.0"])("may be %s", (text) => {
    expect(readSettings(["--version", text], {})?.version).toBe(text);
  });

  it.each(["0.7.0-rc.1", "0.07.0", "10000.0.0", "0.7", "0.7.0.1", "v0.7.0", "0.7.0+1", "", "0.7.0\n"])(
    "is refused before anything is built when boxes would not take it: %j",
    (text) => {
      expect(codeOf(() => readSettings([`--version=${text}`], {}))).toBe("image.bad_version");
    },
  );

  it("is that of package.json when none is asked for, held to the same rule", async () => {
    expect(await packageVersion(source)).toBe(version());
    const folder = tempFolder();
    writeFileSync(join(folder, "package.json"), '{"version":"1.0.0-beta.2"}');
    expect(await rejectionOf(packageVersion(folder))).toBe("image.bad_version");
    writeFileSync(join(folder, "package.json"), "{}");
    expect(await rejectionOf(packageVersion(folder))).toBe("image.bad_version");
  });
});
