// Builds the pages of console and dashboard once for all files of a run; they find the folders by `inject`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";

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

export default async function setup({ provide }: TestProject): Promise<() => void> {
  const root = mkdtempSync(join(tmpdir(), "numberbox-pages-"));
  for (const [name, folder] of SETS) {
    const outDir = join(root, name);
    const configFile = fileURLToPath(new URL(`../../src/${folder}/pages/vite.config.ts`, import.meta.url));
    await build({ configFile, logLevel: "error", build: { outDir } });
    provide(name, outDir);
  }
  return () => rmSync(root, { recursive: true, force: true });
}
