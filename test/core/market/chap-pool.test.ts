// The box's side of the relay's pool: filled for what is offered, filled up again, renewed, withdrawn, and never asked for in vain.

import { describe, expect, it, onTestFinished } from "vitest";
import {
  AppError,
  EMC,
  hours,
  type Logger,
  type MicroEmc,
  type Millis,
  microEmc,
  minutes,
  seconds,
  silentLogger,
  unixMs,
} from "../../../src/base/index.ts";
import {
  ChapPool,
  type ChapRelay,
  type IssuedChap,
  isSignedPooledChap,
  planChaps,
  ticketValue,
  wantedChaps,
} from "../../../src/core/index.ts";
import { ticketAmount } from "../../../src/emercoin/index.ts";
import type { PooledChap } from "../../../src/protocol/index.ts";
import { NOW, provider, suite, verifyOf } from "../../relay/fixtures.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const [CENT, DIME] = [microEmc(10_000), microEmc(100_000)];

/** Payments whose node makes challenges as long as it is up. */
class FakePayments {
  readonly clock: VirtualClock;
  readonly lent = new Map<string, IssuedChap>();
  life: Millis = hours(6);
  made = 0;
  /** How many the node makes before it is away. */
  upFor = Number.POSITIVE_INFINITY;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async lendChap(price: MicroEmc): Promise<IssuedChap> {
    if (this.upFor <= 0) throw new AppError("emercoin.unreachable", "the node is away", { retryable: true });
    this.upFor--;
    const { amount, risk } = ticketAmount(price);
    const text = `${++this.made}`;
    const now = this.clock.now();
    const times = { issuedAt: now, expiresAt: unixMs(now + this.life) };
    const chap: IssuedChap = { ...{ text, amount, risk, state: "offered", orderId: null }, ...times };
    this.lent.set(text, chap);
    return chap;
  }

  lentChaps(): readonly IssuedChap[] {
    return [...this.lent.values()].filter(({ expiresAt }) => expiresAt > this.clock.now());
  }
}

class FakeRelay implements ChapRelay {
  held: readonly PooledChap[] = [];
  state: "up" | "away" | "older" = "up";
  /** Takes the next list, and its answer is lost. */
  losesAnswer = false;
  asked = 0;
  put: readonly PooledChap[][] = [];

  async leftChaps(signal: AbortSignal): ReturnType<ChapRelay["leftChaps"]> {
    if (signal.aborted) throw new AppError("base.stopped", "the relay client was stopped");
    this.asked++;
    if (this.state === "away") return { kind: "retry", code: "relay.unreachable" };
    if (this.state === "older") return { kind: "unknown", code: "relay.unknown_route" };
    return { chaps: this.texts() };
  }

  async putChaps(chaps: readonly PooledChap[]): ReturnType<ChapRelay["putChaps"]> {
    if (this.state !== "up") return { kind: "retry", code: "relay.unreachable" };
    this.put = [...this.put, [...chaps]];
    this.held = chaps;
    if (!this.losesAnswer) return { kind: "taken" };
    this.losesAnswer = false;
    return { kind: "retry", code: "relay.timeout" };
  }

  /** An order gets the first. */
  give(): string {
    const [first, ...others] = this.held;
    this.held = others;
    return first?.payment.chap ?? "";
  }

  texts(): string[] {
    return this.held.map(({ payment }) => payment.chap);
  }
}

function stage({ perPrice = 2, life = hours(6), log = silentLogger as Logger } = {}) {
  const clock = new VirtualClock(NOW);
  const [payments, relay] = [new FakePayments(clock), new FakeRelay()];
  payments.life = life;
  const prices: MicroEmc[] = [CENT, DIME];
  /** One process of the box. */
  const start = (): ChapPool => {
    const pool = new ChapPool({
      ...{ relay, payments, prices: () => prices, perPrice, life, identity: provider, suite, clock, log },
      ...{ random: new SeededRandom("pool"), now: () => clock.now() },
    });
    pool.start();
    onTestFinished(() => pool.stop());
    return pool;
  };
  return { clock, payments, relay, prices, start };
}

