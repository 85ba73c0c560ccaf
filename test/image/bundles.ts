// Update bundles that a box must not keep: one whose system is damaged, an older one, one with a byte changed, one that ends early.

import { copyFile, mkdir, open, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../os-image/lib/command.ts";
import type { Signing } from "../../os-image/lib/settings.ts";

/** What a bundle says of itself, and who signs it. */
export interface Label {
  readonly version: string;
  readonly compatible: string;
  readonly signing: Signing;
}

/** Takes a bundle apart: `system.img` and `boot.img` in `folder`. */
export async function unpackBundle(bundle: string, folder: string, signing: Signing): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await command("rauc", ["extract", `--keyring=${signing.keyring}`, bundle, folder], { minutes: 20 });
}

async function flip(file: string, at: number, length: number): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, at);
    await handle.write(
      bytes.map((byte) => byte ^ 0xff),
      0,
      length,
      at,
    );
  } finally {
    await handle.close();
  }
}

/** A signed bundle of what lies in `folder`. */
export async function signBundle(folder: string, file: string, label: Label): Promise<void> {
  const { version, compatible, signing } = label;
  const manifest = `[update]\ncompatible=${compatible}\nversion=${version}\n[bundle]\nformat=verity\n[image.system]\nfilename=system.img\n[image.boot]\nfilename=boot.img\n`;
  await rm(file, { force: true });
  await writeFile(join(folder, "manifest.raucm"), manifest);
  const keys = [`--cert=${signing.certificate}`, `--key=${signing.key}`, `--keyring=${signing.keyring}`];
  await command("rauc", ["bundle", ...keys, folder, file], { minutes: 20 });
}

/** A bundle with a good signature and a system that cannot start: its builder made a mistake. */
export async function badSystem(parts: string, file: string, label: Label): Promise<void> {
  const folder = `${parts}-bad`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const name of ["system.img", "boot.img"]) await copyFile(join(parts, name), join(folder, name));
  // The first block holds the superblock; dm-verity gives it to nobody now.
  await flip(join(folder, "system.img"), 0, 4096);
  await signBundle(folder, file, label);
  await rm(folder, { recursive: true });
}

export async function changedByte(bundle: string, file: string): Promise<void> {
  await copyFile(bundle, file);
  await flip(file, Math.floor((await stat(bundle)).size / 2), 1);
}

export async function cutShort(bundle: string, file: string): Promise<void> {
  await copyFile(bundle, file);
  await truncate(file, Math.floor((await stat(bundle)).size / 2));
}
