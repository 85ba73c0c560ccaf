// An account over a real relay with a box behind it: order, number, messages, restart, restore.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError, type Clock, hours, millis, minutes, parseEmc, silentLogger, unixMs } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import {
  type AccountDeps,
  type AccountSink,
  accountEntries,
  accountExport,
  accountRentals,
  type Folder,
  FREE,
  newMaster,
  type OrderPlan,
  RenterAccount,
  type RentingStep,
  rentNumber,
} from "../../src/renter/index.ts";
import { MarketStage } from "../sim/market-stage.ts";
import { suite } from "./fixtures.ts";
import { type Disk, MemoryFolder } from "./memory-folder.ts";

const LISTING = "a1b2c3d4e5f64a7b";
const master = newMaster(suite, systemRandom);
const quiet: AccountSink = { messages: () => {}, refused: () => {}, up: () => {}, down: () => {} };

let stage: MarketStage;
let disks: Map<string, Disk>;
const open: RenterAccount[] = [];
beforeEach(async () => {
  stage = await MarketStage.start();
  await stage.list({ id: LISTING, number: "+15550100", daily: "0.05", features: [] });
  disks = new Map();
});
afterEach(async () => {
  for (const account of open.splice(0)) await account.close();
  await stage.stop();
});

function deps(): AccountDeps {
  const openFolder = async (path: string): Promise<Folder> => {
    const disk = disks.get(path) ?? new Map();
    disks.set(path, disk);
    return new MemoryFolder(disk);
  };
  return { suite, clock: systemClock, random: systemRandom, log: silentLogger, relayUrl: stage.url, openFolder };
}

async function account(): Promise<RenterAccount> {
  const made = await RenterAccount.open(deps(), master, "readWrite");
  open.push(made);
  return made;
}

const plan = (): OrderPlan => ({
  provider: publicKeysToText(stage.provider).verify,
  agreed: { rental: parseEmc("0.05"), perSms: 0 },
  request: {
    ...{ listing_id: LISTING, tier: "sms_only", duration: "daily", sms: 0 },
    ...{ payment: { method: "emc" }, envelope_version: 1 },
  },
});

const signal = new AbortController().signal;

async function rented(by: RenterAccount, wanted = plan()): Promise<string> {
  const { request } = await by.plan(wanted);
  const id = request.order_id;
  let paid: Promise<void> = Promise.resolve();
  const tell = (step: RentingStep): void => {
    if (step.type !== "pay_to") return;
    expect(step.until * 1000).toBeGreaterThan(systemClock.now());
    paid = stage.paid(id);
  };
  await rentNumber({ account: by, suite, clock: systemClock, payer: null, tell, lookEvery: millis(50) }, id, signal);
  await paid;
  return id;
}

