// Everything a visitor can do, in one place. It owns no timers and no sockets; those come as ports.

import { AppError, type Clock, type CryptoSuite, type Random, Secret, seconds } from "../../base/index.ts";
import type { Argon2Params, Identity } from "../../envelope/index.ts";
import { type LanguageId, nextTheme, type Store, type Theme } from "../../page-parts/index.ts";
import {
  type AccountData,
  type AccountExport,
  type AccountRental,
  accountExport,
  backupParts,
  backupText,
  checkWalletPart,
  exportsText,
  type Folder,
  importIdentity,
  type ListingOfferView,
  newMaster,
  openBackupAccount,
  openVault,
  sealVault,
} from "../../renter/index.ts";
import { AccountSession, type AccountSessionDeps } from "./account-session.ts";
import { isLockDue, type LockAfter } from "./auto-lock.ts";
import { EscrowBook } from "./escrow-book.ts";
import { KeyFinder } from "./key-finder.ts";
import { type Choice, MarketDesk, type UpgradeChoice } from "./market-desk.ts";
import type { OfferFilter } from "./offer-filter.ts";
import { pathOf } from "./routes.ts";
import { lockedState, type Notice, type State, type View } from "./state.ts";
import { keepVault, readVault } from "./vault-shelf.ts";

export interface ControllerDeps {
  readonly store: Store<State>;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly session: Omit<AccountSessionDeps, "store">;
  /** Where the sealed identity lies. */
  readonly openShelf: () => Promise<Folder>;
  /** Forgets everything that these pages keep in this browser. */
  readonly erase: () => Promise<void>;
  readonly showTheme: (theme: Theme) => void;
  /** Fetches the language's texts, shows the pages in it, and remembers it. */
  readonly showLanguage: (language: LanguageId) => Promise<void>;
  readonly showPath: (path: string) => void;
  readonly keepLockAfter: (minutes: LockAfter) => void;
  readonly keepBackedUp: (isBackedUp: boolean) => void;
  /** Asks the browser not to throw away what these pages keep when its disk is full. */
  readonly keepData: () => void;
  readonly argon2?: Argon2Params;
}

const NOTICE_TIME = seconds(5);

