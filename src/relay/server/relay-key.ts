// The relay's own signing key: 32 bytes in a file, made on the first start. Whoever has its receipts knows the relay by it.

import { open, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError, type Random, Secret, systemCodeOf, wrapError } from "../../base/index.ts";

const BYTES = 32;

/** The Ed25519 seed. Errors: `relay.bad_key_file`, `relay.no_key_file`. */
export async function relayKey(file: string, random: Random): Promise<Secret<Uint8Array>> {
  try {
    const bytes = (await readIfThere(file)) ?? (await makeKey(file, random));
    if (bytes.length === BYTES) return new Secret(new Uint8Array(bytes));
  } catch (cause) {
    throw wrapError(cause, "relay.no_key_file", `the relay's key ${file} cannot be read or made`, {
      hint: "Check the owner and mode of the data folder, and whether its disk is full.",
      context: { system: systemCodeOf(cause) ?? null },
    });
  }
  throw new AppError("relay.bad_key_file", `${file} must hold exactly ${BYTES} bytes`, {
    hint: "Restore it from a backup: with another key the receipts given so far are another relay's.",
  });
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT") return null;
    throw cause;
  }
}

/** Whole or not at all, also through a power cut. */
async function makeKey(file: string, random: Random): Promise<Uint8Array> {
  const bytes = random.bytes(BYTES);
  await writeFile(`${file}.new`, bytes, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  const handle = await open(dirname(file), "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return bytes;
}
