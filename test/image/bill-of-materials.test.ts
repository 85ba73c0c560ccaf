// What is in the image, and under which licences: of small folders that stand for it, and of this repository's own pages.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { billOfMaterials } from "../../os-image/lib/bill-of-materials.ts";
import { debFile } from "../../os-image/lib/deb-cache.ts";
import { extractedPackages, unpackCopyrights } from "../../os-image/lib/extracted-packages.ts";
import { readPackageLists } from "../../os-image/lib/package-list.ts";
import { type PackageLock, readLock } from "../../os-image/lib/package-lock.ts";
import { copyPageLicences, pagePackages } from "../../os-image/lib/page-packages.ts";
import { has } from "../systemd/unit-files.ts";

const SOURCE = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
const bill = z.object({
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      licenses: z.array(z.object({ license: z.object({ name: z.string() }) })).optional(),
    }),
  ),
});

let top = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "numberbox-bill-"));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
};

describe("the bill of materials", () => {
  const named = async (about: Partial<Parameters<typeof billOfMaterials>[1]> = {}) => {
    const facts = { architecture: "arm64", version: "1.2.3", epoch: 1, extracted: [], pages: [], ...about };
    const { components } = bill.parse(JSON.parse(await billOfMaterials(top, facts)));
    return components.map(({ purl, licenses = [] }) => [purl, ...licenses.map(({ license }) => license.name)]);
  };
  beforeEach(() => {
    put("var/lib/dpkg/status", "Package: tar\nStatus: install ok installed\nVersion: 1.35\nArchitecture: arm64\n");
    put("usr/share/doc/tar/copyright", "License: GPL-3+\n");
    put("usr/lib/numberbox/node_modules/zod/package.json", '{"name":"zod","version":"4.0.0","license":"MIT"}');
  });

  it("names what dpkg does not know: firmware and boot loader", async () => {
    put("usr/share/doc/raspi-firmware/copyright", "License: Proprietary_1\n\nLicense: GPL-2+\n");
    const extracted = [{ name: "raspi-firmware", version: "1.2026+ds-1", architecture: "all" as const }];
    expect(await named({ extracted })).toContainEqual([
      "pkg:deb/debian/raspi-firmware@1.2026%2Bds-1?arch=all&distro=forky",
      ...["GPL-2+", "Proprietary_1"],
    ]);
  });

  it("names what is built into the pages, each once", async () => {
    const pages = [
      { name: "preact", version: "11.0.0", license: "MIT" },
      { name: "zod", version: "4.0.0", license: "MIT" },
      { name: "@a/b", version: "1.0.0", license: null },
    ];
    expect(await named({ pages })).toEqual([
      ["pkg:deb/debian/tar@1.35?arch=arm64&distro=forky", "GPL-3+"],
      ["pkg:npm/%40a/b@1.0.0"],
      ["pkg:npm/preact@11.0.0", "MIT"],
      ["pkg:npm/zod@4.0.0", "MIT"],
    ]);
  });
});

