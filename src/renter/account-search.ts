// Looks for the rentals of an account whose keys are all that is left of it: one key after another, until many in a row have none.

import type { Clock, Millis } from "../base/index.ts";
import type { AccountKey } from "./account-key.ts";
import { patiently } from "./patience.ts";

/**
 * Keys in a row without any rental after which a search ends: orders that brought nothing leave such keys, and so do rentals that the
 * relay has forgotten.
 */
export const EMPTY_KEYS = 20;
/** A relay that refuses this often in a row will not take more in this hour. */
const MOST_REFUSALS = 30;

export interface KeySearch {
  /** The key that is asked for now, and the last one that will be where no other is found. */
  readonly key: number;
  readonly last: number;
  /** Keys with a rental so far. */
  readonly found: number;
  /** What the relay wants to be waited for; null while it answers. */
  readonly wait: Millis | null;
}

export interface KeySearchDeps {
  readonly clock: Clock;
  /** The last key that is known to be used. */
  readonly used: () => number;
  /** Opens a key to look at. */
  readonly look: (index: number) => Promise<AccountKey>;
  /** Keeps that the account has used it. */
  readonly keep: (key: AccountKey) => Promise<void>;
  readonly tell: (search: KeySearch) => void;
}

/** Rejects as `RenterClient.rentals`; what was found before is kept. */
export async function searchKeys(deps: KeySearchDeps, signal: AbortSignal): Promise<void> {
  const { clock, used, look, keep, tell } = deps;
  const sink = { messages: async () => {}, refused: () => {} };
  let found = 0;
  for (let index = 1; index <= used() + EMPTY_KEYS; index++) {
    const told = (wait: Millis | null): void => tell({ key: index, last: used() + EMPTY_KEYS, found, wait });
    told(null);
    const key = await look(index);
    const patience = { clock, waiting: told, most: MOST_REFUSALS };
    const rentals = await patiently(patience, () => key.client.rentals(sink, signal), signal);
    if (rentals.length === 0) continue;
    found++;
    await keep(key);
  }
}
