// Publications and listings on a disk in memory: passes the contract suite of the real one.

import { AppError } from "../../src/base/index.ts";
import {
  isOpen,
  type ListingRevision,
  type ListingStore,
  type PublicationStore,
  type StoredPublication,
} from "../../src/core/index.ts";

export class MemoryPublicationStore implements PublicationStore, ListingStore {
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

  readonly revisions = new Map<string, ListingRevision>();

  async listingRevisions(): Promise<readonly ListingRevision[]> {
    const rows = [...this.revisions.values()];
    return rows.sort((a, b) => (a.listingId === b.listingId ? a.rev - b.rev : a.listingId < b.listingId ? -1 : 1));
  }

  async saveListingRevisions(revisions: readonly ListingRevision[]): Promise<void> {
    if (this.fault !== null) throw new AppError(this.fault, "the disk is full", { retryable: true });
    for (const each of revisions) this.revisions.set(`${each.listingId} ${each.rev}`, each);
  }
}
