// Programs of the build machine: one way to start them, with a deadline, and an error that names the Debian package of one that is missing.

import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { access, constants, type FileHandle, open } from "node:fs/promises";
import { AppError, systemCodeOf } from "../../src/base/index.ts";

/** Which Debian package brings a program. */
export const PACKAGE_OF: Readonly<Record<string, string>> = {
  "apt-get": "apt",
  bmaptool: "bmap-tools",
  debugfs: "e2fsprogs",
  "dpkg-deb": "dpkg",
  e2fsck: "e2fsprogs",
  fakechroot: "fakechroot",
  dtc: "device-tree-compiler",
  fdtget: "device-tree-compiler",
  fdtput: "device-tree-compiler",
  "fsck.vfat": "dosfstools",
  mcopy: "mtools",
  mdir: "mtools",
  mke2fs: "e2fsprogs",
  "mkfs.vfat": "dosfstools",
  mksquashfs: "squashfs-tools",
  mmd: "mtools",
  mmdebstrap: "mmdebstrap",
  openssl: "openssl",
  "qemu-aarch64-static": "qemu-user-static",
  "qemu-system-aarch64": "qemu-system-arm",
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-img": "qemu-utils",
  rauc: "rauc",
  sfdisk: "fdisk",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  tar: "tar",
  veritysetup: "cryptsetup-bin",
  zstd: "zstd",
};

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to the program's standard input. */
  readonly input?: string | Uint8Array;
  /** Standard input comes from this file instead. */
  readonly inputFile?: string;
  /** Standard output goes into this file, and is not returned. */
  readonly outputFile?: string;
  /** Longest time, in minutes. Default 10. */
  readonly minutes?: number;
  /** What the program writes to its standard error is kept in this file too. */
  readonly log?: string;
}

const SEARCH_PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
const KEPT_TEXT = 4000;

/** The environment of every program: no language, no time zone, nothing that could get into an image. */
function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, PATH: SEARCH_PATH, LC_ALL: "C", TZ: "UTC", MTOOLS_SKIP_CHECK: "1", ...extra };
}

function missing(command: string): AppError {
  const name = PACKAGE_OF[command] ?? command;
  return new AppError("image.no_tool", `${command} is not installed`, { hint: `sudo apt-get install ${name}` });
}

function failed(name: string, ended: string, errors: string, log: string | undefined): AppError {
  const last = errors
    .trim()
    .split("\n")
    .slice(-8)
    .map((line) => line.slice(0, 300))
    .join("\n");
  return new AppError("image.command", `${name} ended with ${ended}${last === "" ? "" : `: ${last}`}`, {
    ...(log === undefined ? {} : { hint: `What it said lies in ${log}.` }),
  });
}

interface Files {
  readonly input: FileHandle | null;
  readonly output: FileHandle | null;
  readonly log: FileHandle | null;
}

async function files(options: CommandOptions): Promise<Files> {
  const opened = async (path: string | undefined, flags: string) =>
    path === undefined ? null : await open(path, flags);
  const input = await opened(options.inputFile, "r");
  return { input, output: await opened(options.outputFile, "w"), log: await opened(options.log, "w") };
}

function start(command: string, args: readonly string[], options: CommandOptions, io: Files) {
  return new Promise<Buffer>((resolve, reject) => {
    const stdio = [io.input?.fd ?? "pipe", io.output?.fd ?? "pipe", "pipe"] as const;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: environment(options.env),
      stdio: [...stdio],
      timeout: (options.minutes ?? 10) * 60_000,
    });
    const chunks: Buffer[] = [];
    let errors = "";
    child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => {
      if (io.log !== null) writeSync(io.log.fd, chunk);
      errors = `${errors}${chunk.toString()}`.slice(-KEPT_TEXT);
    });
    child.on("error", (cause) => reject(systemCodeOf(cause) === "ENOENT" ? missing(command) : cause));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(failed(command, signal ?? String(code), errors, options.log));
    });
    // A program that ends before it read everything says so by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/**
 * Runs a program to its end and returns what it wrote. Errors: `image.no_tool` with the package to install, `image.command` when it fails
 * or takes longer than `minutes`.
 */
export async function command(name: string, args: readonly string[], options: CommandOptions = {}): Promise<Buffer> {
  const io = await files(options);
  try {
    return await start(name, args, options, io);
  } finally {
    await io.input?.close();
    await io.output?.close();
    await io.log?.close();
  }
}

/** Fails with one `image.no_tool` for all programs of `names` that are not there, before hours of work. */
export async function needTools(names: readonly string[]): Promise<void> {
  const here = async (name: string) => {
    const tries = SEARCH_PATH.split(":").filter((folder) => folder !== "");
    for (const folder of tries) {
      if (
        await access(`${folder}/${name}`, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return true;
    }
    return false;
  };
  const absent: string[] = [];
  for (const name of names) if (!(await here(name))) absent.push(name);
  if (absent.length === 0) return;
  const packages = [...new Set(absent.map((name) => PACKAGE_OF[name] ?? name))].sort();
  throw new AppError("image.no_tool", `not installed: ${absent.join(", ")}`, {
    hint: `sudo apt-get install ${packages.join(" ")}`,
  });
}
