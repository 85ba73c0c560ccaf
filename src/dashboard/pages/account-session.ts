// The account while it is unlocked: in one tab it receives, in every other it shows what is stored and waits for its turn.

import { type AppError, hasCode, isAppError, type Millis, SerialQueue, seconds } from "../../base/index.ts";
import type { Identity } from "../../envelope/index.ts";
import type { Store } from "../../page-parts/index.ts";
import { type AccountDeps, accountEntries, accountRentals, RenterAccount } from "../../renter/index.ts";
import { endingRentals } from "./ending.ts";
import type { State } from "./state.ts";

/** What tabs of one browser say to each other: that something was stored. */
export interface TabChannel {
  tell(): void;
  /** Replaces the listener. */
  listen(told: () => void): void;
}

export interface AccountSessionDeps {
  readonly account: AccountDeps;
  readonly store: Store<State>;
  readonly tabs: TabChannel;
  /** Resolves when no other tab has the account. */
  readonly freed: (signal: AbortSignal) => Promise<void>;
  /** How many messages are new and rentals soon over, for the badge of an installed app; never what or which. */
  readonly badge: (count: number) => void;
}

const SIGN_OUT_WITHIN: Millis = seconds(5);

export class AccountSession {
  readonly #deps: AccountSessionDeps;
  readonly #queue = new SerialQueue("account session");
  readonly #over = new AbortController();
  readonly #down = new Set<number>();
  #account: RenterAccount | null = null;
  #badged: number | null = null;
  #following: AbortController | null = null;
  #followed: Promise<void> = Promise.resolve();

  constructor(deps: AccountSessionDeps) {
    this.#deps = deps;
  }

  get account(): RenterAccount | null {
    return this.#account;
  }

  /** Aborted when the account is locked. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The account, for what changes something. Throws `renter.in_use` in a tab that only shows. */
  async writable(): Promise<RenterAccount> {
    const { account } = this.#deps;
    const open = this.#account;
    if (open !== null && open.mode === "readWrite") return open;
    // The same refusal as opening it twice, in the same words.
    return await RenterAccount.open(account, open?.master ?? missing(), "readWrite");
  }

  /** Rejects as `RenterAccount.open` does, but for `renter.in_use`. */
  async start(master: Identity): Promise<void> {
    this.#deps.tabs.listen(() => void this.#queue.run(() => this.#told(master)).catch(() => {}));
    await this.#queue.run(() => this.#open(master));
  }

  /** Drops the connections and makes new ones: the network is back, or the page is looked at again. */
  reconnect(): void {
    if (this.#following === null) return;
    this.#following.abort();
    this.#follow();
  }

  /**
   * Ends the tokens of all keys at the relay, as far as it answers in time; `stop` is to follow. Does nothing in a tab that only shows:
   * the other one would sign in again.
   */
  async signOut(): Promise<void> {
    const account = this.#account;
    if (account === null || account.mode === "readOnly") return;
    this.#following?.abort();
    this.#following = null;
    await this.#followed;
    const { clock } = this.#deps.account;
    const late = new AbortController();
    const cancel = clock.after(SIGN_OUT_WITHIN, "signing out", () => late.abort());
    // Whoever forgets a device without a network forgets it all the same; a token ends within a day.
    await account.signOut(late.signal).catch(() => {});
    cancel();
  }

  async stop(): Promise<void> {
    this.#over.abort();
    this.#deps.tabs.listen(() => {});
    this.#following?.abort();
    await this.#queue.run(async () => await this.#account?.close());
    this.#queue.stop();
    this.#account = null;
  }

  /** Shows what is in the account now. */
  refresh(): void {
    const account = this.#account;
    if (account === null) return;
    const { store, account: deps } = this.#deps;
    const entries = accountEntries(account);
    const fresh = new Set(account.keys.flatMap(({ state }) => state.inbox.unshown.map(({ key }) => key)));
    const rentals = accountRentals(deps.suite, account);
    const { clockAhead } = account;
    store.update((state) => ({
      ...state,
      entries,
      fresh,
      rentals,
      orders: account.orders,
      escrows: account.escrows,
      clockAhead,
    }));
    this.remind();
  }

  /** Keeps the badge right: rentals come to their end without anything being stored. */
  remind(): void {
    const { store, badge, account } = this.#deps;
    if (this.#account === null) return;
    const { fresh, rentals } = store.get();
    const count = fresh.size + endingRentals(rentals, account.clock.now()).length;
    if (count !== this.#badged) badge(count);
    this.#badged = count;
  }

  /** After something was stored: here and in other tabs. */
  changed(): void {
    this.refresh();
    this.#deps.tabs.tell();
  }

  /** Every message has been looked at. */
  async markShown(): Promise<void> {
    const account = this.#account;
    if (account === null || account.mode === "readOnly") return;
    for (const { state } of account.keys) await state.markShown(state.inbox.unshown);
    this.changed();
  }

  async #open(master: Identity): Promise<void> {
    const { account: deps, store } = this.#deps;
    if (this.#over.signal.aborted) return;
    await this.#account?.close();
    try {
      this.#account = await RenterAccount.open(deps, master, "readWrite");
      this.refresh();
      this.#follow();
    } catch (error) {
      if (!hasCode(error, "renter.in_use")) throw error;
      this.#account = await RenterAccount.open(deps, master, "readOnly");
      store.update((state) => ({ ...state, link: "elsewhere", linkFault: null }));
      this.refresh();
      void this.#takeOver(master);
    }
  }

  async #takeOver(master: Identity): Promise<void> {
    try {
      await this.#deps.freed(this.#over.signal);
      await this.#queue.run(() => this.#open(master));
    } catch {
      // Locked, or closed.
    }
  }

  /** Another tab has stored something. */
  async #told(master: Identity): Promise<void> {
    if (this.#account?.mode !== "readOnly") return;
    this.#account = await RenterAccount.open(this.#deps.account, master, "readOnly");
    this.refresh();
  }

  #follow(): void {
    const account = this.#account;
    if (account === null) return;
    const following = new AbortController();
    this.#following = following;
    this.#down.clear();
    this.#link("connecting", null);
    const isWanted = (): boolean => this.#following === following && !following.signal.aborted;
    const sink: Parameters<RenterAccount["follow"]>[0] = {
      messages: () => this.changed(),
      rentals: () => this.changed(),
      refused: (error) => this.#deps.store.update((state) => ({ ...state, refused: [...state.refused, error] })),
      up: ({ index }) => {
        this.#down.delete(index);
        if (isWanted() && this.#down.size === 0) this.#link("live", null);
        this.changed();
      },
      down: ({ index }, error) => {
        this.#down.add(index);
        if (isWanted()) this.#link("broken", error);
      },
    };
    this.#followed = account.follow(sink, following.signal).catch((error: unknown) => {
      if (isWanted()) this.#link("broken", isAppError(error) ? error : null);
    });
  }

  #link(link: State["link"], linkFault: AppError | null): void {
    this.#deps.store.update((state) => ({ ...state, link, linkFault }));
  }
}

function missing(): never {
  throw new DOMException("no account is open", "InvalidStateError");
}
