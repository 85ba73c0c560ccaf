// The recorded exchanges with a real Emercoin 0.8.6 node, when the shared folder is there.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Exchange {
  readonly method: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
  readonly http?: number;
  readonly wallet?: string;
  readonly note?: string;
}

const file = fileURLToPath(new URL("../../../shared/vectors/emercoin-transcript.json", import.meta.url));

export const hasTranscript = existsSync(file);

export function readTranscript(): readonly Exchange[] {
  return JSON.parse(readFileSync(file, "utf8")) as readonly Exchange[];
}

/** Every text of the transcript that `pattern` matches whole, each once. */
export function textsIn(pattern: RegExp): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === "string") {
      if (pattern.test(value)) found.add(value);
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(readTranscript());
  return [...found];
}
