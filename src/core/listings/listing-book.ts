// The revisions of all listings. Which of them is current follows from what became of the operation on the name, so that a crash
// anywhere between the two leaves nothing undecided.

import type { ListingId } from "../../base/index.ts";
import { listingName } from "../../registry/index.ts";
import type { NamePublication, NamePublisher } from "../chain/name-publication.ts";
import { isOpen } from "../chain/publication-model.ts";
import type { ListingRevision, ListingStore, RevisionState } from "./listing-model.ts";

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** What an operation that is over makes of the revisions of its listing; only those that change. */
export function settleRevisions(
  revisions: readonly ListingRevision[],
  { wish, state }: NamePublication,
): readonly ListingRevision[] {
  const to = (next: RevisionState) => (revision: ListingRevision) => ({ ...revision, state: next });
  const current = revisions.filter((each) => each.state === "current");
  if (wish.operation === "delete") return state === "done" ? current.map(to("withdrawn")) : [];
  const pending = revisions.filter((each) => each.state === "pending" && same(each.value, wish.value));
  if (pending.length === 0) return [];
  if (state !== "done") return pending.map(to("dropped"));
  return [...current.map(to("replaced")), ...pending.map(to("current"))];
}

export class ListingBook {
  readonly #store: ListingStore;
  readonly #all = new Map<ListingId, readonly ListingRevision[]>();

  constructor(store: ListingStore) {
    this.#store = store;
  }

  /** Reads everything and settles what the last run left. */
  async load(publisher: Pick<NamePublisher, "latest">): Promise<void> {
    for (const each of await this.#store.listingRevisions()) this.#put(each);
    for (const id of [...this.#all.keys()]) {
      const latest = publisher.latest(listingName(id));
      if (latest !== null && !isOpen(latest)) await this.settle(id, latest);
      await this.#dropForgotten(id, latest);
    }
  }

  of(id: ListingId): readonly ListingRevision[] {
    return this.#all.get(id) ?? [];
  }

  ids(): readonly ListingId[] {
    return [...this.#all.keys()];
  }

  current(id: ListingId): ListingRevision | null {
    return this.of(id).find((each) => each.state === "current") ?? null;
  }

  pending(id: ListingId): ListingRevision | null {
    return this.of(id).find((each) => each.state === "pending") ?? null;
  }

  /** Later than all revisions that were ever signed, dropped ones included: nobody sees two records with one number. */
  nextRev(id: ListingId): number {
    return Math.max(0, ...this.of(id).map((each) => each.rev)) + 1;
  }

  async save(revisions: readonly ListingRevision[]): Promise<void> {
    if (revisions.length === 0) return;
    await this.#store.saveListingRevisions(revisions);
    for (const each of revisions) this.#put(each);
  }

  /** Whether a revision became current. */
  async settle(id: ListingId, publication: NamePublication): Promise<boolean> {
    const changes = settleRevisions(this.of(id), publication);
    await this.save(changes);
    return changes.some((each) => each.state === "current");
  }

  /** The box died between the record and the wish for its name. */
  async #dropForgotten(id: ListingId, latest: NamePublication | null): Promise<void> {
    const wished = latest !== null && isOpen(latest) ? latest.wish.value : null;
    const lost = this.of(id).filter((each) => each.state === "pending" && !(wished && same(each.value, wished)));
    await this.save(lost.map((each) => ({ ...each, state: "dropped" })));
  }

  #put(revision: ListingRevision): void {
    const others = this.of(revision.listingId).filter((each) => each.rev !== revision.rev);
    this.#all.set(
      revision.listingId,
      [...others, revision].sort((a, b) => a.rev - b.rev),
    );
  }
}
