// What a real node of 0.8.6 said on regtest, read in place from `../shared/vectors/emercoin-transcript.json`; empty where it is missing.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("../../../shared/vectors/emercoin-transcript.json", import.meta.url));

export interface Exchange {
  readonly method: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

export const transcript: readonly Exchange[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : [];
export const missing = transcript.length === 0;

/** Every object anywhere in a value. */
export function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const member of Object.values(value)) yield* objectsIn(member);
}

/** Every string anywhere in the transcript, once. */
export function stringsIn(value: unknown = transcript): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (member: unknown): void => {
    if (typeof member === "string") found.add(member);
    else if (typeof member === "object" && member !== null) Object.values(member).forEach(visit);
  };
  visit(value);
  return found;
}
