// Rentals with the SIP accounts that belong to them, over stores that outlive them: one rig is one disk.

import { AppError, type LineId, lineId, millis, type RentalId, rentalId } from "../../../src/base/index.ts";
import { systemMd5 } from "../../../src/base/system-crypto.ts";
import { type Rental, Rentals, type SettingStore, SipAccounts, type SipReach } from "../../../src/core/index.ts";
import { deriveKey, openGrant, publicKeysToText } from "../../../src/envelope/index.ts";
import { type SipTerms, sipTerms } from "../../../src/protocol/index.ts";
import { CoreRig, lineOf, provider, renter, renters, storageKey, suite } from "../core-rig.ts";

/** Settings in memory that can fail. */
export class MemorySettings implements SettingStore {
  readonly values = new Map<string, string>();
  fails = false;
  writes = 0;

  getSetting(key: string): Promise<string | null> {
    return Promise.resolve(this.values.get(key) ?? null);
  }

  setSetting(key: string, value: string): Promise<void> {
    if (this.fails) return Promise.reject(new AppError("store.full", "no room"));
    if (!/^[a-z._]{1,64}$/.test(key)) return Promise.reject(new AppError("store.bad_key", key));
    this.writes++;
    this.values.set(key, value);
    return Promise.resolve();
  }
}

export const REACH: SipReach = {
  realm: "sip.example.org",
  host: "sip.example.org",
  port: 5061,
  transport: "tls",
  encryption: "sdes",
  certSha256: "ab".repeat(32),
};

export const hash = { suite, key: deriveKey(suite, storageKey, "numberbox/sip/v1") };

/** What a process of the box has in memory. */
export interface Running {
  readonly rentals: Rentals;
  readonly accounts: SipAccounts;
  /** Users of each change that was told. */
  readonly changes: (readonly string[])[];
}

export class SipRig {
  readonly core = new CoreRig();
  readonly settings = new MemorySettings();
  readonly reach = new Map<LineId, SipReach>([1, 2, 3].map((n) => [lineOf(n).id, REACH]));
  #running: Running | null = null;

  get now(): Running {
    if (this.#running === null) throw new Error("not started");
    return this.#running;
  }

  /** A process begins over what lies on the disk. */
  async start(): Promise<void> {
    const { store, random, time, events, log } = this.core;
    let accounts: SipAccounts | null = null;
    const rentals = new Rentals({
      ...{ store, suite, random, identity: provider, time, events, log },
      policy: { afterDay: millis(0), afterLonger: millis(0) },
      senderRules: () => [],
      sipTerms: (rental) => accounts?.terms(rental) ?? null,
      onGrant: (rental) => accounts?.granted(rental),
    });
    accounts = new SipAccounts({
      ...{ ...hash, md5: systemMd5, store: this.settings, log, rentals },
      reach: ({ lineId: line }) => this.reach.get(line) ?? null,
    });
    await rentals.load();
    await accounts.load();
    for (const n of [1, 2, 3]) await rentals.saveLine(lineOf(n));
    const changes: (readonly string[])[] = [];
    accounts.onChange((all) => changes.push(all.map(({ user }) => user)));
    this.#running = { rentals, accounts, changes };
  }

  async grant(n: number, days = 30): Promise<Rental> {
    const to = renters[n - 1] ?? renter;
    const request = { line: lineOf(n).id, renter: publicKeysToText(to), days, credit: null } as const;
    return await this.now.rentals.grant({ ...request, envelope_version: 1 });
  }

  /** What the last grant tells its renter of his account. */
  async told(id: RentalId, n = 1): Promise<SipTerms | null> {
    const pending = await this.core.store.grantOf(id);
    if (pending === null) throw new Error("no grant");
    const { terms } = openGrant(suite, (renters[n - 1] ?? renter).seed, pending.grant);
    return terms.sip === undefined ? null : sipTerms.parse(terms.sip);
  }
}

export const LINE = lineId("line-1");
export const UNKNOWN = rentalId("f".repeat(32));
