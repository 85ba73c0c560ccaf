// Reads the mailboxes of an account while somebody looks on: of each key that may get something, and of those that come to it meanwhile.

import { type AppError, deferred } from "../base/index.ts";
import type { AccountKey } from "./account-key.ts";
import type { FollowSink } from "./client.ts";
import type { InboxEntry } from "./inbox.ts";

export interface AccountSink {
  /** Messages came, or a receipt was answered. */
  readonly messages: (key: AccountKey, entries: readonly InboxEntry[]) => void;
  /** A rental was granted, or changed. */
  readonly rentals?: (key: AccountKey) => void;
  readonly refused: (error: AppError) => void;
  readonly up: (key: AccountKey) => void;
  readonly down: (key: AccountKey, error: AppError) => void;
}

export interface AccountFollowDeps {
  readonly sink: AccountSink;
  /** Whether the key has an order whose grant has not come. */
  readonly awaits: (key: AccountKey) => boolean;
  readonly signal: AbortSignal;
}

export class AccountFollow {
  readonly #deps: AccountFollowDeps;
  readonly #over = deferred<void>();
  readonly #stop = new AbortController();
  readonly #running = new Map<AccountKey, Promise<void>>();

  constructor(deps: AccountFollowDeps) {
    this.#deps = deps;
  }

  /** Begins to listen with a key; one that is listened to already stays. */
  listen(key: AccountKey): void {
    const { signal } = this.#deps;
    if (this.#running.has(key) || signal.aborted || this.#stop.signal.aborted) return;
    const ending = AbortSignal.any([signal, this.#stop.signal]);
    this.#running.set(key, key.client.follow(this.#sinkOf(key), ending).catch(this.#over.reject));
  }

  /** Resolves when the signal aborts and all have ended. Rejects when what was received cannot be kept. */
  async run(): Promise<void> {
    const { signal } = this.#deps;
    signal.addEventListener("abort", () => this.#over.resolve(), { once: true });
    if (signal.aborted) this.#over.resolve();
    try {
      await this.#over.promise;
    } finally {
      this.#stop.abort();
      await Promise.all(this.#running.values());
    }
  }

  #sinkOf(key: AccountKey): FollowSink {
    const { sink, awaits } = this.#deps;
    return {
      messages: async (entries) => sink.messages(key, entries),
      rentals: () => sink.rentals?.(key),
      awaits: () => awaits(key),
      refused: (error) => sink.refused(error),
      up: () => sink.up(key),
      down: (error) => sink.down(key, error),
    };
  }
}
