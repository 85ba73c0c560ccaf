// Public face of `core/backup`.

export { type BackupSchedule, type KeepRules, nextRun, obsolete, readBackupName, retryAfter } from "./backup-rules.ts";
export { type BackupStatus, Backups, type BackupsDeps, type DestinationStatus } from "./backups.ts";
export type * from "./ports-backup.ts";
export type * from "./ports-console.ts";
export * from "./zone-offset.ts";
