// Builds the console's pages once for all files of a run; they find the folder by `inject("pages")`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    pages: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => void> {
  const pages = mkdtempSync(join(tmpdir(), "numberbox-pages-"));
  const configFile = fileURLToPath(new URL("../../src/web/pages/vite.config.ts", import.meta.url));
  await build({ configFile, logLevel: "error", build: { outDir: pages } });
  provide("pages", pages);
  return () => rmSync(pages, { recursive: true, force: true });
}
