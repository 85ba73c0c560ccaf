// Publications on a disk in memory: passes the contract suite of the real one.

import { AppError } from "../../src/base/index.ts";
import { isOpen, type PublicationStore, type StoredPublication } from "../../src/core/index.ts";

export class MemoryPublicationStore implements PublicationStore {
  readonly rows = new Map<string, StoredPublication>();
  /** Writes fail while this is set. */
  fault: "store.full" | null = null;

  async publications(finished: number): Promise<readonly StoredPublication[]> {
    const all = [...this.rows.values()];
    const old = all.filter((row) => !isOpen(row));
    const dropped = new Set(old.slice(0, Math.max(0, old.length - finished)));
    return all.filter((row) => !dropped.has(row));
  }

  async savePublication(publication: StoredPublication): Promise<void> {
    if (this.fault !== null) throw new AppError(this.fault, "the disk is full", { retryable: true });
    const { id, wish } = publication;
    const other = [...this.rows.values()].some((row) => row.id !== id && row.wish.name === wish.name && isOpen(row));
    if (isOpen(publication) && other) throw new AppError("store.conflict", "an open publication of the name exists");
    this.rows.set(id, publication);
  }
}
