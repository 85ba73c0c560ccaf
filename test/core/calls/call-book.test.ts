import { describe, expect, it } from "vitest";
import {
  hours,
  microEmc,
  minutes,
  type RentalId,
  seconds,
  silentLogger,
  slotId,
  toBase64url,
} from "../../../src/base/index.ts";
import { CallBook, type CallTerms, type EndCause, type Rental } from "../../../src/core/index.ts";
import { openCallRecord } from "../../../src/envelope/index.ts";
import { identity, suite, verifyOf } from "../../relay/fixtures.ts";
import { MemoryCalls, MemoryMoney } from "../../sim/memory-calls.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { sampleLine, sampleRental } from "../../sim/store-samples.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const renter = identity("renter");
const line = sampleLine(1);
const rental: Rental = sampleRental(1, { renter: { verify: verifyOf(renter), encrypt: toBase64url(renter.encrypt) } });
const NUMBER = "+4930123456";
const TERMS: CallTerms = {
  ...{ pricePerMinute: microEmc(10_000), includedMinutes: 0, maxCall: hours(2), minutesPerDay: null },
};

/** One disk and one purse, on which one process after another may run. */
class Rig {
  readonly clock = new VirtualClock();
  readonly store = new MemoryCalls(() => line.listingId);
  readonly events: { readonly code: string }[] = [];
  readonly money: MemoryMoney;
  readonly terms: CallTerms;
  book: CallBook;
  heard: string[] = [];
  fullAtStart = false;
  #ids = 0;

  constructor({ terms = {}, credit = 1_000_000 }: { terms?: Partial<CallTerms>; credit?: number | null } = {}) {
    this.terms = { ...TERMS, ...terms };
    this.money = new MemoryMoney(credit);
    this.book = this.#process();
  }

