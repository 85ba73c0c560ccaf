// File systems in plain files: FAT by mtools, ext4 by mke2fs, squashfs with its hash tree. Nothing is mounted, and the same content gives
// the same bytes.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, hasCode, messageOf } from "../../src/base/index.ts";
import { command } from "./command.ts";
import { MIB } from "./partition-plan.ts";

export interface FatOptions {
  /** In MiB. */
  readonly size: number;
  readonly label: string;
  /** Serial number, 8 hexadecimal digits. */
  readonly volume: string;
  readonly bits: 16 | 32;
  readonly epoch: number;
}

async function entries(folder: string, below = ""): Promise<{ path: string; folder: boolean }[]> {
  const found = await readdir(join(folder, below), { withFileTypes: true });
  const names = found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const all: { path: string; folder: boolean }[] = [];
  for (const entry of names) {
    const path = `${below}/${entry.name}`;
    all.push({ path, folder: entry.isDirectory() });
    if (entry.isDirectory()) all.push(...(await entries(folder, path)));
  }
  return all;
}

/** Makes `file` a FAT file system with all of `folder`. */
export async function makeFat(folder: string, file: string, options: FatOptions): Promise<void> {
  const { size, label, volume, bits, epoch } = options;
  await rm(file, { force: true });
  await writeFile(file, "");
  await truncate(file, size * MIB);
  const env = { SOURCE_DATE_EPOCH: String(epoch) };
  await command("mkfs.vfat", ["--invariant", "-F", String(bits), "-n", label, "-i", volume, file], { env });
  const all = await entries(folder);
  for (const entry of all) await utimes(join(folder, entry.path), epoch, epoch);
  for (const { path, folder: isFolder } of all) {
    if (isFolder) await command("mmd", ["-i", file, `::${path}`], { env });
    else await command("mcopy", ["-m", "-i", file, join(folder, path), `::${path}`], { env });
  }
}

/**
 * Makes `file` an empty ext4 file system of `size` MiB, to grow to a card a hundred times as large.
 *
 * Blocks and inodes are said: mke2fs takes a system below 512 MiB for one that stays small, with blocks of 1 KiB and an inode for each 4 KiB.
 * The kernel keeps both when it grows. Tables of inodes would take a sixteenth of the card, all written at the first start, and beyond 32 GiB
 * there would be no room for the groups' table.
 */
export async function makeExt4(file: string, size: number, epoch: number): Promise<void> {
  await rm(file, { force: true });
  const options = "hash_seed=8d0a7a00-0000-4000-8000-0000005eed00,lazy_itable_init=0,lazy_journal_init=0";
  const args = [
    "-q",
    "-t",
    "ext4",
    "-L",
    "data",
    "-U",
    "8d0a7a00-0000-4000-8000-00000000da7a",
    "-m",
    "1",
    "-b",
    "4096",
    "-i",
    "65536",
    "-E",
    options,
  ];
  const env = { SOURCE_DATE_EPOCH: String(epoch), E2FSPROGS_FAKE_TIME: String(epoch) };
  await command("mke2fs", [...args, file, `${size}M`], { env });
}

export interface SquashfsOptions {
  /** Of zstd. */
  readonly level: number;
  readonly epoch: number;
  /** Told of each try that came out damaged. */
  readonly say?: (text: string) => void;
}

async function writeSquashfs(tar: string, file: string, { level, epoch }: SquashfsOptions): Promise<void> {
  await rm(file, { force: true });
  const zstd = ["-comp", "zstd", "-Xcompression-level", String(level), "-b", "256K"];
  // While it looks for files of equal content mksquashfs 4.5 loses, on a busy machine, a block of another file now and then.
  const quiet = ["-noappend", "-no-progress", "-quiet", "-no-duplicates"];
  // Of an archive it does not take the root folder's own mode: everybody could write there, and sshd believes no key in a folder below such one.
  const root = ["-root-mode", "0755", "-root-uid", "0", "-root-gid", "0"];
  await command("mksquashfs", ["-", file, "-tar", ...root, ...quiet, ...zstd], {
    inputFile: tar,
    env: { SOURCE_DATE_EPOCH: String(epoch) },
    minutes: 90,
  });
}