export class Controller {
  readonly #deps: ControllerDeps;
  readonly #market: MarketDesk;
  readonly #finder: KeyFinder;
  readonly escrows: EscrowBook;
  #session: AccountSession | null = null;
  #notice: () => void = () => {};
  /** Unix ms of the last touch. */
  #usedAt = 0;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.escrows = new EscrowBook({ ...deps, session: () => this.#session });
    this.#finder = new KeyFinder(deps);
    this.#market = new MarketDesk({ store: deps.store, account: deps.session.account });
  }

  get random(): Random {
    return this.#deps.random;
  }

  /** Looks whether this browser has an identity. */
  async start(): Promise<void> {
    this.#tick();
    const shelf = await this.#deps.openShelf();
    const phase = (await readVault(shelf)) === null ? "new" : "locked";
    this.#update({ phase });
  }

  /** A new identity under a passphrase. */
  async create(passphrase: string): Promise<void> {
    const { suite, random } = this.#deps;
    await this.#keep(newMaster(suite, random), passphrase);
    this.backedUp(false);
  }

  /** The identity of a backup or key file, kept under `passphrase`. Looks for its rentals afterwards. */
  async restore(text: string, filePassphrase: string, passphrase: string): Promise<void> {
    const { suite } = this.#deps;
    const { identity, account } = backupParts(text);
    const master = await importIdentity(suite, identity, new Secret(filePassphrase));
    // A backup whose second half is bad is refused before anything of it is kept.
    const kept = account === null ? null : openBackupAccount(this.#deps, master, account);
    await this.#keep(master, passphrase === "" ? filePassphrase : passphrase);
    this.backedUp(true);
    if (kept !== null) await this.#bringBack(kept);
    // Both were asked for their form alone.
    const { name } = this.#deps.store.get().view;
    if (name === "scan" || name === "account") this.go({ name: "inbox" });
    void this.findRentals();
  }

  /** Rejects with `keystore.wrong_unlock`. */
  async unlock(passphrase: string): Promise<void> {
    const text = await readVault(await this.#deps.openShelf());
    if (text === null) return this.#update({ phase: "new" });
    await this.#open(await openVault(this.#deps.suite, text, new Secret(passphrase)));
  }

  async lock(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#market.leave();
    this.#finder.stop();
    // The guide is open to everybody: who locks wants to see that it is locked.
    if (this.#deps.store.get().view.name === "privacy") this.go({ name: "inbox" });
    this.#deps.store.update(lockedState);
    await session?.stop();
  }

  /** Somebody is there. */
  used(): void {
    this.#usedAt = this.#deps.clock.now();
  }

  setLockAfter(minutes: LockAfter): void {
    this.#deps.keepLockAfter(minutes);
    this.used();
    this.#update({ lockAfter: minutes });
  }

  /** Locks an account that nobody has touched for as long as its owner allows. Timers of hidden pages stand still: ask it when one comes back. */
  async lockIfDue(): Promise<void> {
    const { phase, lockAfter } = this.#deps.store.get();
    if (phase === "open" && isLockDue(lockAfter, this.#usedAt, this.#deps.clock.now())) await this.lock();
  }

  /** Whether the identity lies anywhere but in this browser. */
  backedUp(isBackedUp: boolean): void {
    this.#deps.keepBackedUp(isBackedUp);
    this.#update({ isBackedUp });
  }

  /** The sealed identity as it lies in this browser: short enough for a QR code. */
  async sealedIdentity(): Promise<string> {
    return (await readVault(await this.#deps.openShelf())) ?? "";
  }

  /** The backup: the sealed identity, with orders and escrows sealed under its key. */
  async backup(): Promise<string> {
    const vault = await this.sealedIdentity();
    const account = this.#session?.account ?? null;
    if (account === null) return vault;
    return backupText(this.#deps, { vault, master: account.master, account: account.data });
  }

  /** Rejects with `keystore.wrong_unlock`. */
  async changePassphrase(old: string, next: string): Promise<void> {
    const { suite } = this.#deps;
    const shelf = await this.#deps.openShelf();
    const master = await openVault(suite, (await readVault(shelf)) ?? "", new Secret(old));
    await keepVault(shelf, await this.#seal(master, next));
  }

  /** Asks the relay for rentals of this identity's keys: after a backup was brought back. */
  async findRentals(): Promise<void> {
    if (this.#session !== null) await this.#finder.run(this.#session);
  }

  stopFinding(): void {
    this.#finder.stop();
  }

  /** Forgets identity and messages in this browser, and ends its tokens at the relay, as far as that can be reached. */
  async erase(): Promise<void> {
    await this.#session?.signOut();
    await this.lock();
    await this.#deps.erase();
    this.backedUp(false);
    this.#update({ phase: "new", view: { name: "inbox" } });
  }

  go(view: View): void {
    const from = this.#deps.store.get().view;
    this.#deps.showPath(pathOf(view));
    this.show(view);
    if (from.name === "inbox" && view.name !== "inbox") void this.seen();
  }

  /** Shows what the address says, without changing it. */
  show(view: View): void {
    this.#update({ view });
  }

  /** What is in the inbox has been looked at. */
  async seen(): Promise<void> {
    if (this.#deps.store.get().fresh.size > 0) await this.#session?.markShown();
  }

  filterBy(filter: OfferFilter): void {
    this.#update({ filter });
  }

  browse(): Promise<void> {
    return this.#market.browse();
  }

  look(id: string, signal: AbortSignal): Promise<ListingOfferView | null> {
    return this.#market.look(id, signal);
  }

  async rent(choice: Choice): Promise<void> {
    if (this.#session === null) return;
    // Throws what a wallet could not be paid at, before anything of the order is kept.
    if (choice.payment.method === "escrow") checkWalletPart(choice.payment);
    const id = await this.#market.order(this.#session, choice);
    this.go({ name: "order", id });
  }

  async upgrade(choice: UpgradeChoice): Promise<void> {
    if (this.#session === null) return;
    const id = await this.#market.upgrade(this.#session, choice);
    this.go({ name: "order", id });
  }

  /** Rejects as `MarketDesk.cancel`. */
  async cancel(rental: AccountRental): Promise<void> {
    if (this.#session !== null) await this.#market.cancel(this.#session, rental);
  }

  /** Rejects as `MarketDesk.phoneAddress`. */
  async phoneAddress(rental: AccountRental): Promise<string | null> {
    return this.#session === null ? null : await this.#market.phoneAddress(this.#session, rental);
  }

  async work(id: string): Promise<void> {
    if (this.#session !== null) await this.#market.work(this.#session, id);
  }

  /** Throws `payment.bad_ticket`. */
  paste(text: string): void {
    this.#market.paste(text);
  }

  leaveOrder(): void {
    this.#market.leave();
  }

  /**
   * Everything that was signed, as one JSON text, with what the relay says of it. Rejects with `base.stopped` when it is locked
   * meanwhile.
   */
  async exportAll(texts: boolean): Promise<Pick<AccountExport, "unproven" | "problem"> & { readonly text: string }> {
    const { suite, clock } = this.#deps;
    const { account = null, over = AbortSignal.abort() } = this.#session ?? {};
    if (account === null) return { text: exportsText([]), unproven: 0, problem: null };
    const { bundles, unproven, problem } = await accountExport(account, { suite, clock, texts }, over);
    return { text: exportsText(bundles), unproven, problem };
  }

  /** The master's public keys, which a provider needs to grant a rental by hand. */
  get master(): Pick<Identity, "verify" | "encrypt"> | null {
    return this.#session?.account?.master ?? null;
  }

  reconnect(): void {
    this.#session?.reconnect();
  }

  turnTheme(): void {
    const theme = nextTheme(this.#deps.store.get().theme);
    this.#deps.showTheme(theme);
    this.#update({ theme });
  }

  /** Rejects with `renter.relay_unreachable` when the texts cannot be fetched; the pages then stay as they are. */
  async setLanguage(language: LanguageId): Promise<void> {
    await this.#deps.showLanguage(language).catch((cause: unknown) => {
      throw new AppError("renter.relay_unreachable", "the texts could not be fetched", { cause, retryable: true });
    });
  }

  tell(notice: Notice | null): void {
    this.#notice();
    this.#update({ notice });
    if (notice === null) return;
    this.#notice = this.#deps.clock.after(NOTICE_TIME, "notice", () => this.#update({ notice: null }));
  }

  async #bringBack(kept: AccountData): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    await (await session.writable()).bringBack(kept);
    session.changed();
  }

  async #keep(master: Identity, passphrase: string): Promise<void> {
    const text = await this.#seal(master, passphrase);
    await keepVault(await this.#deps.openShelf(), text);
    this.#deps.keepData();
    await this.#open(master);
  }

  #seal(master: Identity, passphrase: string): Promise<string> {
    const { suite, random, argon2 } = this.#deps;
    return sealVault({
      ...{ suite, random, master, passphrase: new Secret(passphrase) },
      ...(argon2 === undefined ? {} : { argon2 }),
    });
  }

  async #open(master: Identity): Promise<void> {
    const session = new AccountSession({ ...this.#deps.session, store: this.#deps.store });
    this.#session = session;
    await session.start(master);
    this.used();
    this.#update({ phase: "open" });
  }

  #tick(): void {
    const { clock } = this.#deps;
    this.#update({ now: clock.now() });
    this.#session?.remind();
    void this.lockIfDue();
    clock.after(seconds(1), "page clock", () => this.#tick());
  }

  #update(change: Partial<State>): void {
    this.#deps.store.update((state) => ({ ...state, ...change }));
  }
}
