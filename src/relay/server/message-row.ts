// Columns of the table `messages` that hold one of a few values.

import type { SignatureScope } from "../../core/index.ts";
import { badRow, type Row } from "../../sqlite/index.ts";

export function versionOf(row: Row): 1 | 2 {
  const v = row.integer("v");
  if (v !== 1 && v !== 2) throw badRow("messages", "v", "is no known envelope version");
  return v;
}

export function scopeOf(row: Row): SignatureScope {
  const scope = row.text("scope");
  if (scope !== "message" && scope !== "envelope_text") throw badRow("messages", "scope", "is unknown");
  return scope;
}
