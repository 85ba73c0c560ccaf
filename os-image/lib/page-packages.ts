// npm packages that are built into the pages of console and dashboard: they lie in no `node_modules` of the image, and most of them are only
// there to build. Which they are is read from the imports of the sources, their versions and licences from the lock file.

import { cp, readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { AppError } from "../../src/base/index.ts";

/** Where the pages begin. */
const ENTRIES = [
  "src/web/pages/main.tsx",
  "src/dashboard/pages/main.tsx",
  "src/dashboard/pages/worker/service-worker.ts",
];

const locked = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      license: z.string().optional().catch(undefined),
      dependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

export interface PagePackage {
  readonly name: string;
  readonly version: string;
  /** As the package says it, an SPDX expression as a rule; null where it says nothing. */
  readonly license: string | null;
  /** Its folder in the repository. */
  readonly folder: string;
}

/** What a module asks for while it runs; types are gone by then. */
function importsOf(text: string): readonly string[] {
  const forms = [
    /^(?:import|export)\s+(?!type\b)[\w\s{},*$]*?\bfrom\s+["']([@\w./-]+)["']/gm,
    /^import\s+["']([@\w./-]+)["']/gm,
    /\bimport\(\s*["']([@\w./-]+)["']/g,
  ];
  return forms.flatMap((form) => [...text.matchAll(form)].map(([, name = ""]) => name));
}

/** `@scope/name/part` is a part of `@scope/name`. */
const packageOf = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

async function importedBy(source: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const waiting = ENTRIES.map((entry) => join(source, entry));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (!/\.tsx?$/.test(file)) continue;
    for (const name of importsOf(await readFile(file, "utf8"))) {
      if (name.startsWith(".")) waiting.push(join(dirname(file), name));
      else if (!name.startsWith("node:")) names.add(packageOf(name));
    }
  }
  return names;
}

/** All of them with what they need in turn, sorted. Errors: `image.no_package` for one that the lock file does not have. */
export async function pagePackages(source: string): Promise<readonly PagePackage[]> {
  const { packages } = locked.parse(JSON.parse(await readFile(join(source, "package-lock.json"), "utf8")));
  const found = new Map<string, PagePackage>();
  const waiting = [...(await importedBy(source))].map((name) => ({ name, from: "" }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name } = next;
    // As Node looks for it: in the package that asks, then in each folder above.
    const places = next.from === "" ? [""] : [`${next.from}/`, ""];
    const folder = places.map((place) => `${place}node_modules/${name}`).find((place) => packages[place] !== undefined);
    const entry = folder === undefined ? undefined : packages[folder];
    if (folder === undefined || entry?.version === undefined) {
      throw new AppError("image.no_package", `the lock file has no ${name}, which the pages use`, {
        hint: "npm install",
      });
    }
    if (found.has(folder)) continue;
    found.set(folder, { name, version: entry.version, license: entry.license ?? null, folder });
    for (const needed of Object.keys(entry.dependencies ?? {})) waiting.push({ name: needed, from: folder });
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Copies the texts of their licences to the places that they would have in `modules`. */
export async function copyPageLicences(source: string, found: readonly PagePackage[], modules: string): Promise<void> {
  for (const { folder } of found) {
    const names = await readdir(join(source, folder)).catch(() => []);
    for (const name of names.filter((each) => /^(?:licen[cs]e|copying|notice)/i.test(each))) {
      await cp(join(source, folder, name), join(modules, relative("node_modules", folder), name), { recursive: true });
    }
  }
}
