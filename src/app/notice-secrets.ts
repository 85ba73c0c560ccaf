// Secrets of channels and webhooks, each in a file that its owner may change at any time.

import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { systemCodeOf, wrapError } from "../base/index.ts";

/** Reads a secret's file each time anew. */
export function secretFile(folder: string, file: string): () => Promise<string> {
  const path = isAbsolute(file) ? file : join(folder, file);
  return async () => {
    try {
      return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
    } catch (cause) {
      const message = `the file ${path} cannot be read (${systemCodeOf(cause) ?? "?"})`;
      throw wrapError(cause, "notify.no_secret", message, {
        hint: "Check `alerts` and `webhooks` in the configuration, and who may read the file.",
      });
    }
  };
}
