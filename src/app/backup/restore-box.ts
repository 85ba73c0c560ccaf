// Restores a box from a backup: unpacked beside what is there, checked to the last byte, opened as a box would open it, and only then put
// in place. Until that moment nothing of an existing box is touched.

import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ArchiveEntry,
  type ArchiveHash,
  type ArchiveSink,
  type Manifest,
  noSink,
  readArchive,
} from "../../archive/index.ts";
import {
  AppError,
  type Clock,
  type CryptoSuite,
  type Logger,
  type Random,
  type Secret,
  toBase64url,
  unixMs,
  wrapError,
} from "../../base/index.ts";
import {
  type BoxConfig,
  fileReferences,
  parseBoxConfig,
  withFileReferences,
  withoutUnlock,
} from "../../config/index.ts";
import { openKeystore } from "../../envelope/index.ts";
import { BOX_SCHEMA_VERSION, openBoxStore } from "../../store/index.ts";
import { BOX_DATABASE } from "../data-folder.ts";
import { currentIdentity, writeKeystoreFile } from "../keystore-file.ts";
import { syncFolder } from "../whole-file.ts";
import { isOwnName, outsideName, placeOf, RESTORED_FILES } from "./backup-files.ts";
import { STAGING } from "./restore-switch.ts";

export interface OpenBackup {
  readonly source: AsyncIterable<Uint8Array>;
  readonly passphrase: Secret<string>;
  readonly suite: CryptoSuite;
}

