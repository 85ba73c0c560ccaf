// What the relay forgets and when, and that a leaping clock makes it forget nothing.

import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, hours, millis, minutes, silentLogger } from "../../src/base/index.ts";
import type { SumSpan } from "../../src/core/index.ts";
import { Housekeeping } from "../../src/relay/server/housekeeping.ts";
import { RelayTime } from "../../src/relay/server/relay-time.ts";
import { relaySchema } from "../../src/relay/server/schema.ts";
import { openSqlite } from "../../src/sqlite/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { DAY_S, grantOf, messageOf, NOW, NOW_S, OTHER_RENTAL, otherRenter, receiptOf, renter } from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

describe("counts of deliveries", () => {
  it("are made ahead at the start, slice by slice, and later only of what ended since, or the day before", async () => {
    const clock = new VirtualClock(NOW);
    const asked: (readonly [number, number, string | null])[] = [];
    const slices = ["one", "two", null, null];
    const nothing = (): Promise<number> => Promise.resolve(0);
    const upkeep = {
      ...{ expireEnvelopes: nothing, removeRentals: nothing, forgetOrders: nothing, forgetPapers: nothing },
      forgetSessions: () => Promise.resolve(),
      sumUp: (span: SumSpan, after: string | null) => {
        asked.push([span.endedAfter, span.endedBefore, after]);
        return Promise.resolve(slices.shift() ?? null);
      },
    };
    const time = new RelayTime(clock, silentLogger);
    const shared = { store: { upkeep }, time, clock, log: silentLogger, keepMessages: days(7) };
    const housekeeping = new Housekeeping({ ...shared, wiped: () => {} });
    housekeeping.start();
    for (const count of [1, 2, 3]) {
      await expect.poll(() => asked.length).toBe(count);
      await clock.advance(millis(20));
    }
    expect(asked).toEqual([
      [0, NOW_S, null],
      [0, NOW_S, "one"],
      [0, NOW_S, "two"],
    ]);
    await clock.advance(minutes(10));
    await expect.poll(() => asked.length).toBe(4);
    expect(asked[3]).toEqual([NOW_S - DAY_S, NOW_S + 600, null]);
    await housekeeping.stop();
  });

  it("stop between two slices with the relay", async () => {
    const clock = new VirtualClock(NOW);
    let slices = 0;
    const upkeep = { sumUp: () => Promise.resolve(`${slices++}`) };
    const time = new RelayTime(clock, silentLogger);
    const shared = { store: { upkeep } as never, time, clock, log: silentLogger, keepMessages: days(7) };
    const housekeeping = new Housekeeping({ ...shared, wiped: () => {} });
    housekeeping.start();
    await expect.poll(() => slices).toBe(1);
    await housekeeping.stop();
    await clock.advance(minutes(1));
    expect(slices).toBe(1);
  });
});

