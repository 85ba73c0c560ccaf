// Makes a backup of a box, running or stopped: a snapshot of the database, the keys sealed under the backup's own passphrase, the
// configuration and the files it names, as one sealed stream.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ArchiveEntry, type Manifest, writeArchive } from "../../archive/index.ts";
import {
  AppError,
  type Clock,
  type CryptoSuite,
  type Random,
  type Secret,
  toBase64url,
  toHex,
  utf8,
} from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import { ARCHIVE_CHUNK, ARCHIVE_TAG, type Argon2Params, sealArchive, sealKeystore } from "../../envelope/index.ts";
import { snapshotBoxStore } from "../../store/index.ts";
import { BOX_DATABASE } from "../data-folder.ts";
import { currentIdentity, KEYSTORE_FILE, openKeystoreFile } from "../keystore-file.ts";
import { type FileSources, takeFiles, WORK } from "./backup-files.ts";

export interface MakeBackup {
  readonly folder: string;
  /** The configuration's text; null where none is known. */
  readonly configText: string | null;
  readonly configFile: string | null;
  readonly unlock: BoxConfig["unlock"];
  readonly credentials: string | undefined;
  /** Further paths that stay out: folders that hold backups. */
  readonly excluded?: readonly string[];
  readonly passphrase: Secret<string>;
  readonly version: string;
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
  readonly suite: CryptoSuite;
  /** Default: as costly as a keystore's. */
  readonly argon2?: Argon2Params;
}

export interface MadeBackup {
  readonly manifest: Manifest;
  /** Bytes of the whole file. */
  readonly size: number;
  /** What it should be called. */
  readonly fileName: string;
  /** The file; to be read once. Rejects with `backup.changed`. */
  stream(): AsyncIterable<Uint8Array>;
  /** Removes what the backup was made from. Idempotent. */
  dispose(): Promise<void>;
}

/** Characters of a passphrase that protects identity and rentals wherever the file may lie. */
export const MIN_PASSPHRASE = 12;
export const BACKUP_SUFFIX = ".nbbackup";

/** Throws `backup.weak_passphrase`. */
export function checkPassphrase(passphrase: Secret<string>): void {
  if ([...passphrase.reveal().normalize("NFKC")].length >= MIN_PASSPHRASE) return;
  throw new AppError("backup.weak_passphrase", `the passphrase of a backup has at least ${MIN_PASSPHRASE} characters`, {
    hint: "Take five or six words that nobody would put together, and keep them apart from the backup.",
  });
}

async function entryOf(file: Pick<ArchiveEntry, "name" | "kind"> & { readonly path: string }): Promise<ArchiveEntry> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const bytes of createReadStream(file.path)) {
    hash.update(bytes);
    size += bytes.length;
  }
  return { name: file.name, kind: file.kind, size, sha256: hash.digest("hex") };
}

interface Gathered {
  readonly paths: ReadonlyMap<string, string>;
  readonly manifest: Manifest;
}

type NamedFile = Pick<ArchiveEntry, "name" | "kind"> & { readonly path: string };

function excludedPaths({ folder, unlock, excluded = [] }: MakeBackup): readonly string[] {
  const { key_file = "unlock.key", passphrase_file } = unlock;
  const named = passphrase_file === undefined ? [] : [passphrase_file];
  return [...excluded, ...[key_file, ...named].map((file) => (file.startsWith("/") ? file : join(folder, file)))];
}

/** Puts the pieces aside, the database last: what it refers to is then there already. */
async function gather(options: MakeBackup, work: string): Promise<Gathered> {
  const { folder, suite, random, passphrase, argon2, configText, configFile } = options;
  const keys = await openKeystoreFile({ ...options, folder });
  if (keys === null) {
    throw new AppError("backup.no_box", `there is no box in ${folder}`, {
      hint: "Name the box's data folder by --data or NUMBERBOX_DATA.",
    });
  }
  const files: NamedFile[] = [];
  const add = async (name: string, kind: ArchiveEntry["kind"], text: string): Promise<void> => {
    const path = join(work, name);
    await writeFile(path, utf8(text), { mode: 0o600 });
    files.push({ name, kind, path });
  };
  const cost = argon2 === undefined ? {} : { argon2 };
  await add(
    KEYSTORE_FILE,
    "keystore",
    await sealKeystore({ suite, random, unlock: { passphrase }, contents: keys, ...cost }),
  );
  if (configText !== null) await add("config.yaml", "config", configText);
  const sources: FileSources = {
    folder,
    configText: configText ?? "",
    configFile,
    excluded: excludedPaths(options),
    work,
  };
  const taken = await takeFiles(sources);
  const path = join(work, BOX_DATABASE);
  const schema = await snapshotBoxStore(join(folder, BOX_DATABASE), path);
  files.unshift({ name: BOX_DATABASE, kind: "database", path });
  const all: readonly NamedFile[] = [...files, ...taken.files];
  const identity = currentIdentity(keys);
  const manifest: Manifest = {
    v: 1,
    created_at: options.clock.now(),
    id: toHex(random.bytes(16)),
    box: { version: options.version, schema },
    identity: { name: identity.name, verify: toBase64url(identity.verify) },
    missing: taken.missing.slice(0, 1000).map((name) => name.slice(0, 600)),
    entries: await Promise.all(all.map(entryOf)),
  };
  return { manifest, paths: new Map(all.map((file) => [file.name, file.path])) };
}

function sizeOf(head: number, manifest: Manifest): number {
  const contents = manifest.entries.reduce((sum, { size }) => sum + size, 0);
  const payload = 4 + utf8(JSON.stringify(manifest)).length + contents;
  return head + payload + Math.max(1, Math.ceil(payload / ARCHIVE_CHUNK)) * ARCHIVE_TAG;
}

/** `numberbox-provider-20260714-101500.nbbackup`: sorts by time. */
export function backupName({ identity, created_at }: Manifest): string {
  const at = new Date(created_at).toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const who = identity.name.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, 40);
  return `numberbox-${who}-${at}${BACKUP_SUFFIX}`;
}

/**
 * Prepares a backup. Only one at a time for a folder. Errors: `backup.weak_passphrase`, `backup.no_box`, `keystore.*`, `store.*` (retryable
 * where the disk is full).
 */
export async function makeBackup(options: MakeBackup): Promise<MadeBackup> {
  checkPassphrase(options.passphrase);
  const work = join(options.folder, WORK);
  const dispose = (): Promise<void> => rm(work, { recursive: true, force: true });
  await dispose();
  try {
    await mkdir(work, { mode: 0o700 });
    const { manifest, paths } = await gather(options, work);
    const sealer = await sealArchive(options);
    return {
      manifest,
      size: sizeOf(sealer.head.length, manifest),
      fileName: backupName(manifest),
      stream: () => writeArchive({ sealer, manifest, contents: ({ name }) => createReadStream(paths.get(name) ?? "") }),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
