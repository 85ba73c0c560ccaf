// An account that is brought back with nothing but its master, at a relay with the limits that relays have by default.

import { beforeEach, describe, expect, it } from "vitest";
import { minutes, silentLogger } from "../../src/base/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import {
  accountRentals,
  EMPTY_KEYS,
  type Folder,
  type KeySearch,
  newMaster,
  type OrderPlan,
  RenterAccount,
  rentalKey,
} from "../../src/renter/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { grantOf, LISTING, NOW, NOW_S, provider, suite } from "./fixtures.ts";
import { LimitedRelay } from "./limited-relay.ts";
import { type Disk, MemoryFolder } from "./memory-folder.ts";

const master = newMaster(suite, systemRandom);
let clock: VirtualClock;
let relay: LimitedRelay;
let disks: Map<string, Disk>;

beforeEach(() => {
  clock = new VirtualClock(NOW);
  relay = new LimitedRelay(clock);
  disks = new Map();
});

/** A relay that has rentals of these keys. */
function rent(...keys: readonly number[]): void {
  for (const index of keys) {
    const id = index.toString(16).padStart(16, "a");
    relay.grants.push(
      grantOf({
        ...{ to: rentalKey(suite, master, index), number: `+155501${index}`, startsAt: NOW_S },
        ...{ rentalId: id + id, listingId: id },
      }),
    );
  }
}

async function open(): Promise<RenterAccount> {
  const openFolder = async (path: string): Promise<Folder> => {
    const disk = disks.get(path) ?? new Map();
    disks.set(path, disk);
    return new MemoryFolder(disk);
  };
  const ports = { suite, clock, random: systemRandom, log: silentLogger, relayUrl: relay.url, fetch: relay.fetch };
  return RenterAccount.open({ ...ports, openFolder }, master, "readWrite");
}

const signal = new AbortController().signal;
const numbersOf = (account: RenterAccount): readonly (string | null)[] =>
  accountRentals(suite, account)
    .map(({ number }) => number)
    .toSorted();

const order: OrderPlan = {
  provider: publicKeysToText(provider).verify,
  agreed: { rental: 0, perSms: 0 } as OrderPlan["agreed"],
  request: {
    ...{ listing_id: LISTING, tier: "sms_only", duration: "daily", sms: 0 },
    ...{ payment: { method: "emc" }, envelope_version: 1 },
  },
};

describe("the search for the keys of an account", () => {
  it("finds nine numbers at a relay that signs ten keys in a minute, and says what it waits for", async () => {
    rent(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const account = await open();
    const told: KeySearch[] = [];
    await clock.settle(account.findKeys(signal, (search) => told.push(search)));
    expect(numbersOf(account)).toHaveLength(9);
    expect(account.data.keys).toBe(9);
    expect(relay.refused).toBeGreaterThan(0);
    expect(told.some(({ wait }) => wait !== null && wait <= minutes(1))).toBe(true);
    expect(told.at(-1)).toEqual({ key: 9 + EMPTY_KEYS, last: 9 + EMPTY_KEYS, found: 9, wait: null });
    await account.close();
  });

  it("goes on over the keys of orders that brought nothing, and of rentals that the relay has forgotten", async () => {
    rent(EMPTY_KEYS, 2 * EMPTY_KEYS);
    const account = await open();
    await clock.settle(account.findKeys(signal));
    expect(numbersOf(account)).toHaveLength(2);
    expect(account.keys).toHaveLength(2 * EMPTY_KEYS + 1);
    await account.close();
  });

  it("keeps what it has found when it is ended, and goes on from there without signing in again", async () => {
    rent(1, 2, 12);
    const first = await open();
    const stop = new AbortController();
    const search = first.findKeys(stop.signal, ({ wait }) => {
      if (wait !== null) stop.abort();
    });
    await expect(clock.settle(search)).rejects.toMatchObject({ code: "base.stopped" });
    expect(first.data.keys).toBe(2);
    await first.close();
    const before = relay.signedIn.length;
    const second = await open();
    expect(numbersOf(second)).toHaveLength(2);
    await clock.settle(second.findKeys(signal));
    expect(numbersOf(second)).toHaveLength(3);
    expect(relay.signedIn.length - before).toBe(12 + EMPTY_KEYS - before);
    await second.close();
  });

  it("gives an order that is made meanwhile the next key, and keeps that too", async () => {
    rent(1);
    const account = await open();
    const made: Promise<unknown>[] = [];
    const search = account.findKeys(signal, ({ key, wait }) => {
      if (key === 5 && wait === null) made.push(account.plan(order));
    });
    await clock.settle(search);
    await Promise.all(made);
    expect(account.orders.map(({ key }) => key)).toEqual([2]);
    expect(account.keys.map(({ index }) => index)).toEqual([0, 1, 2]);
    await account.close();
  });
});
