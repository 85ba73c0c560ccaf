// `numberbox backup` and `numberbox restore`: a box as one sealed file, and back.

import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import {
  inspectBackup,
  type MadeBackup,
  makeBackup,
  type RestoredBox,
  readIfThere,
  restoreFolder,
} from "../../app/index.ts";
import type { Manifest } from "../../archive/index.ts";
import { AppError, isAppError, systemCodeOf, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { parseBoxConfig } from "../../config/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { version } from "../version.ts";
import { DEFAULT_CONFIG, dataFolder, readConfigText } from "./data-option.ts";
import { askPassword } from "./identity-source.ts";

interface CommonOptions {
  readonly data?: string;
  readonly config?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

interface BackupOptions extends CommonOptions {
  readonly out?: string;
}

interface RestoreOptions extends CommonOptions {
  readonly replace?: boolean;
  readonly dryRun?: boolean;
}

function cannotWrite(file: string, cause: unknown): AppError {
  const system = systemCodeOf(cause) ?? "not written";
  return wrapError(cause, "backup.cannot_write", `${file}: ${system === "EEXIST" ? "exists already" : system}`, {
    hint: "Choose a file that does not exist yet, on a disk with room for it.",
  });
}

/** A file that is whole or not there; an existing one is never written over. */
async function writeOut(made: MadeBackup, file: string, signal: AbortSignal): Promise<void> {
  const partial = `${file}.partial`;
  try {
    // Takes the name first, so that nobody else does while the backup is written.
    await (await open(file, "wx", 0o600)).close();
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
  try {
    await pipeline(made.stream(), createWriteStream(partial, { mode: 0o600, flush: true }), { signal });
    const { size } = await stat(partial);
    if (size !== made.size)
      throw new AppError("backup.cannot_write", `${file}: ${size} of ${made.size} bytes were written`);
    await rename(partial, file);
    // FAT gives the new name a length of 0 until the file itself is synced again.
    for (const path of [file, dirname(file)]) {
      const handle = await open(path, "r");
      await handle.sync().finally(() => handle.close());
    }
  } catch (cause) {
    await rm(partial, { force: true });
    await rm(file, { force: true });
    throw isAppError(cause) ? cause : cannotWrite(file, cause);
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 2 : 0)} MB`;

/** The configuration that was named, else the one in the data folder, if the box has it there. */
async function configOf({ config }: BackupOptions, folder: string): Promise<string | undefined> {
  if (config !== undefined) return config;
  const own = join(folder, DEFAULT_CONFIG);
  return (await readIfThere(own)) === null ? undefined : own;
}

async function runBackup(io: CliIo, options: BackupOptions): Promise<void> {
  const folder = dataFolder(io, options.data);
  const file = await configOf(options, folder);
  const text = file === undefined ? null : await readConfigText(file);
  const config = text === null || file === undefined ? null : parseBoxConfig(text, file);
  const passphrase = await askPassword(io, { passwordFile: options.passphraseFile, fresh: true });
  const made = await makeBackup({
    ...{
      folder,
      configText: text,
      configFile: file === undefined ? null : resolve(file),
    },
    ...{ unlock: config?.unlock ?? { key_file: "unlock.key" }, credentials: io.env.CREDENTIALS_DIRECTORY },
    ...{ passphrase, version: version(), clock: io.clock, random: io.random, suite: systemCrypto },
  });
  try {
    const out = resolve(options.out ?? made.fileName);
    await writeOut(made, out, io.signal);
    if (options.json === true) return io.out(`${JSON.stringify({ file: out, size: made.size, ...made.manifest })}\n`);
    io.out(`Wrote ${out}, ${megabytes(made.size)}: the box of ${made.manifest.identity.name}.\n`);
    if (text === null) io.out("The configuration is not in it: name it by --config.\n");
    for (const name of made.manifest.missing)
      io.out(`Not in it, since it could not be read or is too large: ${name}\n`);
    io.out("Nobody can open it without its passphrase, you neither: keep it apart from the file.\n");
  } finally {
    await made.dispose();
  }
}

function tellManifest(io: CliIo, manifest: Manifest): void {
  const { identity, box, created_at, entries, missing } = manifest;
  io.out(`Identity   ${identity.name}, verify key ${identity.verify}\n`);
  io.out(`Made       ${new Date(created_at).toISOString()} by Numberbox ${box.version}\n`);
  for (const { name, size } of entries) io.out(`  ${String(size).padStart(12)}  ${name}\n`);
  for (const name of missing) io.out(`  not in it     ${name}\n`);
}

function tellRestored(io: CliIo, { manifest, aside, unlockChanged }: RestoredBox, folder: string): void {
  io.out(
    `The box of ${manifest.identity.name} is restored in ${folder}, as of ${new Date(manifest.created_at).toISOString()}.\n`,
  );
  if (aside !== null) io.out(`What was there before is kept in ${aside}; delete it when the box runs well.\n`);
  if (unlockChanged) {
    io.out(
      "Its keys are unlocked by unlock.key in that folder now; set `unlock` in the configuration to protect them again.\n",
    );
  }
  if (manifest.entries.some(({ kind }) => kind === "config")) {
    io.out(`Start it with: numberbox start --config ${folder}/config.yaml --data ${folder}\n`);
  }
  io.out("Never start the old box again: two boxes with one identity disturb each other.\n");
}

/** The file's bytes; what is wrong with the reading gets a code of its own. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (cause) {
    throw wrapError(cause, "restore.cannot_read", `${file} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Check the path and that you may read the file.",
    });
  }
}

async function runRestore(io: CliIo, file: string, options: RestoreOptions): Promise<void> {
  const own = options.config;
  const unlock = own === undefined ? null : parseBoxConfig(await readConfigText(own), own).unlock;
  const passphrase = await askPassword(io, { passwordFile: options.passphraseFile, fresh: false });
  const opening = { source: bytesOf(file), passphrase, suite: systemCrypto };
  if (options.dryRun === true) {
    const manifest = await inspectBackup(opening);
    return options.json === true ? io.out(`${JSON.stringify(manifest)}\n`) : tellManifest(io, manifest);
  }
  const folder = dataFolder(io, options.data);
  const { clock, random, log } = io;
  const box = { folder, unlock, credentials: io.env.CREDENTIALS_DIRECTORY, replace: options.replace === true };
  const done = await restoreFolder({ ...opening, ...box, clock, random, log });
  if (options.json === true) return io.out(`${JSON.stringify({ folder, ...done })}\n`);
  tellRestored(io, done, folder);
}

const common = (command: Command): Command =>
  command
    .option("--data <folder>", "data folder of the box (default: NUMBERBOX_DATA)")
    .option(
      "--passphrase-file <file>",
      "a file with the backup's passphrase (default: it is asked for, or read from standard input)",
    )
    .option("--json", "print JSON");

export function registerBackup(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  common(program.command("backup").description("write a box, running or not, into one sealed file"))
    .option(
      "--config <file>",
      "the box's configuration, which goes into the backup (default: box.yaml in the data folder)",
    )
    .option("--out <file>", "the file to make (default: a name with identity and time, here)")
    .action(async (options: BackupOptions) => await runBackup(io, options));
  common(program.command("restore").description("make a box out of a backup; the old one must never run again"))
    .argument("<file>", "what `numberbox backup` wrote")
    .option("--config <file>", "configuration of this machine, where it says how keys are unlocked here")
    .option("--replace", "in place of the box in the data folder, whose files are kept beside")
    .option("--dry-run", "check the whole backup and print what is in it; change nothing")
    .action(async (file: string, options: RestoreOptions) => await runRestore(io, file, options));
}
