// What the box says of its backups, and what it remembers of them.

import { z } from "zod";

const record = z.object({
  /** Unix ms. */
  lastSuccess: z.int().nullable(),
  lastAttempt: z.int().nullable(),
  failures: z.int().min(0),
  lastName: z.string().nullable(),
  lastSize: z.int().min(0).nullable(),
  problem: z.string().nullable(),
});
export const backupRecords = z.record(z.string(), record);

export const backupView = z.object({
  /** A backup is being made or sent now. */
  running: z.boolean(),
  /** In words, such as `daily at 03:30`; null where backups are made on demand only. */
  schedule: z.string().nullable(),
  keep: z.object({ daily: z.int(), weekly: z.int(), monthly: z.int() }),
  destinations: z.array(
    z.object({
      id: z.string(),
      /** For people: where it is. */
      place: z.string(),
      last_success: z.int().nullable(),
      last_attempt: z.int().nullable(),
      failures: z.int().min(0),
      last_name: z.string().nullable(),
      last_size: z.int().min(0).nullable(),
      problem: z.string().nullable(),
      next_at: z.int().nullable(),
    }),
  ),
});
export type BackupView = z.infer<typeof backupView>;

const passphrase = z.string().min(1).max(1000);

/** `POST /backup/download`. */
export const backupDownload = z.strictObject({ passphrase });

/** What a backup that was handed in holds. */
export const backupContents = z.object({
  /** Names the backup while it waits to be restored. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  created_at: z.int(),
  version: z.string(),
  identity: z.object({ name: z.string(), verify: z.string() }),
  /** Whether it is of the identity that this box has. */
  same_identity: z.boolean(),
  size: z.int(),
  entries: z.array(z.object({ name: z.string(), size: z.int() })),
  missing: z.array(z.string()),
});
export type BackupContents = z.infer<typeof backupContents>;

/** `POST /backup/upload?offset=`: what of the file is there now. */
export const backupUploaded = z.object({ size: z.int().min(0) });

/** `GET /backup/sticks`, the newest first. */
const onStick = z.object({ id: z.string(), name: z.string(), size: z.int().min(0), stick: z.string() });
export type BackupOnStick = z.infer<typeof onStick>;
export const backupsOnSticks = z.object({ backups: z.array(onStick) });
/** `POST /backup/take`: what was taken counts as handed in. */
export const backupTake = z.strictObject({ id: z.string().regex(/^[0-9a-f]{16}$/) });

/** `POST /backup/check` opens what was handed in; `POST /backup/restore` puts it in place of this box. */
export const backupCheck = z.strictObject({ passphrase });
export const backupRestore = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  passphrase,
  /** Typed by the owner: the name of the identity in the backup. */
  confirm: z.string().max(64),
});
export const backupRestored = z.object({ restarting: z.boolean() });
