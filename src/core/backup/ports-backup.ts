// Where backups go, and what they are made from.

import type { UnixMs } from "../../base/index.ts";

export interface StoredBackup {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * A place for backups. Every method honours `signal` and rejects with a coded error: retryable where another attempt may succeed without
 * anyone changing anything. A name that stands there is whole: `put` writes under another one first.
 */
export interface BackupDestination {
  readonly id: string;
  /** For people: where it is, without any secret. */
  readonly place: string;
  put(file: StoredBackup & { readonly content: () => AsyncIterable<Uint8Array> }, signal: AbortSignal): Promise<void>;
  /** Files whose names are those of backups. */
  list(signal: AbortSignal): Promise<readonly StoredBackup[]>;
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  remove(name: string, signal: AbortSignal): Promise<void>;
}

/** A backup that is ready to be sent, more than once. */
export interface ReadyBackup extends StoredBackup {
  /** Of the whole file, hex. */
  readonly sha256: string;
  readonly createdAt: UnixMs;
  content(): AsyncIterable<Uint8Array>;
  /** Removes it from this machine. */
  dispose(): Promise<void>;
}

export interface BackupSource {
  /** Errors: `backup.*`, `keystore.*`, `store.*`. */
  make(signal: AbortSignal): Promise<ReadyBackup>;
  /** SHA-256 in hex of what a place gives back. */
  digest(content: AsyncIterable<Uint8Array>): Promise<string>;
}
