// What is remembered of updates over a restart, as one small setting.

import { type UpdateRecords, type UpdateResult, updateRecords } from "../../protocol/index.ts";
import type { SystemState } from "./ports-updates.ts";
import { compareVersions, isRelease } from "./versions.ts";

export const noRecords: UpdateRecords = {
  ...{ serial: 0, trust: "", checked_at: null, pending: null, installed: null },
  history: [],
};
const KEPT = 20;

/** A text that makes no sense is as good as none: a trial that nobody remembers is judged by what works now. */
export function readUpdateRecords(text: string | null): UpdateRecords {
  try {
    const parsed = updateRecords.safeParse(JSON.parse(text ?? "{}"));
    return parsed.success ? parsed.data : noRecords;
  } catch {
    return noRecords;
  }
}

export function withResult(records: UpdateRecords, result: UpdateResult): UpdateRecords {
  return { ...records, pending: null, installed: null, history: [result, ...records.history].slice(0, KEPT) };
}

/**
 * The version that still lies ready in the other half, null when there is none: the machine that wrote it may have been restarted, but into
 * the same half, and what is there must be newer than what runs.
 */
export function readyVersion(
  { installed }: UpdateRecords,
  { booted, trying }: SystemState,
  version: string,
): string | null {
  if (installed === null || trying || installed.slot !== booted) return null;
  if (!isRelease(version) || !isRelease(installed.version)) return null;
  return compareVersions(installed.version, version) > 0 ? installed.version : null;
}
