// Where the shared vectors lie: beside the repository, read in place and never copied into it.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../shared/vectors/", import.meta.url));

/** Whether the folder of shared vectors is there. */
export const haveVectors = existsSync(folder);

/** What a test's name says when the folder is missing. */
export const vectorsNote = haveVectors ? "" : " (skipped: ../shared/vectors is missing)";

/** The file itself, for commands that take a path. */
export function vectorPath(path: string): string {
  return folder + path;
}

export function vectorText(path: string): string {
  return readFileSync(folder + path, "utf8");
}

export function vectorBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(folder + path));
}

/** A JSON vector file. The caller states its shape: the files are fixed data. */
export function vectorJson<T>(path: string): T {
  return JSON.parse(vectorText(path)) as T;
}