describe("a box with a relay that keeps challenges", () => {
  it("leaves as many there as it is told for each price that it offers, signed", async () => {
    const { clock, relay, prices, start } = stage();
    prices.push(CENT);
    start();
    await clock.flush();
    expect(relay.held.map(({ payment }) => payment.expected)).toEqual(["0.01", "0.1", "0.01", "0.1"]);
    expect(relay.held.every((chap) => isSignedPooledChap(suite, chap) && chap.provider === verifyOf(provider))).toBe(
      true,
    );
    expect(relay.held[0]?.payment).toMatchObject({ amount: "1", risk: 100, expires_at: (NOW + hours(6)) / 1000 });
  });

  it("asks the relay nothing while nothing changes, but once in an hour", async () => {
    const { clock, relay, start } = stage();
    start();
    await clock.advance(minutes(59));
    expect([relay.asked, relay.put.length]).toEqual([1, 1]);
    await clock.advance(minutes(1));
    expect([relay.asked, relay.put.length]).toEqual([2, 1]);
  });

  it("fills up what an order has got, as soon as it is bound, and what the relay has lost within the hour", async () => {
    const { clock, payments, relay, start } = stage();
    start();
    await clock.flush();
    const given = relay.give();
    const bound = payments.lent.get(given);
    if (bound !== undefined) payments.lent.set(given, { ...bound, orderId: "order" });
    payments.lent.delete(given);
    await clock.advance(seconds(30));
    expect(relay.held).toHaveLength(4);
    expect(relay.texts()).not.toContain(given);
    relay.held = [];
    await clock.advance(hours(1));
    expect(relay.held).toHaveLength(4);
  });

  it("never leaves there again what is gone from there, though no order has told of it yet", async () => {
    const { clock, payments, relay, start } = stage();
    const pool = start();
    await clock.flush();
    const given = relay.give();
    await pool.stop();
    start();
    await clock.flush();
    expect(payments.lent.has(given)).toBe(true);
    expect(relay.held).toHaveLength(4);
    expect(relay.texts()).not.toContain(given);
  });

  it("makes none twice for an answer that was lost, whether or not the relay took them", async () => {
    const { clock, payments, relay, start } = stage();
    relay.losesAnswer = true;
    start();
    await clock.advance(minutes(1));
    expect([payments.made, relay.held.length]).toEqual([4, 4]);
    const other = stage();
    other.relay.putChaps = async () => ({ kind: "retry", code: "relay.unreachable" });
    other.start();
    await other.clock.advance(hours(1));
    expect(other.payments.made).toBe(4);
  });

  it("renews them in the last quarter of their life", async () => {
    const { clock, payments, relay, start } = stage();
    start();
    await clock.advance(minutes(269));
    expect(payments.made).toBe(4);
    await clock.advance(minutes(2));
    expect(payments.made).toBe(8);
    expect(relay.texts()).toEqual(["5", "6", "7", "8"]);
  });

  it("withdraws what its node has forgotten", async () => {
    const { clock, payments, relay, start } = stage();
    start();
    await clock.flush();
    payments.lent.clear();
    payments.upFor = 0;
    await clock.advance(seconds(30));
    expect(relay.held).toEqual([]);
    payments.upFor = 4;
    await clock.advance(minutes(10));
    expect(relay.texts()).toEqual(["5", "6", "7", "8"]);
  });

  it("leaves there what the node makes before it is away", async () => {
    const { clock, payments, relay, start } = stage();
    payments.upFor = 3;
    start();
    await clock.flush();
    expect(relay.held).toHaveLength(3);
    payments.upFor = 1;
    await clock.advance(minutes(1));
    expect(relay.held).toHaveLength(4);
  });

  it("withdraws the price that it does not offer any more", async () => {
    const { clock, relay, prices, start } = stage();
    start();
    await clock.flush();
    prices.splice(0, 2, DIME);
    await clock.advance(seconds(30));
    expect(relay.held.map(({ payment }) => payment.expected)).toEqual(["0.1", "0.1"]);
  });

  it.each([
    ["it is told to", { perPrice: 0 }],
    ["challenges live for minutes only", { life: minutes(9) }],
  ])("withdraws all of an earlier run and ends where %s", async (_why, options) => {
    const earlier = stage();
    earlier.start();
    await earlier.clock.flush();
    const { clock, relay, payments, start } = stage(options);
    relay.held = earlier.relay.held;
    start();
    await clock.flush();
    expect([relay.held, payments.made, clock.pending]).toEqual([[], 0, []]);
  });

  it("leaves an older relay alone, with one word in the log, and looks again after an hour", async () => {
    const told: string[] = [];
    const log: Logger = { ...silentLogger, info: (event) => void told.push(event) };
    const { clock, payments, relay, start } = stage({ log });
    relay.state = "older";
    start();
    await clock.advance(minutes(179));
    expect([relay.asked, payments.made, told]).toEqual([3, 0, ["chap_pool_unknown"]]);
    relay.state = "up";
    await clock.advance(minutes(1));
    expect(relay.held).toHaveLength(4);
  });

  it("asks a relay that is away less and less often, and lends nothing meanwhile", async () => {
    const { clock, payments, relay, start } = stage();
    relay.state = "away";
    start();
    await clock.advance(hours(1));
    expect(payments.made).toBe(0);
    expect(relay.asked).toBeGreaterThan(5);
    expect(relay.asked).toBeLessThan(30);
    relay.state = "up";
    await clock.advance(minutes(10));
    expect(relay.held).toHaveLength(4);
  });

  it("stops at once, and what the relay holds stays there", async () => {
    const { clock, relay, start } = stage();
    const pool = start();
    await clock.flush();
    await Promise.all([pool.stop(), pool.stop()]);
    await clock.advance(hours(12));
    expect([relay.asked, relay.held.length, clock.pending]).toEqual([1, 4, []]);
  });
});

