// A renter's folder on a real disk.

import { constants } from "node:fs";
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemCodeOf, wrapError } from "../base/index.ts";
import type { AsyncDisposer, Folder } from "../renter/index.ts";

const LOCK = "lock";

function failed(path: string, name: string): (cause: unknown) => never {
  return (cause) => {
    const reason = systemCodeOf(cause) ?? "unknown";
    throw wrapError(cause, "renter.state_io", `${join(path, name)}: ${reason}`, {
      hint: "Check that the folder can be written and that the disk has room, or choose another one with --state.",
      context: { reason },
    });
  };
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes `bytes` with `flags` and waits for the disk. */
async function writeDurably(file: string, flags: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readOrNull(file: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** Whether the process that wrote this lock is alive. Our own number in an old lock is one that was used before us. */
function holderLives(lock: Uint8Array): boolean {
  const holder = Number.parseInt(new TextDecoder().decode(lock), 10);
  if (!Number.isInteger(holder) || holder <= 0 || holder === process.pid) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === "EPERM";
  }
}

/** The lock appears with its content or not at all: a name linked to a file that is complete. */
async function takeLock(path: string): Promise<AsyncDisposer | null> {
  const lock = join(path, LOCK);
  const own = `${lock}.${process.pid}`;
  await writeDurably(own, "w", new TextEncoder().encode(`${process.pid}\n`));
  try {
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await link(own, lock);
        return () => rm(lock, { force: true });
      } catch (error) {
        if (systemCodeOf(error) !== "EEXIST") throw error;
      }
      const holder = await readOrNull(lock);
      if (holder !== null && holderLives(holder)) return null;
      await rm(lock, { force: true });
    }
    return null;
  } finally {
    await rm(own, { force: true });
  }
}

/** A new folder's name is on the disk when the folder above it was synced; its parents may be new too. */
async function makeDurably(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const { length } = resolve(first);
  for (let made = resolve(path); made.length >= length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Opens `path` on disk, creating it for its owner alone. Throws `renter.state_io`. */
export async function openDiskFolder(path: string): Promise<Folder> {
  await makeDurably(path).catch(failed(path, ""));
  return {
    path,
    read: (name) => readOrNull(join(path, name)).catch(failed(path, name)),
    replace: async (name, bytes) => {
      const file = join(path, name);
      const fresh = `${file}.new`;
      await writeDurably(fresh, "w", bytes)
        .then(() => rename(fresh, file))
        .then(() => syncFolder(path))
        .catch(failed(path, name));
    },
    append: async (name, bytes) => {
      await writeDurably(join(path, name), "a", bytes)
        .then(() => syncFolder(path))
        .catch(failed(path, name));
    },
    truncate: async (name, size) => {
      const handle = await open(join(path, name), "r+").catch(failed(path, name));
      try {
        await handle.truncate(size);
        await handle.sync();
      } catch (error) {
        failed(path, name)(error);
      } finally {
        await handle.close();
      }
    },
    lock: () => takeLock(path).catch(failed(path, LOCK)),
  };
}