/** What `tar --diff` says of content that is not as in the archive. Owners and times are no matter: who is not root cannot set them. */
const UNLIKE = /^(?!.*: (?:Mod time|Uid|Gid|Mode) differs$).+$/m;

/**
 * Reads every file of a squashfs back and compares it with the archive that it was made of; devices are left out. Throws
 * `image.bad_squashfs`.
 */
export async function checkSquashfs(tar: string, file: string): Promise<void> {
  const folder = await mkdtemp(`${file}-`);
  const unlike = (what: string): AppError =>
    new AppError("image.bad_squashfs", `${file} is not what it was made of: ${what}`, { hint: "Build again." });
  try {
    const root = join(folder, "root");
    await command("unsquashfs", ["-no-progress", "-quiet", "-dest", root, "-excludes", file, "dev"], {
      minutes: 30,
    }).catch((error: unknown) => {
      throw unlike(messageOf(error));
    });
    const script = 'tar --diff --file "$1" --directory "$2" --exclude ./dev 2>&1 || [ $? = 1 ]';
    const said = await command("sh", ["-c", script, "sh", tar, root], { env: { LC_ALL: "C" }, minutes: 30 });
    const [first] = UNLIKE.exec(said.toString()) ?? [];
    if (first !== undefined) throw unlike(first);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const TRIES = 3;

/** The squashfs of a root's archive, read back once it is there. Throws `image.bad_squashfs` when it is damaged time after time. */
export async function makeSquashfs(tar: string, file: string, options: SquashfsOptions): Promise<void> {
  for (let tries = 1; ; tries++) {
    await writeSquashfs(tar, file, options);
    try {
      return await checkSquashfs(tar, file);
    } catch (error) {
      if (tries === TRIES || !hasCode(error, "image.bad_squashfs")) throw error;
      options.say?.(`${error.message}; it is made again`);
    }
  }
}

export interface Verity {
  /** Root hash, hexadecimal. */
  readonly hash: string;
  /** Where the hash tree begins, in bytes. */
  readonly offset: number;
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Appends the hash tree of dm-verity to a file system. Its salt comes from the content, so that equal content gives equal bytes. */
export async function appendVerity(file: string): Promise<Verity> {
  const { size } = await stat(file);
  const offset = Math.ceil(size / 4096) * 4096;
  await truncate(file, offset);
  const salt = await sha256Of(file);
  const uuid = salt.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
  const tree = `${file}.verity`;
  const args = [
    "format",
    "--salt",
    salt,
    "--uuid",
    uuid,
    "--hash",
    "sha256",
    "--root-hash-file",
    `${tree}.hash`,
    file,
    tree,
  ];
  await command("veritysetup", args);
  const hash = (await readFile(`${tree}.hash`, "utf8")).trim();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new AppError("image.verity", "veritysetup gave no root hash");
  await appendFile(file, await readFile(tree));
  await rm(tree);
  await rm(`${tree}.hash`);
  return { hash, offset };
}

const BLOCK = 4096;

/** Copies `part` into `disk` at `offset` bytes; blocks of zeros stay holes. */
export async function placePart(part: string, disk: string, offset: number): Promise<void> {
  const target = await open(disk, "r+");
  try {
    let at = offset;
    for await (const chunk of createReadStream(part, { highWaterMark: 1024 * BLOCK })) {
      const bytes = chunk as Buffer;
      for (let begin = 0; begin < bytes.length; begin += 64 * BLOCK) {
        const piece = bytes.subarray(begin, begin + 64 * BLOCK);
        if (piece.some((byte) => byte !== 0)) await target.write(piece, 0, piece.length, at + begin);
      }
      at += bytes.length;
    }
  } finally {
    await target.close();
  }
}