describe("what a relay should hold", () => {
  it("has every price once before any a second time, and is never more than 64", () => {
    expect(wantedChaps([CENT, DIME, CENT], 2)).toEqual([CENT, DIME, CENT, DIME]);
    const many = Array.from({ length: 50 }, (_each, at) => microEmc(10_000 + at));
    const wanted = wantedChaps(many, 2);
    expect(wanted).toHaveLength(64);
    expect(wanted.slice(0, 50)).toEqual(many);
    expect(wantedChaps(many, 0)).toEqual([]);
  });

  it("has nothing for what is free", () => {
    expect(wantedChaps([microEmc(0), CENT], 1)).toEqual([CENT]);
  });

  const chap = (text: string, price: MicroEmc, expiresAt: number): IssuedChap => ({
    ...{ text, ...ticketAmount(price, EMC), state: "offered", issuedAt: NOW, orderId: null },
    expiresAt: unixMs(expiresAt),
  });

  it("keeps those that live longest, and replaces what nobody holds or what ends", () => {
    const lent = [
      chap("a", CENT, NOW + 5),
      chap("b", CENT, NOW + 20),
      chap("c", CENT, NOW + 30),
      chap("d", DIME, NOW + 30),
    ];
    const plan = (held: readonly string[], wanted: readonly MicroEmc[]) => {
      const { keep, lend } = planChaps({ lent, held: new Set(held) }, wanted, unixMs(NOW + 10));
      expect(keep.every(({ amount, risk }) => wanted.includes(ticketValue(amount, risk)))).toBe(true);
      return [keep.map(({ text }) => text), lend];
    };
    expect(plan(["a", "b", "c", "d"], [CENT])).toEqual([["c"], []]);
    expect(plan(["a", "b", "c", "d"], [CENT, CENT, CENT, DIME])).toEqual([["c", "b", "d"], [CENT]]);
    expect(plan(["b"], [CENT, DIME])).toEqual([["b"], [DIME]]);
    expect(plan([], [])).toEqual([[], []]);
  });
});
