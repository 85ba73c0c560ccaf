// A renter whose challenge ends while the provider's box is away: the relay has another one of the provider, and none of its own.

import { beforeEach, describe, expect, it } from "vitest";
import { hasCode, hours, microEmc, minutes, seconds, unixMs } from "../../src/base/index.ts";
import { leftChaps, type OrderAnswer, type PooledChap } from "../../src/protocol/index.ts";
import { checkPooled, type RentingOrder } from "../../src/renter/index.ts";
import { NOW, NOW_S, otherProvider, provider, stranger, suite, tampered, verifyOf } from "../relay/fixtures.ts";
import { answerOf, ORDER, pooledOf, requestOf } from "../relay/market-fixtures.ts";
import { type Box, MarketRig } from "./market-rig.ts";

const order: RentingOrder = {
  request: requestOf(),
  provider: verifyOf(provider),
  agreed: { rental: microEmc(10_000), perSms: microEmc(1000) },
};
const never = new AbortController().signal;

describe("a renter while the provider's box is away", () => {
  let rig: MarketRig;
  let held: readonly string[];

  const left = async (): Promise<readonly string[]> => {
    const token = await rig.relay.login(provider);
    return leftChaps.parse((await rig.relay.call("GET", "/provider/chaps", { token })).body).chaps;
  };

  /** An order with a quote whose challenge ends in 20 s, two challenges at the relay, and no box. */
  async function quotedLongAgo(seed: string): Promise<void> {
    rig = await MarketRig.start(seed);
    const first = await rig.box();
    const asked = await (await rig.renting(order, { payer: null })).run(never).catch((error: unknown) => error);
    expect(hasCode(asked, "market.no_node")).toBe(true);
    await first.stop();
    for (const clock of [rig.pay.clock, rig.relay.clock]) {
      await clock.advance(hours(5));
      await clock.advance(minutes(59));
      await clock.advance(seconds(40));
    }
    Object.assign(rig, { perPrice: 2, answers: false });
    const second = await rig.box();
    for (held = []; held.length < 2; ) held = await left();
    await second.stop();
    Object.assign(rig, { perPrice: 0, answers: true });
    rig.steps.length = 0;
  }

  /** Resolves when the relay has the renter's questions. */
  async function handedIn(questions: number): Promise<void> {
    const client = await rig.client();
    for (let pending = 0; pending < questions; ) pending = (await client.status(ORDER, 0, never)).pending;
  }

  it("gets a challenge of the relay's pool at once, hands in a ticket for it, and has its rental when the box is back", async () => {
    await quotedLongAgo("away");
    const running = (await rig.renting(order, { keepTicket: async (chap) => void rig.kept.push(chap) })).run(never);
    await handedIn(2);
    expect(rig.kept).toEqual([held[0]]);
    expect(await left()).toEqual([held[1]]);
    expect(rig.steps.map(({ type }) => type)).toEqual(["quoted", "ticket"]);
    const { payments }: Box = await rig.box();
    expect(payments.book.chaps.get(held[0] ?? "")).toMatchObject({ state: "offered", orderId: null });
    expect(await running).toMatchObject({ state: "granted", received: "0.01", problem: null });
    expect(payments.book.chaps.get(held[0] ?? "")).toMatchObject({ state: "spent", orderId: ORDER });
    expect(rig.pay.rentals.grants).toBe(1);
    expect(payments.book.balances.total()).toBe(0);
    expect(rig.payer.reserved()).toEqual([]);
  });

  it("pays again, with the box's own challenge, when the node has forgotten that of the pool meanwhile", async () => {
    await quotedLongAgo("forgotten");
    const running = (await rig.renting(order, { keepTicket: async (chap) => void rig.kept.push(chap) })).run(never);
    await handedIn(2);
    await rig.pay.sim.nodes[0]?.crash();
    await rig.pay.sim.call("loadwallet", ["payer"]);
    const { payments } = await rig.box();
    expect(await running).toMatchObject({ state: "granted", received: "0.01" });
    const [first = "", second = ""] = rig.kept;
    expect(rig.kept).toHaveLength(2);
    expect(payments.book.chaps.get(first)).toMatchObject({ state: "void", orderId: ORDER });
    expect(payments.book.chaps.get(second)).toMatchObject({ state: "spent", orderId: ORDER });
    expect(rig.pay.rentals.grants).toBe(1);
    expect(rig.payer.reserved()).toEqual([]);
  });

  it("loses nothing by a relay that gives the challenge of another order: the box refuses it and gives its own", async () => {
    await quotedLongAgo("given twice");
    const [first = ""] = held;
    const running = (await rig.renting(order, { keepTicket: async (chap) => void rig.kept.push(chap) })).run(never);
    await handedIn(2);
    const bound = await rig.pay.start();
    const other = await bound.quote({
      ...{ line: { id: "line-1" as never, listingId: order.request.listing_id as never }, tier: "sms_only", days: 1 },
      ...{ sms: 0, renter: { verify: "other", encrypt: "other" }, envelopeVersion: 1, method: "randpay" },
    });
    await bound.bindChap(other.id, first);
    const { payments } = await rig.box();
    expect((await running).state).toBe("granted");
    expect(payments.book.chaps.get(first)).toMatchObject({ state: "offered", orderId: other.id });
    expect(rig.kept).toHaveLength(2);
    expect(rig.payer.reserved()).toEqual([]);
  });

  it("waits for the box's next challenge where the relay has none, as it does at an older relay", async () => {
    await quotedLongAgo("no pool");
    const market = await rig.client();
    const token = await rig.relay.login(provider);
    await rig.relay.call("PUT", "/provider/chaps", { body: { chaps: [] }, token });
    const keepTicket = async (chap: string): Promise<void> => void rig.kept.push(chap);
    const running = (await rig.renting(order, { market, keepTicket })).run(never);
    await handedIn(1);
    expect(rig.kept).toEqual([]);
    const { payments } = await rig.box();
    expect((await running).state).toBe("granted");
    expect(rig.kept).toHaveLength(1);
    expect(held).not.toContain(rig.kept[0]);
    expect(payments.book.chaps.get(rig.kept[0] ?? "")?.issuedAt).toBe(rig.pay.clock.now());
  });

  it("pays nothing for a challenge that the relay has made", async () => {
    await quotedLongAgo("made by the relay");
    const market = await rig.client();
    const expires_at = rig.pay.clock.now() / 1000 + 3600;
    market.chap = async () => pooledOf(1, { by: stranger, expires_at });
    const refused = await (await rig.renting(order, { market })).run(never).catch((error: unknown) => error);
    expect(hasCode(refused, "market.bad_answer")).toBe(true);
    expect(rig.kept).toEqual([]);
    expect(rig.payer.reserved()).toEqual([]);
  });
});

