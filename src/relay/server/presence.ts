// When a provider's box was here last: it asks for questions all the time, or says so.

import { type Clock, minutes, type UnixMs, unixSecondsOf } from "../../base/index.ts";
import type { RelayStore } from "../../core/index.ts";

export interface PresenceDeps {
  readonly store: Pick<RelayStore, "papers">;
  readonly clock: Clock;
}

export const PRESENCE_PAPERS = "seen";
/** Written no more often: it is for people who choose a listing. */
const GRAIN = minutes(1);

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #told = new Map<string, UnixMs>();

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  async seen(provider: string): Promise<void> {
    const at = this.#deps.clock.now();
    const told = this.#told.get(provider);
    if (told !== undefined && at - told >= 0 && at - told < GRAIN) return;
    this.#told.set(provider, at);
    await this.#deps.store.papers.save(
      { kind: PRESENCE_PAPERS, id: provider, text: "", at },
      (stored) => (stored?.at ?? 0) < at,
    );
  }

  /** Unix seconds by provider; those that were never here are left out. */
  async times(providers: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const times = await this.#deps.store.papers.times(PRESENCE_PAPERS, [...new Set(providers)]);
    return new Map([...times].map(([provider, at]) => [provider, unixSecondsOf(at)]));
  }
}
