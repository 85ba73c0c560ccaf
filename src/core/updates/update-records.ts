// What is remembered of updates over a restart, as one small setting.

import { type UpdateRecords, type UpdateResult, updateRecords } from "../../protocol/index.ts";

export const noRecords: UpdateRecords = { serial: 0, checked_at: null, pending: null, history: [] };
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
  return { ...records, pending: null, history: [result, ...records.history].slice(0, KEPT) };
}