describe("a challenge of a relay's pool", () => {
  let answer: OrderAnswer;
  beforeEach(() => {
    answer = answerOf(requestOf());
  });
  const verdict = (pooled: PooledChap): string => {
    try {
      checkPooled(suite, pooled, { answer, provider: verifyOf(provider), until: unixMs(NOW + 60_000) });
      return "accepted";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it.each<[string, PooledChap, string]>([
    ["as the provider signed it", pooledOf(1), "accepted"],
    ["that ends just then", pooledOf(1, { expires_at: NOW_S + 60 }), "accepted"],
    ["that ends before", pooledOf(1, { expires_at: NOW_S + 59 }), "payment.chap_expired"],
    ["of another provider", pooledOf(1, { by: otherProvider }), "market.bad_answer"],
    ["in the provider's name", { ...pooledOf(1, { by: stranger }), provider: verifyOf(provider) }, "market.bad_answer"],
    ["with another text", { ...pooledOf(1), payment: pooledOf(2).payment }, "market.bad_answer"],
    [
      "with a longer life",
      { ...pooledOf(1), payment: { ...pooledOf(1).payment, expires_at: 9e9 } },
      "market.bad_answer",
    ],
    ["without its signature", { ...pooledOf(1), signature: tampered(pooledOf(1).signature) }, "market.bad_answer"],
    ["that is not what it says", pooledOf(1, { amount: "2" }), "market.bad_quote"],
    ["that is credited with less", pooledOf(1, { expected: "0.009" }), "market.bad_quote"],
    [
      "that is worth less than is due",
      pooledOf(1, { chap: `1.00:200:${"00".repeat(20)}`, risk: 200, expected: "0.005" }),
      "market.bad_quote",
    ],
    [
      "that is worth more than is due",
      pooledOf(1, { chap: `1.00:50:${"00".repeat(20)}`, risk: 50, expected: "0.02" }),
      "market.bad_quote",
    ],
    ["that is no challenge", pooledOf(1, { chap: "nonsense" }), "emercoin.bad_chap"],
  ])("%s is judged", (_what, pooled, expected) => {
    expect(verdict(pooled)).toBe(expected);
  });

  it("is measured by what is still due", () => {
    answer = answerOf(requestOf(), { state: "paying", received: "0.004" });
    expect(verdict(pooledOf(1))).toBe("market.bad_quote");
    const rest = { chap: `0.996:166:${"00".repeat(20)}`, amount: "0.996", risk: 166, expected: "0.006" };
    expect(verdict(pooledOf(1, rest))).toBe("accepted");
  });
});