describe("RenterAccount", () => {
  it("rents with a key of its own, and shows number, message and receipt", async () => {
    const mine = await account();
    const id = await rented(mine);
    expect(mine.keys.map(({ index }) => index)).toEqual([0, 1]);
    expect(mine.order(id)?.request.renter).not.toEqual(publicKeysToText(master));
    expect(accountRentals(suite, mine)).toMatchObject([{ number: "+15550100", key: 1, received: 0, gaps: [] }]);
    await stage.sms(id, { body: "one" });
    await stage.sms(id, { body: "two" });
    for (const { client } of mine.keys) await client.sync({ messages: async () => {}, refused: () => {} }, signal);
    expect(accountEntries(mine).map(({ entry }) => entry.payload)).toMatchObject([{ body: "two" }, { body: "one" }]);
    expect(accountRentals(suite, mine)[0]?.received).toBe(2);
    const { bundles, unproven } = await accountExport(mine, { suite, clock: systemClock, texts: false }, signal);
    expect(bundles).toMatchObject([{ format: "numberbox-renter-export", messages: [{}, {}], relays: [] }]);
    expect(unproven).toBe(2);
    expect(JSON.stringify(bundles)).not.toContain("plain");
  });

  it("signs out with every key, and can come again", async () => {
    const mine = await account();
    await rented(mine);
    const tokens = () => mine.keys.map(({ state }) => state.relay(stage.url).token !== null);
    expect(tokens()).toEqual([false, true]);
    await mine.signOut(signal);
    expect(tokens()).toEqual([false, false]);
    for (const { client } of mine.keys) await client.sync({ messages: async () => {}, refused: () => {} }, signal);
    expect(tokens()).toEqual([true, true]);
  });

  it("listens with a key from the moment its rental is granted, and stops when told to", async () => {
    const mine = await account();
    const got = Promise.withResolvers<string>();
    const stop = new AbortController();
    const sink: AccountSink = {
      ...quiet,
      messages: (_key, [entry]) => got.resolve(entry?.payload.type === "sms" ? entry.payload.body : ""),
    };
    const following = mine.follow(sink, stop.signal);
    const id = await rented(mine);
    await stage.sms(id, { body: "pushed" });
    expect(await got.promise).toBe("pushed");
    stop.abort();
    await following;
  });

  /** Orders and looks at the address to pay to, then goes elsewhere in the app. */
  async function orderedAndLeft(by: RenterAccount): Promise<string> {
    const { request } = await by.plan(plan());
    const leave = new AbortController();
    const tell = ({ type }: { readonly type: string }): void => {
      if (type === "pay_to") leave.abort();
    };
    const parts = { account: by, suite, clock: systemClock, payer: null, tell, lookEvery: millis(50) };
    await expect(rentNumber(parts, request.order_id, leave.signal)).rejects.toMatchObject({ code: "base.stopped" });
    return request.order_id;
  }

  /** What an app shows while it follows. */
  function following(by: RenterAccount) {
    const stop = new AbortController();
    const shown = { texts: [] as string[], ups: 0 };
    const sink: AccountSink = {
      ...quiet,
      up: () => shown.ups++,
      messages: (_key, entries) => {
        for (const { payload } of entries) shown.texts.push(payload.type === "sms" ? payload.body : "");
      },
    };
    const over = by.follow(sink, stop.signal);
    const end = (): Promise<void> => {
      stop.abort();
      return over;
    };
    return { shown, end };
  }

  it("shows number and SMS of an order that is paid after its page was left", async () => {
    const mine = await account();
    const app = following(mine);
    const id = await orderedAndLeft(mine);
    await stage.paid(id);
    await stage.sms(id, { body: "code 1" });
    await expect.poll(() => app.shown.texts).toEqual(["code 1"]);
    expect(accountRentals(suite, mine)).toMatchObject([{ number: "+15550100" }]);
    await expect.poll(() => mine.order(id)?.answer?.state).toBe("granted");
    await app.end();
  });

  it("shows the number that is granted while it listens, before any SMS comes", async () => {
    const first = await account();
    const id = await orderedAndLeft(first);
    await open.pop()?.close();
    const again = await account();
    const app = following(again);
    await expect.poll(() => app.shown.ups).toBe(2);
    await stage.paid(id);
    await expect.poll(() => accountRentals(suite, again).map(({ number }) => number)).toEqual(["+15550100"]);
    await expect.poll(() => again.order(id)?.answer?.state).toBe("granted");
    await app.end();
  });

  it("knows keys, orders and messages again after a restart", async () => {
    const first = await account();
    const id = await rented(first);
    await stage.sms(id, { body: "kept" });
    await first.keys[1]?.client.sync({ messages: async () => {}, refused: () => {} }, signal);
    await first.close();
    open.splice(0);
    const second = await account();
    expect(second.order(id)?.answer?.state).toBe("granted");
    expect(accountEntries(second)).toHaveLength(1);
    expect(accountRentals(suite, second)).toHaveLength(1);
  });

  it("takes up an order again whose page was closed, and pays nothing twice", async () => {
    const mine = await account();
    const { request } = await mine.plan(plan());
    const leave = new AbortController();
    const steps: string[] = [];
    const tell = ({ type }: { readonly type: string }): void => {
      steps.push(type);
      if (type === "pay_to") leave.abort();
    };
    const parts = { account: mine, suite, clock: systemClock, payer: null, tell, lookEvery: millis(50) };
    await expect(rentNumber(parts, request.order_id, leave.signal)).rejects.toMatchObject({ code: "base.stopped" });
    expect(mine.order(request.order_id)).toMatchObject({ ended: null, answer: null });
    await stage.paid(request.order_id);
    const grant = await rentNumber(parts, request.order_id, signal);
    expect(grant.listing_id).toBe(LISTING);
    expect(steps.filter((step) => step === "pay_to")).toHaveLength(1);
  });

  it("goes on with a rental under the same key, and knows the new end of it", async () => {
    const mine = await account();
    await rented(mine);
    const [before] = accountRentals(suite, mine);
    const change = { kind: "renew", rental_id: before?.grant.rental_id ?? "" } as const;
    const { request } = plan();
    await rented(mine, { ...plan(), request: { ...request, duration: "weekly", change }, key: before?.key ?? 0 });
    const rentals = accountRentals(suite, mine);
    expect(rentals).toHaveLength(1);
    expect(rentals[0]?.grant).toMatchObject({
      rental_id: change.rental_id,
      rev: 2,
      expires_at: (before?.grant.expires_at ?? 0) + 7 * 86_400,
    });
    expect(mine.keys).toHaveLength(2);
  });

  it("ends a rental under its own signature, and knows it as over", async () => {
    const mine = await account();
    await rented(mine);
    const [before] = accountRentals(suite, mine);
    const rental = before?.grant.rental_id ?? "";
    const { request } = plan();
    const ending = { ...plan(), agreed: FREE, key: before?.key ?? 0, cancels: rental };
    const ended = await mine.plan({ ...ending, request: { ...request, listing_id: LISTING } });
    const parts = { account: mine, suite, clock: systemClock, payer: null, tell: () => {}, lookEvery: millis(50) };
    const grant = await rentNumber(parts, ended.request.order_id, signal);
    expect(grant).toEqual(before?.grant);
    expect([before?.cancelledAt, accountRentals(suite, mine)[0]?.cancelledAt]).toEqual([null, ended.made_at]);
  });

  it("finds its numbers again with nothing but the master", async () => {
    await rented(await account());
    await open.pop()?.close();
    disks = new Map();
    const restored = await account();
    expect(accountRentals(suite, restored)).toEqual([]);
    await restored.findKeys(signal);
    expect(accountRentals(suite, restored)).toMatchObject([{ number: "+15550100", key: 1 }]);
    expect(restored.keys).toHaveLength(2);
  });

  it("refuses an order that was made elsewhere, in words of its own", async () => {
    const parts = {
      account: await account(),
      suite,
      clock: systemClock,
      payer: null,
      tell: () => {},
      lookEvery: millis(50),
    };
    await expect(rentNumber(parts, "00".repeat(16), signal)).rejects.toMatchObject({ code: "market.unknown_order" });
  });

  it("leaves nothing readable on the disk", async () => {
    const mine = await account();
    const id = await rented(mine);
    await stage.sms(id, { body: "canary text", from: "+15550177" });
    await mine.keys[1]?.client.sync({ messages: async () => {}, refused: () => {} }, signal);
    const all = [...disks.values()].flatMap((disk) =>
      [...disk.values()].map((bytes) => Buffer.from(bytes).toString("latin1")),
    );
    expect(all.join("\n")).not.toMatch(new RegExp(`canary|15550177|15550100|${LISTING}|${id}`));
  });
});