describe("housekeeping", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
    await rig.register(grantOf({ expiresAt: NOW_S + 60 * DAY_S }));
  });
  afterEach(() => rig.stop());

  const waiting = async (who = renter): Promise<readonly (number | null)[]> =>
    (await rig.mailbox(await rig.login(who))).messages.map((one) => one.seq);

  it("keeps an envelope for seven days, then wipes it and still knows the message", async () => {
    await rig.forward(messageOf({ seq: 1 }));
    await rig.passDays(6);
    expect(await waiting()).toEqual([1]);
    await rig.forward(messageOf({ seq: 2, ts: NOW_S }));
    await rig.passDays(2);
    expect(await waiting()).toEqual([2]);
    expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 duplicate");
  });

  it("makes room in the mailbox of a renter who never reads", async () => {
    const small = await RelayRig.start({ limits: { mailboxMessages: 1 } });
    await small.register(grantOf());
    await small.forward(messageOf({ seq: 1 }));
    expect(verdictOf(await small.forward(messageOf({ seq: 2 })))).toBe("429 relay.mailbox_full");
    await small.passDays(8);
    expect(verdictOf(await small.forward(messageOf({ seq: 2 })))).toBe("200 queued");
    await small.stop();
  });

  it("serves an ended rental's messages for one more day", async () => {
    await rig.register(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter, expiresAt: NOW_S + DAY_S }));
    await rig.forward(messageOf({ rentalId: OTHER_RENTAL }));
    await rig.passDays(1);
    expect(await waiting(otherRenter)).toEqual([1]);
    await rig.passDays(2);
    expect(await waiting(otherRenter)).toEqual([]);
  });

  it("gives a late message a day of its own", async () => {
    await rig.register(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter, expiresAt: NOW_S + 60 }));
    await rig.clock.advance(hours(23));
    expect(verdictOf(await rig.forward(messageOf({ rentalId: OTHER_RENTAL, ts: NOW_S })))).toBe("200 queued");
    await rig.pass(hours(12));
    expect(await waiting(otherRenter)).toEqual([1]);
  });

  it("forgets a rental thirty days after its end, with its messages and receipts", async () => {
    await rig.register(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter, expiresAt: NOW_S + DAY_S }));
    const message = messageOf({ rentalId: OTHER_RENTAL });
    await rig.forward(message);
    const token = await rig.login(otherRenter);
    const receipts = [receiptOf(message.envelope, { by: otherRenter })];
    await rig.call("POST", "/sms/ack", { token, body: { receipts } });
    await rig.passDays(30);
    expect(verdictOf(await rig.forward(message))).toBe("200 duplicate");
    await rig.passDays(3);
    expect(verdictOf(await rig.forward(message))).toBe("404 relay.unknown_rental");
    expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 queued");
  });

  it("goes on after a round that failed", async () => {
    const file = join(rig.folder, "relay.sqlite");
    const database = await openSqlite({ file, clock: rig.clock, log: silentLogger, ...relaySchema });
    await database.write((tx) => tx.run("ALTER TABLE tokens RENAME TO away"));
    await rig.forward(messageOf({ seq: 1 }));
    await rig.passDays(1);
    await database.write((tx) => tx.run("ALTER TABLE away RENAME TO tokens"));
    await database.close();
    await rig.passDays(7);
    expect(await waiting()).toEqual([]);
  });

  it("wipes nothing and ends no rental when the clock leaps by ten years, and says so by keeping both", async () => {
    await rig.forward(messageOf({ seq: 1 }));
    rig.clock.jump(days(3650));
    await rig.pass(hours(2));
    expect(await waiting()).toEqual([1]);
    expect(verdictOf(await rig.forward(messageOf({ seq: 2 })))).toBe("200 queued");
  });

  it("takes messages when its own clock fell behind by years", async () => {
    rig.clock.jump(days(-3650));
    expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 queued");
  });
});

describe("RelayTime", () => {
  it("is the wall clock while that moves as time does", async () => {
    const clock = new VirtualClock(NOW);
    const time = new RelayTime(clock, silentLogger);
    await clock.advance(days(40));
    clock.jump(minutes(59));
    expect([time.earliest(), time.latest()]).toEqual([clock.now(), clock.now()]);
  });

  it("gives both readings for a day after a leap, then believes it", async () => {
    const clock = new VirtualClock(NOW);
    const time = new RelayTime(clock, silentLogger);
    clock.jump(days(100));
    expect([time.earliest(), time.latest()]).toEqual([NOW, NOW + days(100)]);
    await clock.advance(hours(23));
    expect(time.earliest()).toBe(NOW + hours(23));
    await clock.advance(hours(1));
    expect(time.earliest()).toBe(clock.now());
  });

  it("forgets its doubt when the clock is set right again", async () => {
    const clock = new VirtualClock(NOW);
    const time = new RelayTime(clock, silentLogger);
    clock.jump(days(-100));
    expect(time.latest()).toBe(NOW);
    clock.jump(days(100));
    expect([time.earliest(), time.latest()]).toEqual([NOW, NOW]);
    clock.jump(days(5));
    await clock.advance(hours(23));
    expect(time.earliest()).toBe(NOW + hours(23));
  });
});
