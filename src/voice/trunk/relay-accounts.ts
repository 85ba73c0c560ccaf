// Which accounts a relay has, and from which box: in memory only. A name belongs to the box that had it first, for as long as it lives.

import type { SipAccount } from "../../core/index.ts";
import type { TrunkAccount } from "./wire.ts";

interface Held {
  readonly key: string;
  readonly account: SipAccount;
  /** Unix ms. */
  readonly until: number;
}

export class RelayAccounts {
  readonly #now: () => number;
  #held = new Map<string, Held>();

  /** `now`: Unix ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All accounts of a box in the place of those before. Returns the names that another box has. */
  replace(key: string, accounts: readonly TrunkAccount[]): readonly string[] {
    this.sweep();
    const next = new Map([...this.#held].filter(([, held]) => held.key !== key));
    const refused: string[] = [];
    for (const { user, md5, sha256, encryption, until } of accounts) {
      if (next.has(user)) refused.push(user);
      else if (until > this.#now())
        next.set(user, { key, account: this.#same(user, { user, ha1: { md5, sha256 }, encryption }), until });
    }
    this.#held = next;
    return refused;
  }

  /** Forgets those whose rental is over. True when there were any. */
  sweep(): boolean {
    const now = this.#now();
    const left = new Map([...this.#held].filter(([, { until }]) => until > now));
    const some = left.size < this.#held.size;
    this.#held = left;
    return some;
  }

  all(): readonly SipAccount[] {
    return [...this.#held.values()].map(({ account }) => account);
  }

  /** The box whose account it is. */
  ownerOf(user: string): string | null {
    return this.#held.get(user)?.key ?? null;
  }

  usersOf(key: string): ReadonlySet<string> {
    return new Set([...this.#held].filter(([, held]) => held.key === key).map(([user]) => user));
  }

  /** The object that is known, where nothing changed. */
  #same(user: string, account: SipAccount): SipAccount {
    const known = this.#held.get(user)?.account;
    const isSame = known?.ha1.sha256 === account.ha1.sha256 && known.encryption === account.encryption;
    return isSame ? known : account;
  }
}
