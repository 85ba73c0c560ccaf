// What an owner does with backups at the console.

import type { BackupContents, BackupOnStick, BackupView } from "../../protocol/index.ts";

export interface BackupDownload {
  readonly fileName: string;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface BackupConsole {
  view(): BackupView;
  /** Begins a backup to all destinations. Errors: `backup.running`, `backup.no_destination`. */
  run(): void;
  /** A backup made now. Its source is removed when the content has been read or given up. Errors: those of `makeBackup`. */
  download(passphrase: string): Promise<BackupDownload>;
  /**
   * A piece of the backup that is handed in; `offset` 0 begins anew. One at a time; kept until the box starts again.
   * Errors: `backup.wrong_offset`, `backup.too_large`, `backup.not_taken`, `backup.no_space`.
   */
  accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ readonly size: number }>;
  /** Backups on USB sticks that are plugged in, the newest first. */
  onSticks(): Promise<readonly BackupOnStick[]>;
  /** Takes one of them as if it were handed in. Errors: `backup.stick_gone`, those of `accept`. */
  takeFromStick(id: string): Promise<{ readonly size: number }>;
  /** Opens what was handed in, to the last byte. Errors: `backup.none_handed_in`, those of `readArchive`. */
  check(passphrase: string): Promise<BackupContents>;
  /**
   * Puts what was handed in in place of this box and starts it anew. Errors: those of `check` and `stageRestore`, `backup.other_one`,
   * `backup.not_confirmed`, `box.cannot_restart`.
   */
  restore(wish: {
    readonly id: string;
    readonly passphrase: string;
    readonly confirm: string;
    readonly by: string;
  }): Promise<void>;
}
