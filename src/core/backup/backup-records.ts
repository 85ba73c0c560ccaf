// What is remembered of each destination over a restart, as one small setting.

import { unixMs } from "../../base/index.ts";
import { backupRecords } from "../../protocol/index.ts";
import type { FullRecord } from "./backup-rules.ts";

export function writeRecords(records: ReadonlyMap<string, FullRecord>): string {
  return JSON.stringify(Object.fromEntries(records));
}

/** A text that makes no sense is as good as none: the next backup is then due now. */
export function readRecords(text: string | null): Map<string, FullRecord> {
  const records = new Map<string, FullRecord>();
  try {
    const parsed = backupRecords.safeParse(JSON.parse(text ?? "{}"));
    for (const [id, record] of Object.entries(parsed.success ? parsed.data : {})) {
      const time = (value: number | null) => (value === null ? null : unixMs(value));
      records.set(id, { ...record, lastSuccess: time(record.lastSuccess), lastAttempt: time(record.lastAttempt) });
    }
  } catch {
    // As said above.
  }
  return records;
}
