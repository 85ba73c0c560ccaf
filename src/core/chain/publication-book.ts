// All publications that the box knows, each change durable before anybody hears of it.

import { type Disposer, Events, type Logger, stoppedError } from "../../base/index.ts";
import type { NamePublication } from "./name-publication.ts";
import { isOpen, type PublicationStore, publicView, type StoredPublication } from "./publication-model.ts";
import { publicationError, unknownPublication } from "./publication-problems.ts";

/** Finished publications that are kept in memory. */
const KEPT = 2000;

export class PublicationBook {
  readonly #store: PublicationStore;
  readonly #all = new Map<string, StoredPublication>();
  readonly #events: Events<{ change: NamePublication }>;

  constructor(store: PublicationStore, log: Logger) {
    this.#store = store;
    this.#events = new Events("name-publisher", log);
  }

  async load(): Promise<void> {
    for (const each of await this.#store.publications(KEPT)) this.#all.set(each.id, each);
  }

  async save(publication: StoredPublication): Promise<void> {
    await this.#store.savePublication(publication);
    this.#all.set(publication.id, publication);
    this.#events.emit("change", publicView(publication));
  }

  /** Errors: `publication.unknown`. */
  find(id: string): StoredPublication {
    const found = this.#all.get(id);
    if (found === undefined) throw unknownPublication();
    return found;
  }

  get(id: string): NamePublication | null {
    const found = this.#all.get(id);
    return found === undefined ? null : publicView(found);
  }

  /** The newest publication of a name. */
  latest(name: string): NamePublication | null {
    const found = [...this.#all.values()].findLast((each) => each.wish.name === name);
    return found === undefined ? null : publicView(found);
  }

  list(): readonly NamePublication[] {
    return [...this.#all.values()].map(publicView);
  }

  open(): readonly StoredPublication[] {
    return [...this.#all.values()].filter(isOpen);
  }

  /** Transactions of all publications but one, whose own they cannot be. */
  transactionsBut(id: string): ReadonlySet<string> {
    return new Set([...this.#all.values()].flatMap(({ id: other, txid }) => (other === id || !txid ? [] : [txid])));
  }

  onChange(listener: (publication: NamePublication) => void): Disposer {
    return this.#events.on("change", listener);
  }

  /** Resolves when it is `done`. Errors: `publication.unknown|lost|failed|cancelled`, `base.stopped`. */
  async settled(id: string, signal: AbortSignal): Promise<NamePublication> {
    const publication = await this.#closed(publicView(this.find(id)), signal);
    const { state, wish, problem } = publication;
    if (state === "lost" || state === "failed" || state === "cancelled") {
      throw publicationError(state, wish.name, problem);
    }
    return publication;
  }

  #closed(now: NamePublication, signal: AbortSignal): Promise<NamePublication> {
    if (!isOpen(now)) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        dispose();
        signal.removeEventListener("abort", stop);
        settle();
      };
      const stop = (): void => finish(() => reject(stoppedError(`waiting for ${now.wish.name}`)));
      const dispose = this.onChange((change) => {
        if (change.id === now.id && !isOpen(change)) finish(() => resolve(change));
      });
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }
}
