// Looks for the numbers of an identity that was brought back: it takes minutes, says how far it is, and can be ended.

import { isAppError } from "../../base/index.ts";
import type { Store } from "../../page-parts/index.ts";
import type { KeySearch } from "../../renter/index.ts";
import type { AccountSession } from "./account-session.ts";
import type { State } from "./state.ts";

export interface KeyFinderDeps {
  readonly store: Store<State>;
}

export class KeyFinder {
  readonly #store: Store<State>;
  #running: AbortController | null = null;

  constructor({ store }: KeyFinderDeps) {
    this.#store = store;
  }

  /** Resolves at the end of the search, also of one that failed; a search that is under way stays. */
  async run(session: AccountSession): Promise<void> {
    if (this.#running !== null) return;
    const running = new AbortController();
    this.#running = running;
    this.#store.update((state) => ({ ...state, restoring: { progress: null }, restoreFault: null }));
    let found = 0;
    const tell = (progress: KeySearch): void => {
      if (running.signal.aborted) return;
      this.#store.update((state) => ({ ...state, restoring: { progress } }));
      if (progress.found === found) return;
      found = progress.found;
      session.changed();
    };
    try {
      await (await session.writable()).findKeys(running.signal, tell);
    } catch (error) {
      // What was found is kept; the rest is found the next time.
      const restoreFault = isAppError(error) ? error : null;
      if (!running.signal.aborted) this.#store.update((state) => ({ ...state, restoreFault }));
    } finally {
      if (this.#running === running) this.stop();
      session.changed();
    }
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#store.update((state) => (state.restoring === null ? state : { ...state, restoring: null }));
  }
}
