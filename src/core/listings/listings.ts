// The listings of the box's lines: built from the offer, signed, committed to in the chain, renewed, and taken back. A record that is on
// its way is served beside the current one: whoever reads the chain first finds either.

import {
  type CryptoSuite,
  type Disposer,
  type LineId,
  type ListingId,
  type Logger,
  messageOf,
  SerialQueue,
  type UnixMs,
} from "../../base/index.ts";
import type { Identity } from "../../envelope/index.ts";
import { listingIdOf, listingName } from "../../registry/index.ts";
import type { NamePublication, NamePublisher, NameWish } from "../chain/name-publication.ts";
import { isOpen } from "../chain/publication-model.ts";
import { runningPublication } from "../chain/publication-problems.ts";
import type { EventLog } from "../event-log.ts";
import type { Line } from "../model.ts";
import { ListingBook } from "./listing-book.ts";
import { buildRevision, differs } from "./listing-forms.ts";
import type {
  ListingAction,
  ListingMirrors,
  ListingOffer,
  ListingPlan,
  ListingRevision,
  ListingStore,
  ListingView,
} from "./listing-model.ts";
import { alreadyPublished, noOffer, notPublished, unchanged, unknownLine } from "./listing-problems.ts";

export interface ListingsDeps {
  readonly store: ListingStore;
  readonly publisher: NamePublisher;
  readonly suite: CryptoSuite;
  readonly identity: Identity;
  readonly username: string;
  readonly lines: () => readonly Line[];
  /** What the configuration offers for a line; null for nothing. */
  readonly offer: (line: LineId) => ListingOffer | null;
  readonly mirrors: readonly ListingMirrors[];
  /** Who owns the provider's identity on chain: a new listing gets the same owner, which binds the two. Null where nobody knows. */
  readonly owner: () => Promise<string | null>;
  readonly events: Pick<EventLog, "record">;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

interface Prepared {
  readonly line: Line;
  readonly wish: NameWish;
  /** Signed and not stored yet. */
  readonly revision: ListingRevision | null;
}

export class Listings {
  readonly #deps: ListingsDeps;
  readonly #book: ListingBook;
  /** One action at a time: numbers of revisions are given once. */
  readonly #actions = new SerialQueue("listings");
  #dispose: Disposer = () => {};

  constructor(deps: ListingsDeps) {
    this.#deps = deps;
    this.#book = new ListingBook(deps.store);
  }

  /** After the publisher has loaded. */
  async load(): Promise<void> {
    await this.#book.load(this.#deps.publisher);
    this.#dispose = this.#deps.publisher.onChange((change) => this.#onPublication(change));
    for (const id of this.#book.ids()) this.#mirror(id);
  }

  async stop(): Promise<void> {
    this.#dispose();
    this.#actions.stop();
  }

  list(): readonly ListingView[] {
    return this.#deps.lines().map((line) => this.#view(line));
  }

  /** `line` is an id, a number or a listing's id. Errors: `listing.unknown_line`. */
  show(line: string): ListingView {
    return this.#view(this.#find(line));
  }

  /** All revisions of a line's listing, oldest first. */
  history(line: string): readonly ListingRevision[] {
    return this.#book.of(this.#find(line).listingId);
  }

  /** Records that are served now: the current one and the one on its way. */
  records(id: ListingId): readonly Uint8Array[] {
    return [this.#book.current(id), this.#book.pending(id)].flatMap((each) => (each === null ? [] : [each.record]));
  }

  /** Lines with a listing in the chain. */
  published(): readonly { readonly line: Line; readonly name: string }[] {
    return this.#deps.lines().flatMap((line) => {
      const current = this.#book.current(line.listingId);
      return current === null ? [] : [{ line, name: listingName(line.listingId) }];
    });
  }

  /** Listings in the chain whose line is gone. */
  orphans(): readonly ListingId[] {
    const known = new Set(this.#deps.lines().map((line) => line.listingId));
    return this.#book.ids().filter((id) => !known.has(id) && this.#book.current(id) !== null);
  }

  /** What an action would write and cost; changes nothing. Errors as `act`. */
  async plan(action: ListingAction, line: string): Promise<ListingPlan> {
    return await this.#actions.run(async () =>
      this.#plan(action, await this.#owned(this.#prepare(action, this.#find(line)))),
    );
  }

  /**
   * Resolves when the wish is durable. Errors: `listing.unknown_line`, `listing.no_offer`, `listing.published`, `listing.not_published`,
   * `listing.unchanged`, and those of `NamePublisher.submit`.
   */
  async act(action: ListingAction, line: string): Promise<NamePublication> {
    return await this.#actions.run(async () =>
      this.#submit(await this.#owned(this.#prepare(action, this.#find(line)))),
    );
  }

