// What all links share: listeners, and a close that happens once.

import type { Disposer } from "../base/index.ts";

export class LinkEmitter {
  readonly #data = new Set<(chunk: Uint8Array) => void>();
  readonly #close = new Set<() => void>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  onData(listener: (chunk: Uint8Array) => void): Disposer {
    this.#data.add(listener);
    return () => {
      this.#data.delete(listener);
    };
  }

  /** A listener that comes too late is called all the same, in a later turn. */
  onClose(listener: () => void): Disposer {
    this.#close.add(listener);
    if (this.#closed) queueMicrotask(() => this.#close.delete(listener) && listener());
    return () => {
      this.#close.delete(listener);
    };
  }

  emitData(chunk: Uint8Array): void {
    for (const listener of [...this.#data]) listener(chunk);
  }

  emitClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    const listeners = [...this.#close];
    // Before anybody is told: who asks for the end while it is being told is a late listener, and must stay.
    this.#close.clear();
    for (const listener of listeners) listener();
  }

  /** Resolves when the link is closed. */
  whenClosed(): Promise<void> {
    return new Promise((resolve) => this.onClose(resolve));
  }
}
