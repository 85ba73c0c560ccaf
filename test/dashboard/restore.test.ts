// An identity that is brought back in a browser, at a relay that signs in a few keys in a minute.

import { afterEach, beforeEach, expect, it } from "vitest";
import { Secret, silentLogger } from "../../src/base/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { Controller } from "../../src/dashboard/pages/controller.ts";
import { findingIn } from "../../src/dashboard/pages/parts/finding.tsx";
import { initialState, type State } from "../../src/dashboard/pages/state.ts";
import { en } from "../../src/dashboard/pages/strings/en.ts";
import { Words } from "../../src/dashboard/pages/words.ts";
import { Store } from "../../src/page-parts/index.ts";
import { type Folder, newMaster, rentalKey, sealVault } from "../../src/renter/index.ts";
import { grantOf, NOW, NOW_S, suite } from "../renter/fixtures.ts";
import { LimitedRelay, quietWire } from "../renter/limited-relay.ts";
import { type Disk, MemoryFolder } from "../renter/memory-folder.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const argon2 = { memory_kib: 8192, iterations: 1, parallelism: 1 };
const PASSPHRASE = "a long passphrase";
const master = newMaster(suite, systemRandom);

let clock: VirtualClock;
let relay: LimitedRelay;
let store: Store<State>;
let controller: Controller;
let asked: number;
let marks: boolean[];

beforeEach(() => {
  asked = 0;
  marks = [];
  clock = new VirtualClock(NOW);
  relay = new LimitedRelay(clock);
  for (const index of [1, 2, 3, 12]) {
    const id = index.toString(16).padStart(16, "a");
    const to = rentalKey(suite, master, index);
    relay.grants.push(grantOf({ to, rentalId: id + id, listingId: id, startsAt: NOW_S }));
  }
  store = new Store(initialState({ name: "inbox" }, { theme: "dark", lockAfter: 0, isBackedUp: false }, NOW));
  const disks = new Map<string, Disk>();
  const openFolder = async (path: string): Promise<Folder> => {
    const disk = disks.get(path) ?? new Map();
    disks.set(path, disk);
    return new MemoryFolder(disk);
  };
  const ports = { suite, clock, random: systemRandom };
  controller = new Controller({
    ...{ ...ports, store, argon2, openShelf: () => openFolder("shelf") },
    session: {
      account: {
        ...{ ...ports, log: silentLogger, relayUrl: relay.url, fetch: relay.fetch, openWire: quietWire, openFolder },
      },
      ...{ tabs: { tell: () => {}, listen: () => {} }, freed: () => new Promise(() => {}), badge: () => {} },
    },
    ...{ erase: async () => {}, showTheme: () => {}, showLanguage: async () => {}, showPath: () => {} },
    ...{ keepLockAfter: () => {}, keepBackedUp: (is) => void marks.push(is), keepData: () => void asked++ },
  });
});
afterEach(() => controller.lock());

async function restored(): Promise<void> {
  const passphrase = new Secret(PASSPHRASE);
  const text = await sealVault({ suite, random: systemRandom, passphrase, master, argon2 });
  await controller.restore(text, PASSPHRASE, "");
}

it("all numbers come back, though the relay asks to wait, and the page says how far it is", async () => {
  await restored();
  const words = new Words(en, "en");
  const told = new Set<string>();
  store.subscribe(() => {
    const { restoring } = store.get();
    if (restoring !== null) told.add(findingIn(words, restoring.progress).replace(/\d+ s/, "… s"));
  });
  for (let steps = 0; store.get().restoring !== null && steps < 600; steps++) await clock.advance(1000 as never);
  expect(store.get()).toMatchObject({ restoring: null, restoreFault: null });
  expect(store.get().rentals).toHaveLength(4);
  expect([...told]).toContain("Looking for your numbers: key 5 of 23, found: 3.");
  expect([...told].some((text) => text.endsWith("it goes on in … s."))).toBe(true);
});

it("a search that is ended keeps what it has found", async () => {
  await restored();
  for (let steps = 0; store.get().rentals.length < 3 && steps < 600; steps++) await clock.advance(1000 as never);
  controller.stopFinding();
  await clock.advance(1000 as never);
  expect(store.get()).toMatchObject({ restoring: null, restoreFault: null });
  expect(store.get().rentals).toHaveLength(3);
});

it("an identity that is made here has no backup until one is saved; one that came out of a backup has", async () => {
  await controller.create(PASSPHRASE);
  expect(store.get().isBackedUp).toBe(false);
  controller.backedUp(true);
  await controller.lock();
  expect(store.get().isBackedUp).toBe(true);
  await controller.erase();
  expect(store.get().isBackedUp).toBe(false);
  await restored();
  expect(store.get().isBackedUp).toBe(true);
  expect(marks).toEqual([false, true, false, true]);
});

it("the browser is asked to keep an identity before it is used", async () => {
  await controller.create(PASSPHRASE);
  expect(asked).toBe(1);
});

it("whoever brings an identity back is led to the inbox, not to the account whose address showed the form", async () => {
  controller.show({ name: "account" });
  await restored();
  expect(store.get().view).toEqual({ name: "inbox" });
});
