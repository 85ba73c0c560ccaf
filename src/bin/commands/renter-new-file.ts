// Files that a command writes for the user: new, private, complete or not there.

import { open, rm } from "node:fs/promises";
import { type ErrorCode, systemCodeOf, utf8, wrapError } from "../../base/index.ts";

function cannotWrite(file: string, cause: unknown, errorCode: ErrorCode): Error {
  const code = systemCodeOf(cause) ?? "not written";
  return wrapError(cause, errorCode, `${file}: ${code === "EEXIST" ? "exists already" : code}`, {
    hint: "Choose a file that does not exist yet, in a folder you may write to.",
  });
}

/** Writes a file for its owner alone; an existing one is never overwritten. Throws `code`. */
export async function writeNewFile(file: string, text: string, code: ErrorCode = "renter.cannot_write"): Promise<void> {
  const handle = await open(file, "wx", 0o600).catch((error: unknown) => {
    throw cannotWrite(file, error, code);
  });
  try {
    await handle.writeFile(utf8(text));
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw cannotWrite(file, error, code);
  } finally {
    await handle.close();
  }
}
