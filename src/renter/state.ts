// A renter's state on his own disk: the inbox, and for each relay the cursor and the token, provider keys and grants. Everything is
// sealed under a key that follows from his identity. Writes go one after another; each is durable when it returns.

import {
  AppError,
  type CryptoSuite,
  type Logger,
  type Random,
  type Secret,
  SerialQueue,
  toHex,
  type UnixMs,
} from "../base/index.ts";
import type { PublicKeys } from "../envelope/index.ts";
import type { RentalGrant } from "../protocol/index.ts";
import type { AsyncDisposer, Folder } from "./folder.ts";
import { Inbox, type InboxEntry } from "./inbox.ts";
import { type LocalSeal, localSeal } from "./local-seal.ts";
import { RecordLog } from "./record-log.ts";
import {
  emptyState,
  type InboxRecord,
  type RelayState,
  readInboxRecord,
  readStateData,
  recordBytes,
  type StateData,
  type StoredMessage,
} from "./records.ts";

const STATE_FILE = "state.sealed";
const INBOX_FILE = "inbox.log";

/** Name of the state folder of a key: 16 hex digits that say nothing about the key. */
export function stateFolderName(suite: CryptoSuite, { verify }: Pick<PublicKeys, "verify">): string {
  return toHex(suite.sha256(verify).subarray(0, 8));
}

export interface OpenStateOptions {
  readonly folder: Folder;
  /** The renter's seed. */
  readonly seed: Secret<Uint8Array>;
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly log: Logger;
  /** `readOnly`: another process works in this folder; nothing is written. */
  readonly mode: "readWrite" | "readOnly";
}

export class RenterState {
  readonly #folder: Folder;
  readonly #seal: LocalSeal;
  readonly #log: RecordLog;
  readonly #queue = new SerialQueue("renter state");
  readonly #unlock: AsyncDisposer;
  readonly inbox: Inbox;
  #data: StateData;

  private constructor(parts: {
    readonly folder: Folder;
    readonly seal: LocalSeal;
    readonly log: RecordLog;
    readonly unlock: AsyncDisposer;
    readonly inbox: Inbox;
    readonly data: StateData;
  }) {
    this.#folder = parts.folder;
    this.#seal = parts.seal;
    this.#log = parts.log;
    this.#unlock = parts.unlock;
    this.inbox = parts.inbox;
    this.#data = parts.data;
  }

