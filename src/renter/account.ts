// A renter's whole account at one relay: the master key and a key for each rental, their mailboxes, the orders under way. What the pages
// at `/dashboard` are built on; it runs wherever the SDK does.

import { AppError, days, hours, type Millis, millis, SerialQueue, toHex, type UnixMs } from "../base/index.ts";
import { signCancel } from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import { publicKeysToText } from "../envelope/index.ts";
import type { RentalChange, RentRequest } from "../protocol/index.ts";
import { AccountFollow, type AccountSink } from "./account-follow.ts";
import type { AccountDeps, AccountKey, AccountMode } from "./account-key.ts";
import { AccountKeys } from "./account-keys.ts";
import { type AccountData, accountBytes, emptyAccount, readAccountData, type StoredOrder } from "./account-records.ts";
import { type KeySearch, searchKeys } from "./account-search.ts";
import { settleOrders } from "./account-settle.ts";
import type { AsyncDisposer, Folder } from "./folder.ts";
import { Gateway } from "./gateway.ts";
import { type LocalSeal, localSeal } from "./local-seal.ts";

/** What an order is for. `agreed` in micro-EMC, out of the verified listing. */
export interface OrderPlan {
  readonly request: Omit<RentRequest, "order_id" | "renter">;
  readonly provider: string;
  readonly agreed: { readonly rental: number; readonly perSms: number };
  /** Index of the key of a rental that is changed; without it a new one is made. */
  readonly key?: number;
  /** The rental that the order ends, signed here with its key. */
  readonly cancels?: string;
}

export const ACCOUNT_FOLDER = "account";
const FILE = "account.sealed";
const DOMAIN = "numberbox/renter-account/v1";
/** How long after an order something may still come of it, whatever was said of it. */
const AFTER_ORDERS = days(7);
/** A rental that is over is listened to a while longer: what came last may still wait. */
const AFTERWARDS = hours(24);

interface Parts {
  readonly deps: AccountDeps;
  readonly master: Identity;
  readonly mode: AccountMode;
  readonly folder: Folder;
  readonly seal: LocalSeal;
  readonly unlock: AsyncDisposer;
}

export class RenterAccount {
  readonly mode: AccountMode;
  readonly #parts: Parts;
  readonly #keys: AccountKeys;
  /** Of what changes keys or data: whoever comes second begins with what the first has made. */
  readonly #queue = new SerialQueue("renter account");
  readonly #searches = new SerialQueue("search for keys");
  #data: AccountData;
  #follow: AccountFollow | null = null;
  #closing: Promise<void> | null = null;

  private constructor(parts: Parts, data: AccountData) {
    this.mode = parts.mode;
    this.#parts = parts;
    this.#keys = new AccountKeys(parts);
    this.#data = data;
  }

