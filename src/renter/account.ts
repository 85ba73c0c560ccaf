// A renter's whole account at one relay: the master key and a key for each rental, their mailboxes, the orders under way. What the pages
// at `/dashboard` are built on; it runs wherever the SDK does.

import { AppError, deferred, hours, toHex } from "../base/index.ts";
import { signCancel } from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import { publicKeysToText } from "../envelope/index.ts";
import type { RentalChange, RentRequest } from "../protocol/index.ts";
import { type AccountDeps, type AccountKey, type AccountMode, openAccountKey } from "./account-key.ts";
import { type AccountData, accountBytes, emptyAccount, readAccountData, type StoredOrder } from "./account-records.ts";
import type { FollowSink } from "./client.ts";
import type { AsyncDisposer, Folder } from "./folder.ts";
import { Gateway } from "./gateway.ts";
import type { InboxEntry } from "./inbox.ts";
import { type LocalSeal, localSeal } from "./local-seal.ts";

export interface AccountSink {
  /** Messages came, or a receipt was answered. */
  readonly messages: (key: AccountKey, entries: readonly InboxEntry[]) => void;
  readonly refused: (error: AppError) => void;
  readonly up: (key: AccountKey) => void;
  readonly down: (key: AccountKey, error: AppError) => void;
}

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
/** A rental that is over is listened to a while longer: what came last may still wait. */
const AFTERWARDS = hours(24);
/** Keys without any rental after which a search ends. */
const EMPTY_KEYS = 3;

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
  readonly #keys: AccountKey[] = [];
  #data: AccountData;
  #listen: ((key: AccountKey) => void) | null = null;

  private constructor(parts: Parts, data: AccountData) {
    this.mode = parts.mode;
    this.#parts = parts;
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
      for (let index = 0; index <= data.keys; index++) await account.#open(index);
      return account;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** Master first. */
  get keys(): readonly AccountKey[] {
    return this.#keys;
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
    const others = this.#data.escrows.filter((each) => each.rental !== rental);
    await this.#replace({ ...this.#data, escrows: [...others, { rental, document }] });
  }

  /** What a backup keeps of it. */
  get data(): AccountData {
    return this.#data;
  }

  /** What a backup has kept comes beside what is here; of the same order or escrow that counts which is here. Durable on return. */
  async bringBack(kept: AccountData): Promise<void> {
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
    for (let index = this.#keys.length; index <= keys; index++) await this.#open(index);
  }

  /** Ends the tokens of all its keys at the relay. Nothing may follow it meanwhile. Rejects as `RenterClient.signOut`. */
  async signOut(signal: AbortSignal): Promise<void> {
    for (const { client } of this.#keys) await client.signOut(signal);
  }

  async close(): Promise<void> {
    for (const key of this.#keys) await key.state.close();
    await this.#parts.unlock();
  }

  /** Makes an order, with a key of its own unless it changes a rental, and keeps both before anything of it leaves. */
  async plan({ request, provider, agreed, key: index, cancels }: OrderPlan): Promise<StoredOrder> {
    const { random, clock, suite } = this.#parts.deps;
    const key = this.#keys[index ?? -1] ?? (await this.#open(this.#keys.length));
    const id = toHex(random.bytes(16));
    const signature = (rentalId: string): string => signCancel(suite, key.identity.seed, { orderId: id, rentalId });
    const change: { readonly change?: RentalChange } =
      cancels === undefined ? {} : { change: { kind: "cancel", rental_id: cancels, signature: signature(cancels) } };
    const order: StoredOrder = {
      request: { ...request, ...change, order_id: id, renter: publicKeysToText(key.identity) },
      ...{ key: key.index, provider, rental: agreed.rental, per_sms: agreed.perSms },
      ...{ made_at: clock.now(), ticket: null, answer: null, ended: null },
    };
    await this.#replace({
      ...this.#data,
      keys: Math.max(this.#data.keys, key.index),
      orders: [order, ...this.#data.orders],
    });
    return order;
  }

  async changeOrder(id: string, change: Partial<Pick<StoredOrder, "ticket" | "answer" | "ended">>): Promise<void> {
    const orders = this.#data.orders.map((each) => (each.request.order_id === id ? { ...each, ...change } : each));
    await this.#replace({ ...this.#data, orders });
  }

  /**
   * Reads every mailbox that may get something, until `signal` aborts; then resolves. Rejects when what was received cannot be kept.
   */
  async follow(sink: AccountSink, signal: AbortSignal): Promise<void> {
    const over = deferred<void>();
    const running: Promise<void>[] = [];
    const stop = new AbortController();
    const ending = AbortSignal.any([signal, stop.signal]);
    this.#listen = (key) => {
      running.push(key.client.follow(sinkOf(key, sink), ending).catch(over.reject));
    };
    signal.addEventListener("abort", () => over.resolve(), { once: true });
    if (signal.aborted) over.resolve();
    for (const key of this.#keys) if (this.#mayReceive(key)) this.#listen(key);
    try {
      await over.promise;
    } finally {
      this.#listen = null;
      stop.abort();
      await Promise.all(running);
    }
  }

  /** Begins to listen with a key whose rental was just granted. */
  listen(key: AccountKey): void {
    this.#listen?.(key);
  }

  /**
   * After a backup was brought back: asks the relay for rentals of one key after another until several in a row have none. Rejects as
   * `RenterClient.login`.
   */
  async findKeys(signal: AbortSignal): Promise<void> {
    let found = this.#data.keys;
    const sink = { messages: async () => {}, refused: () => {} };
    for (let index = 1; index <= found + EMPTY_KEYS; index++) {
      const key = this.#keys[index] ?? (await this.#open(index));
      const rentals = await key.client.login(sink, signal);
      if (rentals.length > 0) found = Math.max(found, index);
    }
    for (const unused of this.#keys.splice(found + 1)) await unused.state.close();
    if (found !== this.#data.keys) await this.#replace({ ...this.#data, keys: found });
  }

  async #open(index: number): Promise<AccountKey> {
    const { deps, master, mode } = this.#parts;
    const key = await openAccountKey(deps, master, index, mode);
    this.#keys.push(key);
    return key;
  }

  #mayReceive({ index, state }: AccountKey): boolean {
    const now = this.#parts.deps.clock.now();
    const isAwaited = this.#data.orders.some(({ key, ended }) => key === index && ended === null);
    if (state.grants.length === 0) return index === 0 || isAwaited;
    return state.grants.some(({ expires_at }) => expires_at * 1000 + AFTERWARDS > now);
  }

  async #replace(data: AccountData): Promise<void> {
    const { folder, seal } = this.#parts;
    await folder.replace(FILE, seal.seal(accountBytes(data)));
    this.#data = data;
  }
}

function sinkOf(key: AccountKey, sink: AccountSink): FollowSink {
  return {
    messages: async (entries) => sink.messages(key, entries),
    refused: (error) => sink.refused(error),
    up: () => sink.up(key),
    down: (error) => sink.down(key, error),
  };
}
