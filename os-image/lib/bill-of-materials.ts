// What is in the image: a CycloneDX document of Debian's and npm's packages, and all their licences in one archive.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { APP } from "./app-tree.ts";
import { command } from "./command.ts";
import type { LockedPackage } from "./package-lock.ts";
import type { PagePackage } from "./page-packages.ts";

export interface Component {
  readonly type: "library" | "application" | "operating-system";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license: { readonly name: string } }[];
}

const installed = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z
    .union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)])
    .optional()
    .catch(undefined),
});

function licensed(names: readonly string[]): Pick<Component, "licenses"> {
  const unique = [...new Set(names)].filter((name) => name !== "").sort();
  return unique.length === 0 ? {} : { licenses: unique.map((name) => ({ license: { name } })) };
}

/** Licences that a copyright file in Debian's machine-readable form names. */
export function debianLicences(text: string): string[] {
  const names = [...text.matchAll(/^License: *(\S[^\n]*)$/gm)].map(([, name = ""]) => name.trim());
  return [...new Set(names)].sort();
}

async function debianComponent(
  root: string,
  { name, version, architecture }: Readonly<Record<"name" | "version" | "architecture", string>>,
): Promise<Component> {
  const copyright = await readFile(join(root, "usr/share/doc", name, "copyright"), "utf8").catch(() => "");
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=forky`;
  return { type: "library", name, version, purl, ...licensed(debianLicences(copyright)) };
}

async function debianComponents(root: string, architecture: string): Promise<Component[]> {
  const status = await readFile(join(root, "var/lib/dpkg/status"), "utf8");
  const components: Component[] = [];
  for (const stanza of status.split("\n\n")) {
    const field = (name: string) => new RegExp(`^${name}: (.+)$`, "m").exec(stanza)?.[1] ?? "";
    if (!field("Status").endsWith(" installed")) continue;
    const arch = field("Architecture") === "all" ? "all" : architecture;
    const facts = { name: field("Package"), version: field("Version"), architecture: arch };
    components.push(await debianComponent(root, facts));
  }
  return components;
}

function npmComponent(name: string, version: string, licence: string | undefined): Component {
  const purl = `pkg:npm/${name.replace(/^@/, "%40")}@${encodeURIComponent(version)}`;
  return { type: "library", name, version, purl, ...licensed(licence === undefined ? [] : [licence]) };
}

async function npmComponents(root: string): Promise<Component[]> {
  const modules = join(root, APP, "node_modules");
  const components = new Map<string, Component>();
  for (const entry of await readdir(modules, { recursive: true })) {
    if (!/(?:^|node_modules\/)(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(entry)) continue;
    const parsed = installed.safeParse(JSON.parse(await readFile(join(modules, entry), "utf8")));
    if (!parsed.success) continue;
    const { name, version, license } = parsed.data;
    const component = npmComponent(name, version, license);
    components.set(component.purl, component);
  }
  return [...components.values()];
}

/** Takes what the bill is made of out of the root's archive. Copyrights of packages that share one folder are links, which come along. */
export async function unpackFacts(tar: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const wanted = ["./var/lib/dpkg/status", "./usr/share/doc/*", "./usr/share/common-licenses/*"];
  const modules = `./${APP}/node_modules/*`;
  const files = [
    `${modules}/package.json`,
    `${modules}/LICEN[CS]E*`,
    `${modules}/licen[cs]e*`,
    `${modules}/COPYING*`,
    `${modules}/NOTICE*`,
  ];
  const args = ["-C", folder, "--no-same-owner", "--wildcards"];
  // A pattern without any file is no fault here.
  await command("tar", [...args, "-xf", tar, ...wanted, ...files]).catch(async (error: unknown) => {
    await readFile(join(folder, "var/lib/dpkg/status")).catch(() => {
      throw error;
    });
  });
}

export interface BillFacts {
  readonly architecture: string;
  readonly version: string;
  /** In seconds since 1970. */
  readonly epoch: number;
  /** What starts the machine, which dpkg does not know; their copyright files lie where those of the others do. */
  readonly extracted: readonly Pick<LockedPackage, "name" | "version" | "architecture">[];
  /** What is built into the pages, and lies in no `node_modules`. */
  readonly pages: readonly Pick<PagePackage, "name" | "version" | "license">[];
}

/** The CycloneDX 1.6 document. It depends on nothing but what is in the image and its time. */
export async function billOfMaterials(root: string, about: BillFacts): Promise<string> {
  const found = [
    ...(await debianComponents(root, about.architecture)),
    ...(await Promise.all(about.extracted.map((each) => debianComponent(root, each)))),
    ...about.pages.map(({ name, version, license }) => npmComponent(name, version, license ?? undefined)),
    // What is there tells of itself, and counts where the pages have it, too.
    ...(await npmComponents(root)),
  ];
  const byPurl = new Map(found.map((each) => [each.purl, each]));
  const components = [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const sum = createHash("sha256").update(JSON.stringify(components)).digest("hex");
  const serial = sum.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
  const subject = { type: "operating-system", name: `numberbox-${about.architecture}`, version: about.version };
  const timestamp = new Date(about.epoch * 1000).toISOString();
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: { timestamp, component: subject },
    components,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}