  /** Rejects with `renter.in_use` (another has it; open it `readOnly`) or as `RenterState.open`. */
  static async open(given: AccountDeps, master: Identity, mode: AccountMode): Promise<RenterAccount> {
    const deps = { ...given, gateway: given.gateway ?? new Gateway(given) };
    const folder = await deps.openFolder(ACCOUNT_FOLDER);
    const unlock = mode === "readOnly" ? async () => {} : await folder.lock();
    if (unlock === null) {
      throw new AppError("renter.in_use", "another window has this account", {
        hint: "Close the other one first.",
        retryable: true,
      });
    }
    const seal = localSeal({ ...deps, folder, seed: master.seed }, DOMAIN);
    try {
      const stored = await folder.read(FILE);
      const data = stored === null ? emptyAccount : readAccountData(seal.open(stored));
      const account = new RenterAccount({ deps, master, mode, folder, seal, unlock }, data);
      await account.#keys.use(data.keys);
      return account;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** Master first. */
  get keys(): readonly AccountKey[] {
    return this.#keys.used;
  }

  /** Newest first. */
  get orders(): readonly StoredOrder[] {
    return this.#data.orders;
  }

  get master(): Identity {
    return this.#parts.master;
  }

  order(id: string): StoredOrder | undefined {
    return this.#data.orders.find(({ request }) => request.order_id === id);
  }

  /** The escrow documents by rental. */
  get escrows(): ReadonlyMap<string, string> {
    return new Map(this.#data.escrows.map(({ rental, document }) => [rental, document]));
  }

  /** The escrow document of a rental; null where there is none. */
  escrow(rental: string): string | null {
    return this.escrows.get(rental) ?? null;
  }

  /** Durable on return. */
  async keepEscrow(rental: string, document: string): Promise<void> {
    await this.#change((data) => {
      const others = data.escrows.filter((each) => each.rental !== rental);
      return { ...data, escrows: [...others, { rental, document }] };
    });
  }

  /** By the relay's clock, as far as it was heard. */
  now(): UnixMs {
    const { gateway, clock } = this.#parts.deps;
    return gateway?.time.now() ?? clock.now();
  }

  /** By how much this machine's clock is ahead of the relay's; 0 for less than three minutes. */
  get clockAhead(): Millis {
    return this.#parts.deps.gateway?.time.ahead ?? millis(0);
  }

  /** What a backup keeps of it. */
  get data(): AccountData {
    return this.#data;
  }

  /** What a backup has kept comes beside what is here; of the same order or escrow that counts which is here. Durable on return. */
  async bringBack(kept: AccountData): Promise<void> {
    await this.#queue.run(async () => {
      const own = this.#data;
      const orders = kept.orders.filter(({ request }) => this.order(request.order_id) === undefined);
      const escrows = kept.escrows.filter(({ rental }) => this.escrow(rental) === null);
      const keys = Math.max(own.keys, kept.keys);
      await this.#replace({
        ...own,
        keys,
        orders: [...own.orders, ...orders].toSorted((one, other) => other.made_at - one.made_at),
        escrows: [...own.escrows, ...escrows],
      });
      await this.#keys.use(keys);
    });
    this.#listenToAll();
  }

  /** Ends the tokens of all its keys at the relay. Nothing may follow it meanwhile. Rejects as `RenterClient.signOut`. */
  async signOut(signal: AbortSignal): Promise<void> {
    for (const { client } of this.keys) await client.signOut(signal);
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#searches.stop();
    await this.#queue.run(() => this.#keys.close());
    this.#queue.stop();
    await this.#parts.unlock();
  }

  /** Makes an order, with a key of its own unless it changes a rental, and keeps both before anything of it leaves. */
  async plan(plan: OrderPlan): Promise<StoredOrder> {
    const { order, key } = await this.#queue.run(async () => {
      const used = this.#keys.used[plan.key ?? -1] ?? (await this.#keys.use(this.#data.keys + 1));
      const made = this.#orderOf(plan, used);
      const keys = Math.max(this.#data.keys, used.index);
      await this.#replace({ ...this.#data, keys, orders: [made, ...this.#data.orders] });
      return { order: made, key: used };
    });
    // Its grant and its first messages come whether anybody looks at the order then or not.
    this.#follow?.listen(key);
    return order;
  }

  async changeOrder(id: string, change: Partial<Pick<StoredOrder, "ticket" | "answer" | "ended">>): Promise<void> {
    await this.#change((data) => ({
      ...data,
      orders: data.orders.map((each) => (each.request.order_id === id ? { ...each, ...change } : each)),
    }));
  }

  /**
   * Reads every mailbox that may get something, until `signal` aborts; then resolves. Rejects when what was received cannot be kept.
   */
  async follow(sink: AccountSink, signal: AbortSignal): Promise<void> {
    const { suite, clock } = this.#parts.deps;
    const settling = { suite, clock, orders: () => this.orders, keep: this.changeOrder.bind(this) };
    const follow = new AccountFollow({
      ...{ sink, signal, awaits: (key) => this.#mayBeGranted(key) },
      settle: (key, ending) => settleOrders(settling, key, ending),
    });
    this.#follow = follow;
    this.#listenToAll();
    try {
      await follow.run();
    } finally {
      if (this.#follow === follow) this.#follow = null;
    }
  }

  /** Begins to listen with a key whose rental was just granted. */
  listen(key: AccountKey): void {
    this.#follow?.listen(key);
  }

  /**
   * After a backup was brought back: asks the relay for rentals of one key after another until many in a row have none. What was found is
   * kept at once. The relay limits sign-ins, so that this takes minutes. Rejects as `RenterClient.rentals`.
   */
  async findKeys(signal: AbortSignal, tell: (search: KeySearch) => void = () => {}): Promise<void> {
    const used = (): number => this.#data.keys;
    const look = (index: number): Promise<AccountKey> => this.#queue.run(() => this.#keys.look(index));
    const keep = (key: AccountKey): Promise<void> => this.#keep(key);
    const { clock } = this.#parts.deps;
    await this.#searches.run(async () => {
      try {
        await searchKeys({ clock, used, look, keep, tell }, signal);
      } finally {
        await this.#queue.run(() => this.#keys.closeSpare());
      }
    });
  }

  async #keep({ index }: AccountKey): Promise<void> {
    const key = await this.#queue.run(async () => {
      const used = await this.#keys.use(index);
      if (index > this.#data.keys) await this.#replace({ ...this.#data, keys: index });
      return used;
    });
    this.#follow?.listen(key);
  }

  #orderOf({ request, provider, agreed, cancels }: OrderPlan, key: AccountKey): StoredOrder {
    const { random, suite } = this.#parts.deps;
    const id = toHex(random.bytes(16));
    const signature = (rentalId: string): string => signCancel(suite, key.identity.seed, { orderId: id, rentalId });
    const change: { readonly change?: RentalChange } =
      cancels === undefined ? {} : { change: { kind: "cancel", rental_id: cancels, signature: signature(cancels) } };
    return {
      request: { ...request, ...change, order_id: id, renter: publicKeysToText(key.identity) },
      ...{ key: key.index, provider, rental: agreed.rental, per_sms: agreed.perSms },
      ...{ made_at: this.now(), ticket: null, answer: null, ended: null },
    };
  }

  #listenToAll(): void {
    for (const key of this.#keys.used) if (this.#mayReceive(key)) this.#follow?.listen(key);
  }

  #isAwaited({ index, state }: AccountKey): boolean {
    return this.#data.orders.some(
      ({ key, ended, answer, request: { change } }) =>
        key === index &&
        ended === null &&
        answer?.state !== "granted" &&
        (change !== undefined || state.grants.length === 0),
    );
  }

  #mayReceive(key: AccountKey): boolean {
    const { grants } = key.state;
    const now = this.now();
    if (grants.length === 0) return key.index === 0 || this.#mayBeGranted(key);
    return grants.some(({ expires_at }) => expires_at * 1000 + AFTERWARDS > now);
  }

  /** Coins that were on their way when an order ended bring its number all the same. */
  #mayBeGranted(key: AccountKey): boolean {
    if (this.#isAwaited(key)) return true;
    const now = this.now();
    const isOfKey = (order: StoredOrder): boolean => order.key === key.index && order.request.change === undefined;
    const isRecent = ({ made_at }: StoredOrder): boolean => Math.abs(now - made_at) < AFTER_ORDERS;
    return key.state.grants.length === 0 && this.#data.orders.some((order) => isOfKey(order) && isRecent(order));
  }

  /** `next` is given what all changes before have made of it. Durable on return. */
  async #change(next: (data: AccountData) => AccountData): Promise<void> {
    await this.#queue.run(() => this.#replace(next(this.#data)));
  }

  /** Within the queue alone. */
  async #replace(data: AccountData): Promise<void> {
    const { folder, seal } = this.#parts;
    await folder.replace(FILE, seal.seal(accountBytes(data)));
    this.#data = data;
  }
}
