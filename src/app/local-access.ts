// How commands on the same machine reach the running box: a file that only its owner may read, with the address and a token that
// is made anew at each start.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError, type Random } from "../base/index.ts";
import type { SettingStore } from "../core/index.ts";
import { parseJsonWith } from "../protocol/index.ts";
import { createApiToken } from "../web/index.ts";
import { readIfThere, replaceFile } from "./data-folder.ts";

const localAccess = z.object({ url: z.url(), token: z.string().min(20) });
export type LocalAccess = z.infer<typeof localAccess>;

const FILE = "local-access.json";

/** Writes the file; returns what it says and how to take it away. */
export async function publishLocalAccess(
  folder: string,
  url: string,
  deps: { readonly settings: SettingStore; readonly random: Random },
): Promise<{ readonly access: LocalAccess; readonly remove: () => Promise<void> }> {
  const scopes = ["read", "operate", "manage", "content"] as const;
  const token = await createApiToken({ ...deps, name: "local", scopes, internal: true });
  const access: LocalAccess = { url, token };
  const file = join(folder, FILE);
  await replaceFile(file, `${JSON.stringify(access)}\n`);
  return { access, remove: () => rm(file, { force: true }) };
}

/** Errors: `app.not_running`. */
export async function readLocalAccess(folder: string): Promise<LocalAccess> {
  const text = await readIfThere(join(folder, FILE));
  if (text === null) {
    throw new AppError("app.not_running", `no box runs on the data folder ${folder}`, {
      hint: "Start it first, or name its folder by --data or NUMBERBOX_DATA.",
    });
  }
  return parseJsonWith(localAccess, text, "app.bad_access_file", FILE);
}
