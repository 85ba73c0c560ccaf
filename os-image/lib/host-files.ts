// What `systemd/manifest.json` says lies where in the image, put into the tree that goes over Debian's files.

import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { AppError } from "../../src/base/index.ts";

const target = z.string().regex(/^\/(?!.*\.\.)[\w@./+-]+$/);
const mode = z.string().regex(/^0[0-7]{3}$/);
const unit = z.string().regex(/^[\w@.-]+\.(?:service|socket|timer|target|path|mount)$/);

const manifest = z.object({
  files: z.array(z.object({ source: z.string(), target, mode })),
  folders: z.array(z.object({ target, mode })).default([]),
  links: z.array(z.object({ target, to: z.string() })).default([]),
  state: z.array(target).default([]),
  enable: z.array(unit).default([]),
  mask: z.array(unit).default([]),
});

export type HostManifest = z.infer<typeof manifest>;

/** Reads it. Errors: `image.manifest`. */
export async function readHostManifest(source: string): Promise<HostManifest> {
  const file = join(source, "systemd", "manifest.json");
  const parsed = manifest.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!parsed.success) throw new AppError("image.manifest", `${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Puts all files, folders and links of the manifest into `stage`. */
export async function stageHostFiles(source: string, given: HostManifest, stage: string): Promise<void> {
  for (const { target: path, mode: bits } of given.folders) {
    await mkdir(join(stage, path), { recursive: true });
    await chmod(join(stage, path), Number.parseInt(bits, 8));
  }
  for (const { source: from, target: path, mode: bits } of given.files) {
    const to = join(stage, path);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(source, "systemd", from), to);
    await chmod(to, Number.parseInt(bits, 8));
  }
  for (const { target: path, to } of given.links) {
    await mkdir(dirname(join(stage, path)), { recursive: true });
    await symlink(to, join(stage, path));
  }
}

/** The list of folders that last: the image's own, and those of the manifest that it does not name. */
export async function completePersistList(given: HostManifest, stage: string): Promise<void> {
  const file = join(stage, "usr/lib/numberbox-image/persist.list");
  const own = await readFile(file, "utf8");
  const named = new Set(own.split("\n").map((line) => line.split(/\s+/)[0]));
  const more = given.state.filter((path) => !named.has(path)).map((path) => `${path} 0700 root:root`);
  await writeFile(file, `${own}${more.map((line) => `${line}\n`).join("")}`);
}

/** The plan of units that the script in the root carries out. */
export function unitPlan(given: HostManifest, own: readonly string[]): string {
  const lines = [
    ...[...given.enable, ...own].map((name) => `enable ${name}`),
    ...given.mask.map((name) => `mask ${name}`),
  ];
  return `${lines.join("\n")}\n`;
}
