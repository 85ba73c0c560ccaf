// The program in a few files, as the image has it: it starts, finds what lies beside its sources, and says what the sources say.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUNDLE_START, bundleProgram } from "../../os-image/lib/program-bundle.ts";

const source = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

describe("the program in a few files", () => {
  let folder = "";
  let start = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-bundle-"));
    symlinkSync(join(source, "node_modules"), join(folder, "node_modules"));
    start = await bundleProgram({ source, folder: join(folder, "program") });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [start, ...args], {
      encoding: "utf8",
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
    });

  it("starts with every command, and knows its version by the sources' package.json", () => {
    const version = (JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string }).version;
    expect(run("--version")).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
    expect(start).toBe(join(folder, "program", BUNDLE_START));
    expect(statSync(start).mode & 0o111).toBe(0o111);
    expect(readFileSync(start, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("finds the boards beside the sources", () => {
    const boards = readdirSync(join(source, "hardware/boards")).filter((name) => name.endsWith(".yaml"));
    const listed = run("hardware", "list");
    expect(listed.stderr).toBe("");
    expect(boards.length).toBeGreaterThan(0);
    for (const name of boards) expect(listed.stdout).toContain(name.replace(/\.yaml$/, ""));
  });

  it("says of a bad configuration what and where", () => {
    const file = join(folder, "box.yaml");
    writeFileSync(file, "web:\n  listen: 12\n");
    const told = run("config", "check", file);
    expect(told.status).not.toBe(0);
    expect(told.stderr).toContain("web.listen");
  });

  it("can be read, and has no simulator in it", () => {
    const text = readdirSync(join(folder, "program"))
      .map((name) => readFileSync(join(folder, "program", name), "utf8"))
      .join("\n");
    const has = (pattern: RegExp): boolean => pattern.test(text);
    expect([has(/\bBoxRunner = class\b/), has(/import\("[./\w-]+test\/sim\/modem\/index\.ts"\)/)]).toEqual([
      true,
      true,
    ]);
    expect([has(/\bFaultBox = class\b/), has(/\bmqemitter\b/)]).toEqual([false, false]);
  });
});
