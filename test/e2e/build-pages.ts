// Builds once for all files of a run what an image has: the pages of console and dashboard, found by `inject`, and the program in a few
// files, which the tests start hundreds of times.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";
import { bundleProgram } from "../../os-image/lib/program-bundle.ts";

declare module "vitest" {
  interface ProvidedContext {
    pages: string;
    dashboard: string;
  }
}

const SETS = [
  ["pages", "web"],
  ["dashboard", "dashboard"],
] as const;

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Workers have this process's environment: `PROGRAM` of `processes.ts` reads it. */
async function buildProgram(root: string): Promise<void> {
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  const program = await bundleProgram({ source: repository, folder: join(root, "program") });
  process.env.NODE_COMPILE_CACHE = join(root, "compiled");
  process.env.NUMBERBOX_TEST_PROGRAM = program;
  // Loads every command, and so leaves all of it compiled: processes that are killed leave nothing.
  const first = spawnSync(process.execPath, [program, "--version"], { encoding: "utf8" });
  if (first.status !== 0) throw new Error(`the bundled program does not start: ${first.stderr}`);
}

export default async function setup({ provide }: TestProject): Promise<() => void> {
  const root = mkdtempSync(join(tmpdir(), "numberbox-pages-"));
  for (const [name, folder] of SETS) {
    const outDir = join(root, name);
    const configFile = fileURLToPath(new URL(`../../src/${folder}/pages/vite.config.ts`, import.meta.url));
    await build({ configFile, logLevel: "error", build: { outDir } });
    provide(name, outDir);
  }
  await buildProgram(root);
  return () => rmSync(root, { recursive: true, force: true });
}