describe("two changes at once", () => {
  /** A disk that takes its time. */
  class SlowFolder extends MemoryFolder {
    override async replace(name: string, bytes: Uint8Array): Promise<void> {
      await systemClock.sleep(millis(5), "the disk");
      await super.replace(name, bytes);
    }
  }

  it("both stay: of two orders neither loses its ticket, nor its key", async () => {
    const openFolder = async (path: string): Promise<Folder> => {
      const disk = disks.get(path) ?? new Map();
      disks.set(path, disk);
      return new SlowFolder(disk);
    };
    const mine = await RenterAccount.open({ ...deps(), openFolder }, master, "readWrite");
    open.push(mine);
    const planned = await Promise.all([mine.plan(plan()), mine.plan(plan())]);
    expect(planned.map(({ key }) => key)).toEqual([1, 2]);
    const [one = "", other = ""] = planned.map(({ request }) => request.order_id);
    const ticket = { chap: `1:1:${"a".repeat(40)}`, tx: "00" };
    await Promise.all([mine.changeOrder(one, { ticket }), mine.changeOrder(other, { ended: "market.refused" })]);
    await Promise.all([mine.keepEscrow("a", "first"), mine.keepEscrow("b", "second")]);
    expect([mine.order(one)?.ticket, mine.order(other)?.ended]).toEqual([ticket, "market.refused"]);
    expect([mine.escrow("a"), mine.escrow("b"), mine.orders.length]).toEqual(["first", "second", 2]);
  });
});

