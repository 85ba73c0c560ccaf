// Whose an installed file is.

import { chmod, lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What copying keeps of the repository's owner goes: nobody but who installs it may change what a service runs. */
export async function takeOver(path: string): Promise<void> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  await lchown(path, uid, gid);
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  // Others read, and run what its owner runs.
  const read = found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644;
  await chmod(path, read);
  if (found.isDirectory()) for (const name of await readdir(path)) await takeOver(join(path, name));
}
