// How often the store is asked for what reputations are made of.

import { describe, expect, it } from "vitest";
import { days, millis } from "../../src/base/index.ts";
import type { RentalDays } from "../../src/core/index.ts";
import { Reputations } from "../../src/relay/server/reputations.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { DAY_S, NOW, NOW_S } from "./fixtures.ts";

const SEEN: RentalDays = [{ day: NOW_S / DAY_S - 10, sent: 4, acknowledged: 3 }];
const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `${at}`.padStart(16, "0"));

/** A store that knows `atOnce` listings in one answer, each of which takes `takes` ms. */
function reputationsOver(atOnce: number, takes = 0) {
  const clock = new VirtualClock(NOW);
  const asked: number[] = [];
  const sums = async (listingIds: readonly string[]) => {
    asked.push(listingIds.length);
    await clock.advance(millis(takes));
    return new Map(listingIds.slice(0, atOnce).map((id) => [id, id === ids(1)[0] ? [] : [SEEN]]));
  };
  const store = { mail: { sums }, rentals: {} } as never;
  return { clock, asked, reputations: new Reputations({ store, clock }) };
}

describe("reputations of many listings", () => {
  it("come of one question, and of none for the rest of the day", async () => {
    const { clock, asked, reputations } = reputationsOver(1000);
    const found = await reputations.of(ids(100));
    const good = { per_mille: 750, samples: 4, rentals: 1 };
    expect([...found]).toEqual(ids(100).map((id, at) => [id, at === 0 ? null : good]));
    await reputations.of(ids(100));
    expect(asked).toEqual([100]);
    await reputations.of(ids(150));
    expect(asked).toEqual([100, 50]);
    await clock.advance(days(1));
    await reputations.of(ids(2));
    expect(asked).toEqual([100, 50, 2]);
  });

  it("come in parts where the store must count, all of them without an end, and the first before any end", async () => {
    const { clock, asked, reputations } = reputationsOver(40, 30);
    const some = await reputations.of(ids(90), millis(clock.monotonic() + 20));
    expect([some.size, asked]).toEqual([40, [90]]);
    expect((await reputations.of(ids(90))).size).toBe(90);
    expect(asked).toEqual([90, 50, 10]);
  });
});