describe("a renter whose clock is two hours ahead", () => {
  const wrong: Clock = {
    now: () => unixMs(systemClock.now() + hours(2)),
    monotonic: () => systemClock.monotonic(),
    after: (...given) => systemClock.after(...given),
    sleep: (...given) => systemClock.sleep(...given),
  };
  const wrongly = async (): Promise<RenterAccount> => {
    const made = await RenterAccount.open({ ...deps(), clock: wrong }, master, "readWrite");
    open.push(made);
    return made;
  };
  const parts = (by: RenterAccount) => ({ account: by, suite, clock: wrong, lookEvery: millis(50) });

  it("pays coins and gets his number: an order ends by the relay's clock", async () => {
    const mine = await wrongly();
    const { request } = await mine.plan(plan());
    let paid: Promise<void> = Promise.resolve();
    const tell = ({ type }: { readonly type: string }): void => {
      // Several looks at the order come before the coins do.
      if (type === "pay_to") paid = systemClock.sleep(millis(400), "coins").then(() => stage.paid(request.order_id));
    };
    await rentNumber({ ...parts(mine), payer: null, tell }, request.order_id, signal);
    await paid;
    expect(mine.order(request.order_id)).toMatchObject({ ended: null, answer: { state: "granted" } });
    expect(Math.round(mine.clockAhead / minutes(1))).toBe(120);
  });

  it("is asked for a ticket, and the provider is not called dishonest", async () => {
    const mine = await wrongly();
    const { request } = await mine.plan({ ...plan(), request: { ...plan().request, payment: { method: "randpay" } } });
    const payer = {
      ticket: () => Promise.reject(new AppError("test.asked", "for a ticket")),
      settled: async () => {},
    };
    const renting = rentNumber({ ...parts(mine), payer, tell: () => {} }, request.order_id, signal);
    await expect(renting).rejects.toMatchObject({ code: "test.asked" });
    expect(mine.order(request.order_id)?.ended).toBe(null);
  });
});

it("an order that was said to be over and is granted all the same brings its number", async () => {
  const first = await account();
  const { request } = await first.plan(plan());
  const stop = new AbortController();
  const tell = ({ type }: { readonly type: string }): void => {
    if (type === "pay_to") stop.abort();
  };
  const parts = { account: first, suite, clock: systemClock, payer: null, tell, lookEvery: millis(50) };
  await expect(rentNumber(parts, request.order_id, stop.signal)).rejects.toMatchObject({ code: "base.stopped" });
  await first.changeOrder(request.order_id, { ended: "market.order_over" });
  await open.pop()?.close();
  await stage.paid(request.order_id);
  const again = await account();
  const end = new AbortController();
  const following = again.follow(quiet, end.signal);
  await expect.poll(() => accountRentals(suite, again).map(({ number }) => number)).toEqual(["+15550100"]);
  await expect.poll(() => again.order(request.order_id)).toMatchObject({ ended: null, answer: { state: "granted" } });
  end.abort();
  await following;
});
