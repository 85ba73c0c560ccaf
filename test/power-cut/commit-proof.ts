// The proof that no AT+CMGD is written before the commit that holds its message has returned: follows SQLite's write-ahead log
// (https://www.sqlite.org/fileformat2.html#walformat) through the disk's log, without SQLite.

import type { DiskRecord } from "./disk-log.ts";
import type { Deletion } from "./ledger.ts";

const WAL = "/box.db-wal";
const WAL_HEADER = 32;
const FRAME_HEADER = 24;
/** `seen.hash`: it is committed together with the message, or the part of one, that it stands for. */
const HASH = /[0-9a-f]{32}/g;

interface Page {
  readonly offset: number;
  readonly hashes: readonly string[];
}

/** Which hashes are committed and synced, while a log is walked through. */
class WriteAheadLog {
  readonly #synced: Set<string>;
  readonly #handles = new Set<number>();
  /** Pages of the transaction that is being written. */
  #open: Page[] = [];
  /** By the record that ended them. */
  #commits: { readonly record: number; readonly hashes: readonly string[] }[] = [];
  #commit = false;

  constructor(synced: ReadonlySet<string>) {
    this.#synced = new Set(synced);
  }

  has(hash: string): boolean {
    return this.#synced.has(hash);
  }

  apply(record: number, entry: DiskRecord): void {
    if (entry.op === "open" && entry.path.endsWith(WAL)) this.#handles.add(entry.handle);
    if (!("handle" in entry) || !this.#handles.has(entry.handle)) return;
    if (entry.op === "write" && entry.offset >= WAL_HEADER) this.#write(record, entry.offset, entry.data);
    if (entry.op === "sync") this.#sync(entry.covers);
  }

  /** A frame comes as two writes: its header, which tells in bytes 4 to 7 whether it ends a transaction, and its page. */
  #write(record: number, offset: number, data: Buffer): void {
    if (data.length === FRAME_HEADER) {
      // A transaction that was taken back is written over.
      this.#open = this.#open.filter((page) => page.offset < offset);
      this.#commit = data.readUInt32BE(4) !== 0;
      return;
    }
    this.#open.push({ offset, hashes: data.toString("latin1").match(HASH) ?? [] });
    if (!this.#commit) return;
    this.#commits.push({ record, hashes: this.#open.flatMap((page) => page.hashes) });
    this.#open = [];
  }

  #sync(covers: number): void {
    for (const { record, hashes } of this.#commits) {
      if (record < covers) for (const hash of hashes) this.#synced.add(hash);
    }
    this.#commits = this.#commits.filter(({ record }) => record >= covers);
  }
}

export interface ProofOptions {
  readonly log: readonly DiskRecord[];
  /** What each AT+CMGD of the log deletes, by its record. */
  readonly deletions: ReadonlyMap<number, Deletion>;
  readonly hashOf: (deletion: Deletion) => string;
  /** What was on the disk before the log began. */
  readonly before: ReadonlySet<string>;
}

/** The deletions that were asked for before the commit of their message was synced. */
export function earlyDeletions({ log, deletions, hashOf, before }: ProofOptions): readonly Deletion[] {
  const wal = new WriteAheadLog(before);
  const early: Deletion[] = [];
  for (const [record, entry] of log.entries()) {
    const deletion = deletions.get(record);
    if (deletion !== undefined && !wal.has(hashOf(deletion))) early.push(deletion);
    wal.apply(record, entry);
  }
  return early;
}