  #process(): CallBook {
    const events = { record: (event: { readonly code: string }) => void this.events.push(event) };
    return new CallBook({
      ...{ store: this.store, suite, random: new SeededRandom("book"), clock: this.clock, log: silentLogger, events },
      ...{ now: () => this.clock.now(), terms: () => this.terms, money: this.money },
    });
  }

  /** The process dies; the next one reads the disk. */
  async crash(): Promise<void> {
    // Nothing of the dead process runs any more.
    this.store.fault = "store.full";
    await this.book.stop();
    this.store.fault = this.fullAtStart ? "store.full" : null;
    this.book = this.#process();
    await this.book.load();
    await this.clock.flush();
  }

  open({
    direction = "out",
    of = rental,
    number = NUMBER,
  }: {
    direction?: "in" | "out";
    of?: Rental | null;
    number?: string | null;
  } = {}) {
    return this.book.open({
      ...{ id: (++this.#ids).toString(16).padStart(32, "0"), direction, line, slot: slotId("s1"), rental: of, number },
      startedAt: this.clock.now(),
      onRunningOut: () => void this.heard.push("running out"),
      onRanOut: (cause) => void this.heard.push(`ran out: ${cause}`),
    });
  }

  async call(length: number, cause: EndCause = "hung_up", options: Parameters<Rig["open"]>[0] = {}): Promise<void> {
    const account = this.open(options);
    await this.clock.advance(seconds(3));
    account.talking();
    await this.clock.advance(seconds(length));
    account.over(cause);
    await this.clock.flush();
  }

  get rows() {
    return [...this.store.rows.values()];
  }
}

describe("the book of calls", () => {
  it("keeps a call with what it cost, and its number for the renter alone", async () => {
    const rig = new Rig();
    const began = rig.clock.now();
    await rig.call(61);
    const [row] = rig.rows;
    expect(row).toMatchObject({
      ...{ direction: "out", startedAt: began, answeredAt: began + 3000, endedAt: began + 64_000, cause: "hung_up" },
      ...{ duration: 61_000, minutes: 2, included: 0, cost: 20_000, rentalId: rental.id },
    });
    expect(JSON.stringify(rig.rows)).not.toContain(NUMBER.slice(1));
    expect(openCallRecord(suite, renter.seed, row?.record?.sealed ?? "")).toEqual({
      ...{ id: row?.id, rental_id: rental.id, listing_id: rental.listingId, direction: "out", line: line.number },
      ...{ number: NUMBER, started_ms: began, answered_ms: began + 3000, duration_ms: 61_000 },
      ...{ minutes: 2, cost: "0.02", cause: "hung_up" },
    });
    expect(rig.money.left).toBe(980_000);
    expect(rig.book.usage(rental.id)).toEqual({ calls: 1, minutes: 2, included: 0, cost: 20_000, dialledToday: 2 });
  });

  it("keeps a missed call, which cost nothing", async () => {
    const rig = new Rig();
    const account = rig.open({ direction: "in", number: null });
    await rig.clock.advance(seconds(25));
    account.over("no_answer");
    account.over("hung_up");
    account.talking();
    await rig.clock.flush();
    expect(rig.rows).toMatchObject([{ answeredAt: null, duration: 0, minutes: 0, cost: 0, cause: "no_answer" }]);
    expect(openCallRecord(suite, renter.seed, rig.rows[0]?.record?.sealed ?? "")).toMatchObject({ number: null });
    expect(rig.clock.pending).toEqual([]);
  });

  it("keeps a call for a line that nobody rents without any number", async () => {
    const rig = new Rig();
    rig.open({ direction: "in", of: null }).over("no_rental");
    await rig.clock.flush();
    expect(rig.rows).toMatchObject([{ rentalId: null, record: null, cause: "no_rental" }]);
  });

  it("keeps no more than 120 dialled calls an hour that nobody answered, and all that were answered", async () => {
    const rig = new Rig();
    for (let n = 0; n < 200; n++) rig.open().over("blocked");
    await rig.call(10);
    rig.open({ direction: "in" }).over("cancelled");
    await rig.clock.flush(500);
    expect(rig.rows.map(({ cause }) => cause)).toEqual([...Array(120).fill("blocked"), "hung_up", "cancelled"]);
    expect(rig.book.usage(rental.id)).toMatchObject({ calls: 202 });
    await rig.clock.advance(hours(1));
    rig.open().over("blocked");
    await rig.clock.flush();
    expect(rig.rows).toHaveLength(123);
  });

  it("keeps of what a phone dialled nothing but printable text, sealed", async () => {
    const rig = new Rig();
    rig.open({ number: "\u0661\u0662\r\nATD112;" }).over("blocked");
    await rig.clock.flush();
    expect(openCallRecord(suite, renter.seed, rig.rows[0]?.record?.sealed ?? "").number).toBe("????ATD112;");
  });

  it("warns, then cuts off when the credit is used up", async () => {
    const rig = new Rig({ credit: 25_000 });
    const account = rig.open();
    account.talking();
    await rig.clock.advance(seconds(119));
    expect(rig.heard).toEqual(["running out", "running out"]);
    await rig.clock.advance(seconds(30));
    expect(rig.heard).toEqual(["running out", "running out", "ran out: no_credit"]);
    account.over("no_credit");
    await rig.clock.flush();
    expect(rig.rows).toMatchObject([{ duration: 120_000, minutes: 2, cost: 20_000, cause: "no_credit" }]);
    expect(rig.money.left).toBe(5_000);
    expect(await rig.book.refusal(rental, "out")).toBe("no_credit");
  });

  it("uses included minutes over the whole rental, then credit", async () => {
    const rig = new Rig({ terms: { includedMinutes: 3 } });
    await rig.call(61);
    await rig.call(61);
    expect(rig.rows.map(({ included, cost }) => [included, cost])).toEqual([
      [2, 0],
      [1, 10_000],
    ]);
  });

  it("lets no rental dial more than its minutes of a day, and again the next day", async () => {
    const rig = new Rig({ terms: { minutesPerDay: 2 } });
    await rig.call(61);
    expect(await rig.book.refusal(rental, "out")).toBe("day_limit");
    expect(await rig.book.refusal(rental, "in")).toBeNull();
    await rig.clock.advance(hours(24));
    expect(await rig.book.refusal(rental, "out")).toBeNull();
    expect(rig.book.usage(rental.id)).toMatchObject({ minutes: 2, dialledToday: 0 });
  });

  it("bills nobody for a rental that is not billed", async () => {
    const rig = new Rig({ credit: null });
    await rig.call(600);
    expect(rig.heard).toEqual([]);
    expect(rig.book.usage(rental.id)).toMatchObject({ minutes: 11 });
  });

  it("is not misled by a clock that jumps", async () => {
    const rig = new Rig();
    const account = rig.open();
    account.talking();
    await rig.clock.advance(seconds(30));
    rig.clock.jump(hours(-48));
    await rig.clock.advance(seconds(40));
    rig.clock.jump(hours(72));
    account.over("hung_up");
    await rig.clock.flush();
    expect(rig.rows).toMatchObject([{ duration: 70_000, minutes: 2, cost: 20_000 }]);
  });
});

describe("a crash", () => {
  it("in mid-call loses at most the minute that was on, and bills each minute once", async () => {
    const rig = new Rig();
    const account = rig.open();
    account.talking();
    await rig.clock.advance(seconds(150));
    expect(rig.rows).toMatchObject([{ minutes: 3, endedAt: null, cause: null }]);
    const left = rig.money.left;
    await rig.crash();
    expect(rig.rows).toMatchObject([{ minutes: 3, duration: 120_000, cost: 30_000, cause: "failed" }]);
    expect(rig.rows[0]?.endedAt).toBe(rig.clock.now());
    expect([rig.money.left, rig.money.charges.size]).toEqual([left, 3]);
    expect(rig.book.usage(rental.id)).toMatchObject({ calls: 1, minutes: 3, cost: 30_000, dialledToday: 3 });
    expect(rig.events.at(-1)).toMatchObject({ code: "call.cut_by_restart", details: { calls: 1 } });
    const record = openCallRecord(suite, renter.seed, rig.rows[0]?.record?.sealed ?? "");
    expect(record).toMatchObject({ number: NUMBER, duration_ms: null, minutes: 3, cause: null });
  });

  it("between a call's write and its bill is made up for", async () => {
    const rig = new Rig();
    const account = rig.open();
    account.talking();
    await rig.clock.flush();
    // As if the process had died right behind the write.
    rig.money.charges.clear();
    rig.money.left = microEmc(1_000_000);
    await rig.crash();
    expect([...rig.money.charges.values()]).toEqual([10_000]);
    expect(rig.money.left).toBe(990_000);
  });

  it("before an answer leaves nothing", async () => {
    const rig = new Rig();
    rig.open();
    await rig.clock.advance(seconds(5));
    await rig.crash();
    expect(rig.rows).toEqual([]);
  });
});

describe("a disk that is full", () => {
  it("at the start holds the box up no longer than it reads", async () => {
    const rig = new Rig();
    rig.open().talking();
    await rig.clock.flush();
    rig.fullAtStart = true;
    await rig.crash();
    expect(rig.book.usage(rental.id)).toMatchObject({ calls: 1, minutes: 1 });
    expect(rig.rows).toMatchObject([{ endedAt: null }]);
    rig.store.fault = null;
    await rig.clock.advance(seconds(6));
    expect(rig.rows).toMatchObject([{ minutes: 1, cause: "failed", endedAt: expect.any(Number) }]);
  });

  it("holds no call up; all of it is written once there is room, in order", async () => {
    const rig = new Rig();
    rig.store.fault = "store.full";
    await rig.call(61);
    expect(rig.rows).toEqual([]);
    expect(rig.events.map(({ code }) => code)).toEqual(["call.records_wait"]);
    expect(rig.book.usage(rental.id)).toMatchObject({ minutes: 2 });
    rig.store.fault = null;
    await rig.clock.advance(seconds(6));
    expect(rig.rows).toMatchObject([{ minutes: 2, cause: "hung_up" }]);
    expect([...rig.money.charges]).toHaveLength(2);
    expect(rig.events.map(({ code }) => code)).toEqual(["call.records_wait", "call.records_kept"]);
  });

  it("does not hold the box's end up", async () => {
    const rig = new Rig();
    const account = rig.open();
    account.talking();
    rig.store.fault = "store.full";
    await rig.clock.advance(minutes(1));
    const stopped = rig.book.stop();
    await rig.clock.flush();
    await stopped;
    expect(rig.clock.pending).toEqual([]);
  });
});

it("a rental without calls has used nothing", () => {
  const usage = new Rig().book.usage("00".repeat(16) as RentalId);
  expect(usage).toEqual({ calls: 0, minutes: 0, included: 0, cost: 0, dialledToday: 0 });
});
