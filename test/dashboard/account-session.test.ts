// Forgetting a device: the tokens of its keys end at the relay, and nothing signs in again behind it.

import { afterEach, beforeEach, expect, it } from "vitest";
import { millis, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { AccountSession } from "../../src/dashboard/pages/account-session.ts";
import { initialState, type State } from "../../src/dashboard/pages/state.ts";
import { Store } from "../../src/page-parts/index.ts";
import { type Folder, newMaster } from "../../src/renter/index.ts";
import { suite } from "../renter/fixtures.ts";
import { MemoryFolder } from "../renter/memory-folder.ts";
import { MarketStage } from "../sim/market-stage.ts";

let stage: MarketStage;
beforeEach(async () => {
  stage = await MarketStage.start();
});
afterEach(() => stage.stop());

function sessionAt(relayUrl: string) {
  const store = new Store<State>(
    initialState({ name: "inbox" }, { theme: "light", lockAfter: 0, isBackedUp: false }, systemClock.now()),
  );
  const folders = new Map<string, Folder>();
  const openFolder = async (path: string): Promise<Folder> => {
    const folder = folders.get(path) ?? new MemoryFolder();
    folders.set(path, folder);
    return folder;
  };
  const account = { suite, clock: systemClock, random: systemRandom, log: silentLogger, relayUrl, openFolder };
  const tabs = { tell: () => {}, listen: () => {} };
  const session = new AccountSession({ account, store, tabs, freed: () => new Promise(() => {}), badge: () => {} });
  return { session, store };
}

async function until(what: string, look: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (look()) return;
    await systemClock.sleep(millis(25), what);
  }
  throw new Error(`${what} did not come`);
}

it("ends the tokens at the relay, and does not sign in again", async () => {
  const { session, store } = sessionAt(stage.url);
  await session.start(newMaster(suite, systemRandom));
  await until("the live link", () => store.get().link === "live");
  const state = session.account?.keys[0]?.state;
  const token = state?.relay(stage.url).token?.value ?? "";
  const status = async () =>
    (await fetch(`${stage.url}/rentals`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await status()).toBe(200);
  await session.signOut();
  expect([await status(), state?.relay(stage.url).token]).toEqual([401, null]);
  await systemClock.sleep(millis(300), "somebody who signs in again");
  expect(state?.relay(stage.url).token).toBeNull();
  await session.stop();
});

it("forgets without a relay too", async () => {
  const { session, store } = sessionAt("http://127.0.0.1:9");
  await session.start(newMaster(suite, systemRandom));
  await until("the broken link", () => store.get().link === "broken");
  await session.signOut();
  await session.stop();
});