  async #plan(action: ListingAction, { line, wish, revision }: Prepared): Promise<ListingPlan> {
    const { cost, problem } = await this.#deps.publisher.plan(wish);
    const value = action === "unpublish" ? null : wish.value;
    return { action, line: line.id, name: wish.name, value, record: revision?.record ?? null, cost, problem };
  }

  /** The record first: a commitment without its record would be worth nothing, a record without commitment is dropped. */
  async #submit({ wish, revision }: Prepared): Promise<NamePublication> {
    const latest = this.#deps.publisher.latest(wish.name);
    if (latest !== null && isOpen(latest)) throw runningPublication(wish.name, latest.id);
    if (revision === null) return await this.#deps.publisher.submit(wish);
    await this.#book.save([revision]);
    try {
      return await this.#deps.publisher.submit(wish);
    } catch (error) {
      await this.#book.save([{ ...revision, state: "dropped" }]);
      throw error;
    }
  }

  async #owned(prepared: Prepared): Promise<Prepared> {
    if (prepared.wish.operation !== "new") return prepared;
    return { ...prepared, wish: { ...prepared.wish, address: await this.#deps.owner() } };
  }

  #prepare(action: ListingAction, line: Line): Prepared {
    const current = this.#book.current(line.listingId);
    if (action === "publish" && current !== null) throw alreadyPublished(line.id);
    if (action !== "publish" && current === null) throw notPublished(line.id);
    const base = { purpose: "listing" as const, name: listingName(line.listingId), address: null };
    if (action === "unpublish") {
      return { line, revision: null, wish: { ...base, operation: "delete", value: new Uint8Array(0), days: 0 } };
    }
    const offer = this.#deps.offer(line.id);
    if (action === "renew" && current !== null) {
      const days = offer?.days ?? 365;
      return { line, revision: null, wish: { ...base, operation: "update", value: current.value, days } };
    }
    if (offer === null) throw noOffer(line.id);
    const input = { ...this.#deps, listingId: line.listingId, offer };
    if (current !== null && !differs(current, input)) throw unchanged(line.id);
    const revision = buildRevision({ ...input, rev: this.#book.nextRev(line.listingId), now: this.#deps.now() });
    const isNew = action === "publish";
    const wish = {
      ...base,
      operation: isNew ? "new" : "update",
      value: revision.value,
      days: isNew ? offer.days : 0,
    } as const;
    return { line, revision, wish };
  }

  #view(line: Line): ListingView {
    const { listingId } = line;
    const name = listingName(listingId);
    const current = this.#book.current(listingId);
    const offer = this.#deps.offer(line.id);
    const changed = offer === null ? null : current === null || differs(current, { ...this.#deps, listingId, offer });
    const pending = this.#book.pending(listingId);
    return {
      line: line.id,
      listingId,
      name,
      current,
      pending,
      publication: this.#deps.publisher.latest(name),
      changed,
    };
  }

  #find(text: string): Line {
    const found = this.#deps
      .lines()
      .find((line) => [line.id, line.number, line.listingId].some((known) => known === text));
    if (found === undefined) throw unknownLine();
    return found;
  }

  #onPublication(publication: NamePublication): void {
    const id = listingIdOf(publication.wish.name);
    if (id === null || publication.wish.purpose !== "listing") return;
    if (isOpen(publication)) return this.#mirror(id);
    void this.#actions
      .run(() => this.#settle(id, publication))
      .catch((error) => this.#deps.log.warn("listing_not_settled", { listing: id, reason: messageOf(error) }));
  }

  async #settle(id: ListingId, publication: NamePublication): Promise<void> {
    await this.#book.settle(id, publication);
    const { events, lines } = this.#deps;
    const done = publication.state === "done";
    events.record({
      level: done ? "info" : "error",
      code: done
        ? `listing.${publication.wish.operation === "delete" ? "withdrawn" : "confirmed"}`
        : "listing.not_confirmed",
      line: lines().find((line) => line.listingId === id)?.id ?? null,
      details: publication.problem === null ? {} : { reason: publication.problem.code },
    });
    this.#mirror(id);
  }

  /** Best effort: mirrors are filled again at each change and each start. */
  #mirror(id: ListingId): void {
    for (const record of this.records(id)) {
      for (const mirror of this.#deps.mirrors) {
        void mirror
          .put(id, record)
          .catch((error) => this.#deps.log.warn("listing_not_mirrored", { listing: id, reason: messageOf(error) }));
      }
    }
  }
}
