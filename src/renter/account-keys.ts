// The keys of an account as they are opened: those in use, and those that a search only looks at. Calls must come one after another.

import type { Identity } from "../envelope/index.ts";
import { type AccountDeps, type AccountKey, type AccountMode, openAccountKey } from "./account-key.ts";

export interface AccountKeysDeps {
  readonly deps: AccountDeps;
  readonly master: Identity;
  readonly mode: AccountMode;
}

export class AccountKeys {
  readonly #deps: AccountKeysDeps;
  /** By index, without a gap. */
  readonly #used: AccountKey[] = [];
  readonly #spare = new Map<number, AccountKey>();

  constructor(deps: AccountKeysDeps) {
    this.#deps = deps;
  }

  /** Master first. */
  get used(): readonly AccountKey[] {
    return this.#used;
  }

  /** Opens a key to look at; it is not in use by that. Rejects as `RenterState.open`. */
  async look(index: number): Promise<AccountKey> {
    const known = this.#used[index] ?? this.#spare.get(index);
    if (known !== undefined) return known;
    const { deps, master, mode } = this.#deps;
    const key = await openAccountKey(deps, master, index, mode);
    this.#spare.set(index, key);
    return key;
  }

  /** Puts all keys up to this one in use. Rejects as `look`. */
  async use(index: number): Promise<AccountKey> {
    for (let next = this.#used.length; next <= index; next++) {
      const key = await this.look(next);
      this.#spare.delete(next);
      this.#used.push(key);
    }
    return await this.look(index);
  }

  /** Closes those that are only looked at. */
  async closeSpare(): Promise<void> {
    const spare = [...this.#spare.values()];
    this.#spare.clear();
    for (const { state } of spare) await state.close();
  }

  async close(): Promise<void> {
    await this.closeSpare();
    for (const { state } of this.#used) await state.close();
  }
}
