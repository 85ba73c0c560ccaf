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
  /** Notes which orders of the key were granted; resolves with whether any was. */
  readonly settle: (key: AccountKey, signal: AbortSignal) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export class AccountFollow {
  readonly #deps: AccountFollowDeps;
  readonly #over = deferred<void>();
  readonly #stop = new AbortController();
  readonly #ending: AbortSignal;
  readonly #running = new Map<AccountKey, Promise<void>>();
  readonly #settling = new Map<AccountKey, Promise<void>>();

  constructor(deps: AccountFollowDeps) {
    this.#deps = deps;
    this.#ending = AbortSignal.any([deps.signal, this.#stop.signal]);
  }

  /** Begins to listen with a key; one that is listened to already stays. */
  listen(key: AccountKey): void {
    if (this.#running.has(key) || this.#ending.aborted) return;
    this.#running.set(key, key.client.follow(this.#sinkOf(key), this.#ending).catch(this.#over.reject));
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
      await Promise.all([...this.#running.values(), ...this.#settling.values()]);
    }
  }

  /** One after another for each key. */
  #settle(key: AccountKey): void {
    const { settle, sink } = this.#deps;
    const before = this.#settling.get(key) ?? Promise.resolve();
    const settling = before.then(async () => {
      if (this.#ending.aborted) return;
      if (await settle(key, this.#ending)) sink.rentals?.(key);
    });
    const failed = (error: unknown): void => {
      if (!this.#ending.aborted) this.#over.reject(error);
    };
    this.#settling.set(key, settling.catch(failed));
  }

  #sinkOf(key: AccountKey): FollowSink {
    const { sink, awaits } = this.#deps;
    return {
      messages: async (entries) => sink.messages(key, entries),
      rentals: () => {
        sink.rentals?.(key);
        this.#settle(key);
      },
      awaits: () => awaits(key),
      refused: (error) => sink.refused(error),
      up: () => {
        sink.up(key);
        this.#settle(key);
      },
      down: (error) => sink.down(key, error),
    };
  }
}