export interface StageRestore extends OpenBackup {
  /** The data folder; hold it. */
  readonly folder: string;
  /** How this box unlocks its keys; null for what the backup's configuration says. */
  readonly unlock: BoxConfig["unlock"] | null;
  readonly credentials: string | undefined;
  /** A second name of the configuration in the data folder, where the box that runs here looks for it. */
  readonly alsoAs?: string | null;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface StagedRestore {
  readonly manifest: Manifest;
  /** The keys are unlocked by a key file of this machine from now on, where the old box had a passphrase or credential. */
  readonly unlockChanged: boolean;
}

const SEALED = "keystore.sealed.json";

export function systemHash(): ArchiveHash {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
}

/** Reads and checks a whole backup and keeps nothing of it. Errors: those of `readArchive`, `restore.newer_schema`, `archive.unsafe_name`. */
export async function inspectBackup(options: OpenBackup): Promise<Manifest> {
  return await readArchive({
    ...options,
    newHash: systemHash,
    sink: { ...noSink, begin: async (manifest) => checkManifest(manifest) },
  });
}

function checkManifest(manifest: Manifest): void {
  if (manifest.box.schema > BOX_SCHEMA_VERSION) {
    throw new AppError(
      "restore.newer_schema",
      `the backup was made by Numberbox ${manifest.box.version}, which is newer`,
      {
        hint: "Update Numberbox on this machine, then restore.",
        context: { schema: manifest.box.schema, known: BOX_SCHEMA_VERSION },
      },
    );
  }
  for (const { name, kind } of manifest.entries) {
    if (kind === "data" && isOwnName(name.split("/")[1] ?? "")) {
      throw new AppError("archive.unsafe_name", "the backup holds a file under a name of the box's own", {
        hint: "Somebody prepared this backup to harm the box; nothing was restored.",
      });
    }
  }
}

/** Where an entry lies in the staging folder. The backup's id keeps files of an earlier restore apart. */
function stagedPath({ id }: Manifest, { name, kind }: Pick<ArchiveEntry, "name" | "kind">): string {
  if (kind === "keystore") return SEALED;
  if (kind === "data") return name.slice("data/".length);
  return kind === "file" ? `${RESTORED_FILES}/${id.slice(0, 12)}/${name.slice("files/".length)}` : name;
}

/** Room for the files themselves, and for what opening the database needs beside it. */
async function checkSpace(folder: string, manifest: Manifest): Promise<void> {
  const needed = manifest.entries.reduce((sum, { size }) => sum + size, 0) * 1.1 + 32 * 1024 * 1024;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new AppError("restore.no_space", "the disk has no room for what the backup holds", {
    hint: "Make room on the disk of the data folder; nothing was restored.",
    context: { needed: Math.ceil(needed), free: bavail * bsize },
  });
}

function stagingSink(folder: string): ArchiveSink & { close(): Promise<void> } {
  const staging = join(folder, STAGING);
  let file: FileHandle | null = null;
  let current: Manifest | null = null;
  const opened = async (entry: ArchiveEntry): Promise<FileHandle> => {
    if (file !== null) return file;
    if (current === null) throw new AppError("restore.failed", "an entry came before the list of contents");
    const path = join(staging, stagedPath(current, entry));
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // `wx`: never through something that is there already.
    file = await open(path, "wx", 0o600);
    return file;
  };
  const close = async (): Promise<void> => {
    await file?.close();
    file = null;
  };
  return {
    begin: async (manifest) => {
      checkManifest(manifest);
      await checkSpace(folder, manifest);
      current = manifest;
      await rm(staging, { recursive: true, force: true });
      await mkdir(staging, { mode: 0o700 });
    },
    write: async (entry, bytes) => void (await (await opened(entry)).writeFile(bytes)),
    end: async (entry) => {
      await (await opened(entry)).sync();
      await close();
    },
    close,
  };
}

/** Files that lay outside of the old data folder are named where they are now. */
function relocated(text: string, manifest: Manifest, folder: string): string {
  const names = new Set(manifest.entries.map(({ name }) => name));
  const changes = fileReferences(text).flatMap((reference, at) => {
    const { path, inside } = placeOf(folder, reference.file);
    const name = outsideName(at, path);
    const taken = inside === null && names.has(name);
    return taken ? [{ ...reference, file: stagedPath(manifest, { name, kind: "file" }) }] : [];
  });
  return withFileReferences(text, changes);
}

interface Unlocking {
  readonly unlock: BoxConfig["unlock"];
  /** The backup's configuration had another way, which this machine need not have. */
  readonly changed: boolean;
}

async function prepareConfig(options: StageRestore, manifest: Manifest): Promise<Unlocking> {
  const standard = { key_file: "unlock.key" };
  if (!manifest.entries.some(({ kind }) => kind === "config"))
    return { unlock: options.unlock ?? standard, changed: false };
  const file = join(options.folder, STAGING, "config.yaml");
  const moved = relocated(await readFile(file, "utf8"), manifest, options.folder);
  const { unlock } = parseBoxConfig(moved, "the backup's configuration");
  // What unlocked the old box (a passphrase on its stick, its systemd's credential) need not be here.
  const stays = unlock.key_file !== undefined && !unlock.key_file.startsWith("/");
  const changed = options.unlock === null && !stays;
  const text = changed ? withoutUnlock(moved) : moved;
  await writeFile(file, text, { mode: 0o600, flush: true });
  const { alsoAs = null } = options;
  if (alsoAs !== null) await writeFile(join(options.folder, STAGING, alsoAs), text, { mode: 0o600, flush: true });
  return { unlock: options.unlock ?? (stays ? unlock : standard), changed };
}

/** Opens the keys with the backup's passphrase and seals them for this box. */
async function prepareKeys(options: StageRestore, manifest: Manifest, unlock: BoxConfig["unlock"]): Promise<void> {
  const { suite, passphrase } = options;
  const staging = join(options.folder, STAGING);
  const sealed = join(staging, SEALED);
  const contents = await openKeystore({ suite, unlock: { passphrase }, text: await readFile(sealed, "utf8") });
  if (toBase64url(currentIdentity(contents).verify) !== manifest.identity.verify) {
    throw new AppError("archive.bad_manifest", "the backup's keys are not those of the identity that it names", {
      hint: "It was made by another program or a fault; take another backup. Nothing was restored.",
    });
  }
  await rm(sealed);
  await writeKeystoreFile({ ...options, folder: staging, unlock }, contents);
}

/** Opens the database as a box does, which brings its schema up to date, and makes it safe to go on with. */
async function prepareDatabase({ folder, clock, log }: StageRestore, manifest: Manifest): Promise<void> {
  const store = await openBoxStore({ file: join(folder, STAGING, BOX_DATABASE), clock, log });
  try {
    await store.checkIntegrity();
    await store.restore.markRestored({ backupAt: unixMs(manifest.created_at), restoredAt: clock.now() });
  } finally {
    await store.close();
  }
}

/**
 * Unpacks a backup into the staging folder, checks all of it and prepares it to be switched to. On an error the staging folder is removed
 * and nothing else has changed. Errors: those of `inspectBackup`, `restore.no_space`, `config.*`, `keystore.*`, `store.*`.
 */
export async function stageRestore(options: StageRestore): Promise<StagedRestore> {
  const sink = stagingSink(options.folder);
  const staging = join(options.folder, STAGING);
  try {
    const manifest = await readArchive({ ...options, newHash: systemHash, sink });
    const { unlock, changed } = await prepareConfig(options, manifest);
    await prepareKeys(options, manifest, unlock);
    await prepareDatabase(options, manifest);
    await syncFolder(staging);
    return { manifest, unlockChanged: changed };
  } catch (error) {
    await sink.close();
    await rm(staging, { recursive: true, force: true });
    throw wrapError(error, "restore.failed", "the backup could not be unpacked", {
      hint: "Check the disk of the data folder; nothing was restored.",
    });
  }
}
