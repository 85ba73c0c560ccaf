// The table of `src/README.md` as data.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source-tree.ts";

export interface FolderRule {
  readonly folder: string;
  readonly rank: number;
  readonly mayImport: ReadonlySet<string>;
}

export function readSourceMap(): ReadonlyMap<string, FolderRule> {
  const text = readFileSync(join(root, "src/README.md"), "utf8");
  const rules = new Map<string, FolderRule>();
  for (const [, rank, folder = "", allowed = ""] of text.matchAll(/^\| (\d) \| `([a-z-]+)` \|[^|]*\|([^|]*)\|$/gm)) {
    rules.set(folder, {
      folder,
      rank: Number(rank),
      mayImport: new Set(allowed.split(/\s+/).filter((name) => name !== "")),
    });
  }
  return rules;
}
