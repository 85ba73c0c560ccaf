// Where the sealed identity lies in this browser. It is one text, worth nothing without its passphrase.

import { fromUtf8, utf8 } from "../../base/index.ts";
import type { Folder } from "../../renter/index.ts";

export const SHELF_FOLDER = "vault";
const FILE = "vault.json";

export async function readVault(folder: Folder): Promise<string | null> {
  const bytes = await folder.read(FILE);
  return bytes === null || bytes.length === 0 ? null : fromUtf8(bytes);
}

/** Durable on return. */
export async function keepVault(folder: Folder, text: string): Promise<void> {
  await folder.replace(FILE, utf8(text));
}