describe("packages that are built into the pages", () => {
  it("are those that this repository's pages import, with version and licence of the lock file", async () => {
    const found = await pagePackages(SOURCE);
    const lock: { packages: Record<string, { version: string; license: string }> } = JSON.parse(
      readFileSync(join(SOURCE, "package-lock.json"), "utf8"),
    );
    for (const name of ["preact", "uplot", "zod", "uqr"]) {
      const { version, license } = lock.packages[`node_modules/${name}`] ?? {};
      expect(found.find((each) => each.name === name)).toMatchObject({ version, license });
    }
    expect(found.filter(({ license }) => license === null)).toEqual([]);
    // Of the tools that build there are none.
    for (const name of ["vite", "typescript", "vitest", "express"])
      expect(found.map((each) => each.name)).not.toContain(name);
    await copyPageLicences(SOURCE, found, join(top, "node_modules"));
    expect(existsSync(join(top, "node_modules/preact/LICENSE"))).toBe(true);
    expect(existsSync(join(top, "node_modules/uplot/LICENSE"))).toBe(true);
  });

  it("come with what they need in turn, as Node looks for it; types and Node's own modules do not count", async () => {
    put(
      "src/web/pages/main.tsx",
      'import { a } from "one";\nimport type { B } from "types-only";\nimport "./style.css";\nexport {\n  c,\n} from "../../shared.ts";\nvoid import("@two/parts/deep");\n',
    );
    put("src/shared.ts", 'import fs from "node:fs";\nimport { d } from "./shared.ts";\n');
    for (const each of ["src/dashboard/pages/main.tsx", "src/dashboard/pages/worker/service-worker.ts"]) put(each, "");
    const packages = {
      "": { version: "1" },
      "node_modules/one": { version: "1.0.0", license: "MIT", dependencies: { three: "^1" } },
      "node_modules/one/node_modules/three": { version: "1.5.0", license: "ISC" },
      "node_modules/three": { version: "2.0.0", license: "ISC" },
      "node_modules/@two/parts": { version: "2.0.0" },
    };
    put("package-lock.json", JSON.stringify({ packages }));
    expect((await pagePackages(top)).map(({ name, version, license }) => [name, version, license])).toEqual([
      ["@two/parts", "2.0.0", null],
      ["one", "1.0.0", "MIT"],
      ["three", "1.5.0", "ISC"],
    ]);
    put("src/shared.ts", 'import { x } from "unknown";\n');
    await expect(pagePackages(top)).rejects.toMatchObject({ code: "image.no_package" });
  });
});

describe("packages that are only taken apart", () => {
  it("are those of the list, in each lock", async () => {
    const folder = join(SOURCE, "os-image/packages");
    for (const architecture of ["amd64", "arm64"] as const) {
      const lock = await readLock(join(SOURCE, `os-image/packages.${architecture}.lock.json`));
      const listed = await readPackageLists(folder, "extract", architecture);
      expect(extractedPackages(lock).map(({ name }) => name)).toEqual([...listed]);
    }
  });

  it.skipIf(!has("dpkg-deb"))("have their copyright taken out of the package, or a word on where it is", async () => {
    const each = { version: "1.0", path: "pool/x.deb", size: 1, uses: ["extract" as const] };
    const lock: PackageLock = {
      ...{ suite: "forky", snapshot: "20260101T000000Z" },
      packages: [
        { ...each, name: "raspi-firmware", architecture: "all", sha256: "a".repeat(64) },
        { ...each, name: "grub-efi-amd64-unsigned", architecture: "amd64", sha256: "b".repeat(64) },
        { ...each, name: "tar", architecture: "amd64", sha256: "c".repeat(64), uses: ["system"] },
      ],
    };
    put(
      "deb/DEBIAN/control",
      "Package: raspi-firmware\nVersion: 1.0\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n",
    );
    put("deb/usr/share/doc/raspi-firmware/copyright", "License: Proprietary_1\n");
    const [first] = lock.packages;
    if (first === undefined) return;
    spawnSync("dpkg-deb", ["--root-owner-group", "-b", join(top, "deb"), debFile(top, first)], { stdio: "ignore" });
    await unpackCopyrights(lock, top, join(top, "root"));
    const docs = join(top, "root/usr/share/doc");
    expect(readdirSync(docs).sort()).toEqual(["grub-efi-amd64-unsigned", "raspi-firmware"]);
    expect(readFileSync(join(docs, "raspi-firmware/copyright"), "utf8")).toBe("License: Proprietary_1\n");
    expect(readFileSync(join(docs, "grub-efi-amd64-unsigned/copyright"), "utf8")).toContain("License: GPL-3+");
  });

  it.skipIf(!has("dpkg-deb"))("are not passed over where one has none", async () => {
    put("deb/DEBIAN/control", "Package: other\nVersion: 1.0\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n");
    const other = { name: "other", version: "1.0", architecture: "all" as const, path: "pool/x.deb", size: 1 };
    const lock: PackageLock = {
      ...{ suite: "forky", snapshot: "20260101T000000Z" },
      packages: [{ ...other, sha256: "d".repeat(64), uses: ["extract"] }],
    };
    const file = join(top, `${"d".repeat(64)}.deb`);
    spawnSync("dpkg-deb", ["--root-owner-group", "-b", join(top, "deb"), file], { stdio: "ignore" });
    await expect(unpackCopyrights(lock, top, join(top, "root"))).rejects.toThrow();
  });
});