  /**
   * Reads the folder; `readWrite` also takes its lock. Throws `renter.in_use`, `renter.state_key`, `renter.state_version`,
   * `renter.inbox_corrupt` or `renter.state_io`.
   */
  static async open(options: OpenStateOptions): Promise<RenterState> {
    const { folder, mode } = options;
    const unlock = mode === "readOnly" ? async () => {} : await folder.lock();
    if (unlock === null) {
      throw new AppError("renter.in_use", `another process works with ${folder.path}`, {
        hint: "End the other inbox --follow first, or choose another folder with --state.",
        retryable: true,
      });
    }
    try {
      const seal = localSeal(options, "numberbox/renter-state/v1");
      const stored = await folder.read(STATE_FILE);
      const data = stored === null ? emptyState : readStateData(seal.open(stored));
      const logSeal = localSeal(options, "numberbox/renter-inbox/v1");
      const logOptions = { ...options, name: INBOX_FILE, seal: logSeal, atLeast: data.inbox_size };
      const { records, log } = await RecordLog.open(logOptions, mode);
      const inbox = new Inbox();
      for (const record of records) inbox.apply(readInboxRecord(record));
      return new RenterState({ folder, seal, log, unlock, inbox, data });
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** Gives the folder back. Nothing may be written afterwards. */
  async close(): Promise<void> {
    this.#queue.stop();
    await this.#unlock();
  }

  relay(url: string): RelayState {
    return this.#data.relays[url] ?? { cursor: 0, epoch: null, token: null, doors: [] };
  }

  grant(rentalId: string): RentalGrant | undefined {
    return this.#data.grants[rentalId];
  }

  /** All grants that were accepted, ended rentals included. */
  get grants(): readonly RentalGrant[] {
    return Object.values(this.#data.grants);
  }

  pin(listingId: string): string | undefined {
    return this.#data.pins[listingId];
  }

  setToken(url: string, token: RelayState["token"]): Promise<void> {
    return this.#queue.run(() => this.#replace({ relays: this.#withRelay(url, { token }) }));
  }

  /** Remembers the addresses that the relay has told of. */
  setDoors(url: string, doors: readonly string[]): Promise<void> {
    return this.#queue.run(async () => {
      if (this.relay(url).doors.join() === doors.join()) return;
      await this.#replace({ relays: this.#withRelay(url, { doors: [...doors] }) });
    });
  }

  /** Sets the cursor without storing anything; 0 reads everything that the relay has once more. */
  setCursor(url: string, cursor: number): Promise<void> {
    return this.#queue.run(() => this.#replace({ relays: this.#withRelay(url, { cursor }) }));
  }

  /** Remembers grants that were checked, and pins their providers. Resolves with whether any of them was new. */
  acceptGrants(grants: readonly RentalGrant[]): Promise<boolean> {
    return this.#queue.run(async () => {
      const changed = grants.some((grant) => this.grant(grant.rental_id)?.signature !== grant.signature);
      if (!changed) return false;
      await this.#replace({
        pins: { ...Object.fromEntries(grants.map((grant) => [grant.listing_id, grant.provider])), ...this.#data.pins },
        grants: { ...this.#data.grants, ...Object.fromEntries(grants.map((grant) => [grant.rental_id, grant])) },
      });
      return true;
    });
  }

  /** Forgets the provider of a listing: the next grant pins it anew. */
  forgetProvider(listingId: string): Promise<void> {
    return this.#queue.run(() =>
      this.#replace({
        pins: Object.fromEntries(Object.entries(this.#data.pins).filter(([listing]) => listing !== listingId)),
        grants: Object.fromEntries(
          Object.entries(this.#data.grants).filter(([, grant]) => grant.listing_id !== listingId),
        ),
      }),
    );
  }

  /**
   * Stores messages, then moves the relay's cursor: on, or in another epoch to wherever the relay goes on. Returns the entries that
   * are new.
   */
  store(batch: {
    readonly relay: string;
    readonly at: UnixMs;
    readonly cursor: number;
    readonly epoch: string | null;
    readonly messages: readonly StoredMessage[];
  }): Promise<readonly InboxEntry[]> {
    return this.#queue.run(async () => {
      const { relay, at, cursor, epoch, messages } = batch;
      const added =
        messages.length === 0 ? [] : await this.#append({ t: "messages", at, relay, messages: [...messages] });
      const known = this.relay(relay);
      if (cursor > known.cursor || epoch !== known.epoch)
        await this.#replace({ relays: this.#withRelay(relay, { cursor, epoch }) });
      return added;
    });
  }

  async markShown(entries: readonly InboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#queue.run(() => this.#append({ t: "shown", keys: entries.map((entry) => entry.key) }));
  }

  /** Notes what the relay said to receipts: `accepted`, or its code. */
  async settle(outcomes: readonly { readonly key: string; readonly outcome: string }[]): Promise<void> {
    if (outcomes.length === 0) return;
    await this.#queue.run(() => this.#append({ t: "settled", outcomes: [...outcomes] }));
  }

  #withRelay(url: string, change: Partial<RelayState>): StateData["relays"] {
    return { ...this.#data.relays, [url]: { ...this.relay(url), ...change } };
  }

  async #append(record: InboxRecord): Promise<readonly InboxEntry[]> {
    await this.#log.append(recordBytes(record));
    return this.inbox.apply(record);
  }

  async #replace(change: Partial<StateData>): Promise<void> {
    const data = { ...this.#data, ...change, inbox_size: this.#log.size };
    await this.#folder.replace(STATE_FILE, this.#seal.seal(recordBytes(data)));
    this.#data = data;
  }
}
